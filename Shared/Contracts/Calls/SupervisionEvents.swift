/// What a supervisor does to an agent or to his call.
public enum SupervisorAction: String, Codable, Sendable, CaseIterable {
    case listen, whisper, barge, takeOver
    /// Ends listening, whispering and barging.
    case leave
    /// The outside party is dropped, the agent is ready.
    case release
    case makeReady, pause, signOut
}

/// A supervisor did something to an agent, and was allowed to: for the audit. Published by cti.
public struct SupervisorActed: Fact, Equatable {
    public static let topic = "supervision.acted"
    /// Who did it.
    public let supervisor: UserID
    public let action: SupervisorAction
    /// To whom.
    public let agentID: AgentID
    /// The call he was in.
    public let callID: CallID?
    /// Of a pause.
    public let reason: String?
    public let actedAt: Timestamp
    public var subject: String { agentID.rawValue }

    public init(
        supervisor: UserID, action: SupervisorAction, agentID: AgentID, callID: CallID?, reason: String?,
        actedAt: Timestamp
    ) {
        self.supervisor = supervisor
        self.action = action
        self.agentID = agentID
        self.callID = callID
        self.reason = reason
        self.actedAt = actedAt
    }
}

/// An agent is paused for longer than the reason allows; told once a pause. Published by cti.
public struct AgentPauseExceeded: Fact, Equatable {
    public static let topic = "agent.pause_exceeded"
    public let agentID: AgentID
    public let reason: String
    public let since: Timestamp
    /// How long the reason allows.
    public let limitSeconds: Int
    public var subject: String { agentID.rawValue }

    public init(agentID: AgentID, reason: String, since: Timestamp, limitSeconds: Int) {
        self.agentID = agentID
        self.reason = reason
        self.since = since
        self.limitSeconds = limitSeconds
    }
}
