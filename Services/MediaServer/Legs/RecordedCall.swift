import Contracts

/// What was asked to be recorded of a call.
struct RecordedCall: Sendable, Equatable {
    /// The leg that the recording ends with.
    let owner: LegID
    let call: CallID
    let tenant: TenantID
    let customer: LegID?
    /// Who is on the right while the call has no room.
    let agent: LegID?

    func action(_ recording: RecordingID, _ rooms: Rooms) -> SwitchState.Action {
        let agents = rooms.agents(in: call, besides: customer) ?? (agent.map { [$0] } ?? [])
        return .record(recording, of: call, tenant, customer: customer, agents: agents)
    }
}
