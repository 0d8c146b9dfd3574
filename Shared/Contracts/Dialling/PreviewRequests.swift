/// One number's record, given to one agent to look at before he has it dialled.
public struct PreviewID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension AgentSnapshot {
    /// Why an agent is paused who looks at a record.
    public static let previewReason = "preview"

    /// He is kept for a record.
    public var looksAtRecord: Bool { status == .paused && pauseReason == Self.previewReason }
}

/// dialer → cti: which of these agents are ready, and would look at a record now? In the order of their ids.
public struct ReadyAgents: BusRequest, Equatable {
    public typealias Reply = [AgentID]
    public static let name = "cti.ready_agents"
    public let agentIDs: [AgentID]
    public init(agentIDs: [AgentID]) { self.agentIDs = agentIDs }
}

/// dialer → cti: keep this agent for a record that he looks at. He is paused with the reason `preview`, so that nobody
/// offers him anything else, until he is released, does something else, or the time has come. Asked again, it is not done
/// again.
/// - Throws: `Failure.conflict` if he is not ready.
public struct ReserveAgent: BusRequest, Equatable {
    /// As he is then.
    public typealias Reply = AgentSnapshot
    public static let name = "cti.reserve_agent"
    public let agentID: AgentID
    public let previewID: PreviewID
    /// Then he is let go by himself, whatever became of who asked.
    public let until: Timestamp
    public init(agentID: AgentID, previewID: PreviewID, until: Timestamp) {
        self.agentID = agentID
        self.previewID = previewID
        self.until = until
    }
}

/// dialer → cti: the agent is done with the record. He is ready again; who has missed its time is paused, as one who does
/// not answer an offer. Does nothing if he is not kept for it any more.
public struct ReleaseAgent: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.release_agent"
    public let agentID: AgentID
    public let previewID: PreviewID
    public let hasMissed: Bool
    public init(agentID: AgentID, previewID: PreviewID, hasMissed: Bool) {
        self.agentID = agentID
        self.previewID = previewID
        self.hasMissed = hasMissed
    }
}

/// dialer → cti: the agent is kept for this record and wants it dialled: his telephone rings and lifts itself, then the
/// number rings. The result comes as `call.answered` and `call.ended`, which carry campaign and attempt.
///
/// `callID` is chosen by the dialer and stored before it asks, so that asking again dials nobody twice.
/// - Throws: `Failure.unavailable` if no media-server can be reached; `Failure.conflict` if the agent is not kept for the
///   record, or the call has ended already.
public struct DialRecord: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.dial_record"
    public let previewID: PreviewID
    public let agentID: AgentID
    public let callID: CallID
    public let campaignID: CampaignID
    public let attemptID: AttemptID
    public let number: String
    /// The number shown.
    public let from: String
    public let queueID: QueueID
    public let ringSeconds: Int
    public let afterCallWorkSeconds: Int
    public let attributes: [String: String]
    /// Whose number it is, if crm knows.
    public let customer: CustomerCard?
    /// The agent did not ask for it: nobody is called before he has lifted his telephone himself.
    public let isByTime: Bool

    public init(
        previewID: PreviewID, agentID: AgentID, callID: CallID, campaignID: CampaignID, attemptID: AttemptID,
        number: String, from: String, queueID: QueueID, ringSeconds: Int, afterCallWorkSeconds: Int,
        attributes: [String: String], customer: CustomerCard?, isByTime: Bool
    ) {
        self.previewID = previewID
        self.agentID = agentID
        self.callID = callID
        self.campaignID = campaignID
        self.attemptID = attemptID
        self.number = number
        self.from = from
        self.queueID = queueID
        self.ringSeconds = ringSeconds
        self.afterCallWorkSeconds = afterCallWorkSeconds
        self.attributes = attributes
        self.customer = customer
        self.isByTime = isByTime
    }
}
