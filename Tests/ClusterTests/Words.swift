import Bus
import Contracts
import TestSupport

@testable import Cluster

let me = InstanceID(.cti, 1)
let peer = InstanceID(.cti, 2)
let third = InstanceID(.cti, 3)

let nowhere = InstanceEndpoints(publish: "ipc:///nowhere.pub", requests: "ipc:///nowhere.rpc")

/// A second of these tests' time.
func second(_ number: Double) -> Timestamp { Timestamp(microseconds: Int64(number * 1_000_000)) }

/// What PostgreSQL would say: instances of cti with the second they expire at, and their leases.
struct World {
    var members: [InstanceID: Member] = [:]
    var leases: [Shard: Lease] = [:]

    init() {
        for shard in Shard.all {
            leases[shard] = Lease(service: .cti, shard: shard, owner: nil, incarnation: 0, epoch: 0)
        }
    }

    mutating func set(_ instance: InstanceID, until expiry: Double, _ state: Member.State = .up, incarnation: Int = 1) {
        members[instance] = Member(
            instance: instance, incarnation: incarnation, state: state, expiresAt: second(expiry), endpoints: nowhere,
            publicKey: nil)
    }

    func seen(at time: Double) -> Observation {
        Observation(
            time: second(time), members: members.values.sorted { $0.instance < $1.instance },
            leases: leases.values.sorted { $0.shard < $1.shard })
    }

    /// Does to the tables what PostgreSQL would do, for an instance of incarnation 1.
    mutating func perform(_ actions: [LeaseState.Action], by instance: InstanceID, incarnation: Int = 1) {
        for action in actions {
            switch action {
            case .announce: break
            case .declareDown(let dead, let incarnation): set(dead, until: 0, .down, incarnation: incarnation)
            case .release(let shards):
                for shard in shards {
                    leases[shard] = Lease(
                        service: .cti, shard: shard, owner: nil, incarnation: incarnation, epoch: epoch(shard))
                }
            case .claim(let shards):
                for (shard, seen) in shards where epoch(shard) == seen {
                    leases[shard] = Lease(
                        service: .cti, shard: shard, owner: instance, incarnation: incarnation, epoch: seen + 1)
                }
            }
        }
    }

    func epoch(_ shard: Shard) -> UInt64 { leases[shard]?.epoch ?? 0 }

    func owned(by instance: InstanceID) -> [Shard] {
        leases.values.filter { $0.owner == instance }.map(\.shard).sorted()
    }
}

extension LeaseState {
    init(_ instance: InstanceID, incarnation: Int = 1) {
        self.init(instance: instance, timeToLive: .seconds(2))
        _ = handle(.joined(incarnation: incarnation))
    }

    /// Looks and acts until there is nothing left to do. Returns what was announced.
    mutating func settle(_ world: inout World, at time: Double) -> [OwnershipChange] {
        var changes: [OwnershipChange] = []
        for _ in 0..<5 {
            let actions = handle(.observed(world.seen(at: time)))
            world.perform(actions, by: instance, incarnation: incarnation ?? 0)
            for case .announce(let change) in actions { changes.append(change) }
        }
        return changes
    }
}
