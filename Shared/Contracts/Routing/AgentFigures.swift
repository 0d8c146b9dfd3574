/// What agents do and did today, once a second for those of whom it changed, and every ten seconds for all who are signed in.
/// Published by acd.
public struct AgentsTicked: Signal, Equatable {
    public static let topic = "agents.ticked"
    public static let most = 200
    /// At most ``most``; more come as more signals.
    public let agents: [AgentFigures]
    /// The first of them.
    public var subject: String { agents.first?.agentID.rawValue ?? "" }
    public init(agents: [AgentFigures]) { self.agents = agents }
}

/// One agent, as routing sees him. Today is counted from midnight UTC, over all owners of the tenant's shard.
public struct AgentFigures: Codable, Sendable, Equatable {
    public let agentID: AgentID
    public let status: AgentStatus
    /// When that state began.
    public let since: Timestamp
    public let callID: CallID?
    /// Offered calls that he answered today.
    public let answered: Int
    /// All calls, in and out, up to the end of the last.
    public let talkedMicroseconds: Int64
    /// How long his seat was locked for a caller, up to the end of the last lock: counted apart from all else.
    public let reservedMicroseconds: Int64
    /// For which caller his seat is locked now.
    public let lockedFor: CallID?

    public init(
        agentID: AgentID, status: AgentStatus, since: Timestamp, callID: CallID?, answered: Int,
        talkedMicroseconds: Int64, reservedMicroseconds: Int64, lockedFor: CallID?
    ) {
        self.agentID = agentID
        self.status = status
        self.since = since
        self.callID = callID
        self.answered = answered
        self.talkedMicroseconds = talkedMicroseconds
        self.reservedMicroseconds = reservedMicroseconds
        self.lockedFor = lockedFor
    }
}
