import Contracts

/// How the shards are divided: nobody has more than a fair share, nothing moves without need, and where there is a choice,
/// the instance with the highest weight for the shard gets it (rendezvous hashing).
///
/// Every instance comes to the same answer by itself from what `cluster.lease` says. When an instance goes, only its shards
/// move; when one comes, the others give away no more than what is above their share.
enum Rendezvous {
    /// Who is to have each shard. Empty if there are no candidates.
    /// - Parameter holders: who has which shard now.
    static func owners(holders: [Shard: InstanceID], among candidates: Set<InstanceID>) -> [Shard: InstanceID] {
        guard !candidates.isEmpty else { return [:] }
        let share = (Shard.count + candidates.count - 1) / candidates.count
        var owners = kept(holders.filter { candidates.contains($0.value) }, share)
        var room = candidates.reduce(into: [:]) { $0[$1] = share }
        for owner in owners.values { room[owner, default: 0] -= 1 }

        let open = Shard.all.filter { owners[$0] == nil }
        let pairs = open.flatMap { shard in candidates.map { Pair(shard: shard, instance: $0) } }
        for pair in pairs.sorted() where owners[pair.shard] == nil && room[pair.instance, default: 0] > 0 {
            owners[pair.shard] = pair.instance
            room[pair.instance, default: 0] -= 1
        }
        return owners
    }

    /// What each keeps of what it has: what weighs most, up to its share.
    private static func kept(_ holders: [Shard: InstanceID], _ share: Int) -> [Shard: InstanceID] {
        var kept: [Shard: InstanceID] = [:]
        for (instance, held) in Dictionary(grouping: holders.keys, by: { holders[$0] }) {
            guard let instance else { continue }
            let best =
                held.count > share ? held.map { Pair(shard: $0, instance: instance) }.sorted().map(\.shard) : held
            for shard in best.prefix(share) { kept[shard] = instance }
        }
        return kept
    }

    /// A possible owner of a shard; the greatest weight sorts first.
    private struct Pair: Comparable {
        let shard: Shard
        let instance: InstanceID
        let weight: UInt64

        init(shard: Shard, instance: InstanceID) {
            self.shard = shard
            self.instance = instance
            // FNV-1a over the names, then the last steps of SplitMix64, which spread neighbouring shards and numbers.
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in "\(instance)#\(shard)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
            hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
            weight = hash ^ (hash >> 31)
        }

        static func < (left: Pair, right: Pair) -> Bool {
            if left.weight != right.weight { return left.weight > right.weight }
            return (left.shard, left.instance) < (right.shard, right.instance)
        }
    }
}
