import Contracts
import Synchronization

/// What the media-servers told in the last seconds about legs that came and went, whoever owned their shard.
///
/// A caller who arrived and gave up while nobody was in control left no leg and no stored call: from here the next owner
/// knows him, so that he is counted as well.
final class GapMemory: Sendable {
    /// Longer than a take-over takes.
    static let seconds = 15
    static let most = 20_000

    private struct Gone {
        let leg: MissedLeg
        let endedAt: Timestamp
    }

    private struct State {
        var arrived: [LegID: MissedLeg] = [:]
        var gone: [Gone] = []
        /// Calls whose end was told: nobody missed them.
        var told = RecentIDs<CallID>(capacity: most)
    }

    private let state = Mutex(State())

    func heard(_ fact: LegFact, tenant: TenantID, on instance: InstanceID, at time: Timestamp) {
        switch fact {
        case .arrived(let leg):
            state.withLock { state in
                guard leg.phoneID == nil, state.arrived.count < Self.most else { return }
                state.arrived[leg.legID] = MissedLeg(
                    arrival: leg, tenant: tenant, instance: instance, arrivedAt: time, endedAt: time)
            }
        case .ended(let leg, _):
            state.withLock { state in
                guard var missed = state.arrived.removeValue(forKey: leg) else { return }
                missed.endedAt = time
                state.gone.append(Gone(leg: missed, endedAt: time))
                let oldest = time.adding(.seconds(-Self.seconds))
                let old = state.gone.prefix { $0.endedAt < oldest }.count
                state.gone.removeFirst(max(old, state.gone.count - Self.most))
            }
        default: break
        }
    }

    func heardEnd(of call: CallID) { state.withLock { $0.told.insert(call) } }

    /// Legs of a shard that are gone, and whose call's end nobody has told.
    func missed(in shard: Shard) -> [MissedLeg] {
        state.withLock { state in
            state.gone.map(\.leg).filter {
                Shard.of($0.tenant) == shard && !state.told.contains(CallID(rawValue: $0.arrival.legID.rawValue))
            }
        }
    }
}

/// A caller who came and went while nobody was in control.
struct MissedLeg: Sendable, Equatable {
    let arrival: LegArrived
    let tenant: TenantID
    let instance: InstanceID
    let arrivedAt: Timestamp
    var endedAt: Timestamp
}
