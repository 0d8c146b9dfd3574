import Contracts

/// The highest epoch seen per shard of each service. An older one is refused: its holder has been succeeded.
struct EpochMemory {
    private struct Owned: Hashable {
        let service: ServiceName
        let shard: Shard
    }

    /// At most one entry a service and shard, so it is bounded by itself.
    private var highest: [Owned: UInt64] = [:]

    /// Remembers the epoch. False if a higher one has been seen.
    mutating func admit(_ epoch: UInt64, of shard: Shard, service: ServiceName) -> Bool {
        let owned = Owned(service: service, shard: shard)
        if let known = highest[owned], known > epoch { return false }
        highest[owned] = epoch
        return true
    }
}
