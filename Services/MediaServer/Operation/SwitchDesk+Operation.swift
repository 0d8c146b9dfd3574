import Contracts
import Logging
import SIP

// What people who run the switch see and ask for.

extension SwitchDesk {
    /// In the order of their ids.
    func show(_ request: ShowLegs) -> ShownLegs {
        if let id = request.legID {
            return ShownLegs(legs: state.legs[id].flatMap { isShown($0, request) ? [shown($0)] : nil } ?? [])
        }
        let legs = state.legs.values.filter { isShown($0, request) }.sorted { $0.id < $1.id }
        return ShownLegs(legs: legs.prefix(min(max(request.limit, 0), 1_000)).map(shown))
    }

    private func isShown(_ leg: Leg, _ request: ShowLegs) -> Bool {
        (request.tenant == nil || request.tenant == leg.tenant) && (request.after.map { $0 < leg.id } ?? true)
    }

    private func shown(_ leg: Leg) -> ShownLeg {
        ShownLeg(
            legID: leg.id, tenant: leg.tenant, instance: parts.instance, state: leg.state, isOutbound: leg.isOutbound,
            from: leg.from, to: leg.to, trunkID: leg.trunkID, phoneID: leg.phoneID, bridgedWith: leg.bridgedWith,
            room: state.rooms.room(of: leg.id), role: state.rooms.role(of: leg.id), arrivedAt: leg.arrivedAt,
            answeredAt: leg.answeredAt, sipCallID: lines[leg.id]?.call?.callID, recordings: leg.recordings.sorted(),
            route: leg.route)
    }

    /// Takes no new calls from now on, or takes them again. A switch that stops stays as it is.
    func setDraining(_ isDraining: Bool) {
        guard stopping == .no, state.isDraining != isDraining else { return }
        parts.log.info(isDraining ? "draining" : "taking calls again", metadata: ["legs": "\(state.legs.count)"])
        endpoint.setDraining(isDraining)
        decide(.drain(isDraining))
        parts.draining(isDraining)
        isDrainedTold = false
    }

    var drainState: DrainState {
        DrainState(instance: parts.instance, isDraining: state.isDraining, legs: state.legs.count)
    }

    /// After each turn.
    func noteDrained() {
        guard drainState.isDrained, !isDrainedTold, stopping == .no else { return }
        isDrainedTold = true
        parts.log.info("drained")
    }
}
