/// An agent's seat is locked for a caller (座席预占): when he is free he gets this call first. Published by acd.
public struct SeatLocked: Fact, Equatable {
    public static let topic = "seat.locked"
    public let agentID: AgentID
    public let callID: CallID
    public let queueID: QueueID
    /// How the two know each other: `unresolvedCase`, `lastAgent` or `owner`.
    public let reason: String
    public let lockedAt: Timestamp
    /// No longer than until then.
    public let until: Timestamp
    public var subject: String { agentID.rawValue }

    public init(
        agentID: AgentID, callID: CallID, queueID: QueueID, reason: String, lockedAt: Timestamp, until: Timestamp
    ) {
        self.agentID = agentID
        self.callID = callID
        self.queueID = queueID
        self.reason = reason
        self.lockedAt = lockedAt
        self.until = until
    }
}

/// A locked seat is free again, or its caller has reached the agent. Published by acd.
public struct SeatUnlocked: Fact, Equatable {
    public static let topic = "seat.unlocked"
    public let agentID: AgentID
    public let callID: CallID
    public let queueID: QueueID
    public let lockedAt: Timestamp
    public let endedAt: Timestamp
    /// `offered`, `expired`, `callerGone` or `agentGone`.
    public let end: String
    public var subject: String { agentID.rawValue }

    public init(
        agentID: AgentID, callID: CallID, queueID: QueueID, lockedAt: Timestamp, endedAt: Timestamp, end: String
    ) {
        self.agentID = agentID
        self.callID = callID
        self.queueID = queueID
        self.lockedAt = lockedAt
        self.endedAt = endedAt
        self.end = end
    }
}
