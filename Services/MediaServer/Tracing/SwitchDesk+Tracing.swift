import Contracts
import SIP

// Which legs a trace follows: the one that was named, those that begin with its number, and whom they talk with.

extension SwitchDesk {
    /// - Throws: `Failure.notFound` if there is no such leg; `Failure.unavailable` if there are too many traces.
    func trace(_ wish: TraceWish, _ tenant: TenantID, with tracer: Tracer) throws(Failure) -> TraceID {
        guard let id = wish.legID else { return try tracer.begin(wish, tenant, at: now) }
        guard let leg = state.legs[id], tenant == .all || leg.tenant == tenant else {
            throw Failure(.notFound, "There is no leg \(id).")
        }
        let trace = try tracer.begin(wish, tenant, at: now)
        follow(trace, leg)
        followCompany()
        return trace
    }

    /// A leg begins.
    func traceBeginning(_ id: LegID) {
        guard let leg = state.legs[id] else { return }
        for trace in parts.tracer.tracing(leg.tenant, from: leg.from, to: leg.to) { follow(trace, leg) }
    }

    /// Each second: who talks with a leg that is followed is followed too.
    func followCompany() {
        for (trace, legs) in parts.tracer.followed {
            let rooms = Set(legs.compactMap { state.rooms.room(of: $0) })
            let seated = rooms.flatMap { state.rooms[$0].map(\.legID) }
            let company = legs.compactMap { state.legs[$0]?.bridgedWith } + seated
            for id in Set(company).subtracting(legs) { if let leg = state.legs[id] { follow(trace, leg) } }
        }
    }

    private func follow(_ trace: TraceID, _ leg: Leg) {
        parts.tracer.follow(
            trace, leg.id, leg.tenant, callID: lines[leg.id]?.call?.callID, taps: parts.engine.taps(of: leg.id))
    }
}
