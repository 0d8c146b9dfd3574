import Bus
import Cluster
import Contracts
import ServiceLifecycle

/// Tells the router which shards are this instance's.
struct ShardKeeper: Service {
    let ownership: AsyncStream<OwnershipChange>
    let router: CallRouter
    /// Called when there is a new one.
    var acquired: @Sendable () -> Void = {}

    func run() async throws {
        await ownership.untilShutdown { change in
            switch change {
            case .acquired(let shard, _):
                router.send(.shardAcquired(shard))
                acquired()
            case .lost(let shard): router.send(.shardLost(shard))
            }
        }
    }
}
