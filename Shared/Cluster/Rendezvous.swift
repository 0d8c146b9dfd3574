import Contracts

/// Which of several instances a shard belongs to: the one with the highest weight for it (rendezvous hashing).
///
/// Every instance comes to the same answer by itself, and when one goes, only its shards move.
enum Rendezvous {
    /// Nil if there are no candidates.
    static func owner(of shard: Shard, among candidates: [InstanceID]) -> InstanceID? {
        candidates.max { left, right in
            let (leftWeight, rightWeight) = (weight(left, shard), weight(right, shard))
            return leftWeight == rightWeight ? left < right : leftWeight < rightWeight
        }
    }

    private static func weight(_ instance: InstanceID, _ shard: Shard) -> UInt64 {
        // FNV-1a over the name, then the last steps of SplitMix64, which spread neighbouring shards and numbers.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(instance)#\(shard)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}
