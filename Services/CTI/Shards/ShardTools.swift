import Bus
import Contracts
import Logging
import ServiceKit

/// What every shard's loop uses.
struct ShardTools: Sendable {
    let bus: any Bus
    let directory: any Directory
    let facts: FactJournal
    let library: FlowLibrary
    let flows: FlowStore
    let store: ShardStore
    let writeBehind: WriteBehind
    let timers: Timers
    let gaps: GapMemory
    let counters: FlowCounters
    let repairs: RepairJournal
    /// Flows' questions to other systems.
    let requests: FlowRequests
    let metrics: CTIMetrics
    let pausesAfterMissed: Bool
    /// How long a shard that is given away has to end what was begun.
    let drain: Duration
    let now: @Sendable () -> Timestamp
    let log: Logger

    var mediaServers: [InstanceID] {
        directory.endpoints().keys.filter { $0.service == .mediaServer }.sorted()
    }

    /// Those that take new calls.
    var openMediaServers: [InstanceID] {
        let draining = directory.draining()
        return mediaServers.filter { !draining.contains($0) }
    }

    /// The legs that every media-server has of these shards, and who did not answer.
    /// - Parameter tenant: some tenant of the shard that is taken over: the media-servers then know of the new owner, and
    ///   refuse what the former one still sends.
    func legs(of shards: [Shard], tenant: TenantID? = nil, deadline: Duration = .seconds(1)) async -> (
        lists: [InstanceID: LegList], silent: Set<InstanceID>
    ) {
        let bus = bus
        return await withTaskGroup(of: (InstanceID, LegList?).self) { group in
            for instance in mediaServers {
                group.addTask {
                    (
                        instance,
                        try? await bus.request(
                            ListLegs(shards: shards), to: .instance(instance), tenant: tenant, deadline: deadline)
                    )
                }
            }
            var lists: [InstanceID: LegList] = [:]
            var silent: Set<InstanceID> = []
            for await (instance, list) in group {
                if let list { lists[instance] = list } else { silent.insert(instance) }
            }
            return (lists, silent)
        }
    }
}

extension Shard {
    /// Some tenant of the shard, whether it exists or not: what is asked for it is asked by the shard's owner.
    var someTenant: TenantID { Self.tenants[number] }

    private static let tenants: [TenantID] = all.map { shard in
        var number = 0
        while Shard.of(TenantID(rawValue: "shard-\(number)")) != shard { number += 1 }
        return TenantID(rawValue: "shard-\(number)")
    }
}
