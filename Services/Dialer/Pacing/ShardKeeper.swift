import Bus
import Cluster
import Contracts
import ServiceLifecycle

/// Tells those who dial which shards are this instance's.
struct ShardKeeper: Service {
    let ownership: AsyncStream<OwnershipChange>
    let dialler: CampaignDialler
    let previews: PreviewDesk

    func run() async throws {
        await ownership.untilShutdown { change in
            switch change {
            case .acquired(let shard, _):
                dialler.send(.shardAcquired(shard))
                previews.send(.shardAcquired(shard))
            case .lost(let shard):
                dialler.send(.shardLost(shard))
                previews.send(.shardLost(shard))
            }
        }
    }
}
