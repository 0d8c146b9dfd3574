/// Whether we called this number a while ago (外呼后回电): who calls back need not go through a menu. Any instance of acd
/// answers, with nil if nobody called. Whether the called party answered makes no difference: that he did not is why he calls.
public struct FindEarlierCall: BusRequest, Equatable {
    public typealias Reply = EarlierCall?
    public static let name = "acd.find_earlier_call"
    public let number: String
    /// How far back: 1 to 720.
    public let withinHours: Int

    public init(number: String, withinHours: Int) {
        self.number = number
        self.withinHours = withinHours
    }
}

/// What ``FindEarlierCall`` answers: the latest of our calls, and who he may want.
public struct EarlierCall: Codable, Sendable, Equatable {
    public let calledAt: Timestamp
    /// Whether anybody answered.
    public let wasAnswered: Bool
    /// The agent who called last, if one did.
    public let agentID: AgentID?
    /// The queue that was called for last: the campaign's, or that of the agent's callback.
    public let queueID: QueueID?
    public let campaignID: CampaignID?

    public init(
        calledAt: Timestamp, wasAnswered: Bool, agentID: AgentID?, queueID: QueueID?, campaignID: CampaignID?
    ) {
        self.calledAt = calledAt
        self.wasAnswered = wasAnswered
        self.agentID = agentID
        self.queueID = queueID
        self.campaignID = campaignID
    }
}
