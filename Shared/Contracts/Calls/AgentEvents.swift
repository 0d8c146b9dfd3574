/// What an agent is doing. Exactly one at a time.
public enum AgentStatus: String, Codable, Sendable, CaseIterable {
    case signedOut, ready, paused
    /// An offer rings, or is about to.
    case ringing
    case talking
    case afterCallWork
}

/// An agent's state changed. Published by cti, which alone decides it.
public struct AgentStateChanged: Fact, Equatable {
    public static let topic = "agent.state_changed"
    public let agent: AgentSnapshot
    /// What it was before.
    public let previous: AgentStatus
    public var subject: String { agent.agentID.rawValue }

    public init(agent: AgentSnapshot, previous: AgentStatus) {
        self.agent = agent
        self.previous = previous
    }
}

/// An agent as cti knows him.
public struct AgentSnapshot: Codable, Sendable, Equatable {
    public let tenant: TenantID
    public let agentID: AgentID
    public let status: AgentStatus
    /// Why paused: the tenant's word, such as `lunch`.
    public let pauseReason: String?
    public let since: Timestamp
    public let phoneID: PhoneID?
    /// What rings, is talked to or worked after.
    public let callID: CallID?
    public let isOnHold: Bool
    /// When after-call work ends by itself, or a pause becomes longer than its reason allows.
    public let until: Timestamp?
    /// Raised with each change of this agent, so that a late report can be told from a new one.
    public let revision: UInt64

    public init(
        tenant: TenantID, agentID: AgentID, status: AgentStatus, pauseReason: String?, since: Timestamp,
        phoneID: PhoneID?, callID: CallID?, isOnHold: Bool, until: Timestamp?, revision: UInt64
    ) {
        self.tenant = tenant
        self.agentID = agentID
        self.status = status
        self.pauseReason = pauseReason
        self.since = since
        self.phoneID = phoneID
        self.callID = callID
        self.isOnHold = isOnHold
        self.until = until
        self.revision = revision
    }
}
