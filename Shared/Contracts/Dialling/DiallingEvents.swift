/// One try to reach a number came to its end. Published by dialer.
public struct AttemptEnded: Fact, Equatable {
    public static let topic = "attempt.ended"
    public let attemptID: AttemptID
    public let campaignID: CampaignID
    public let callID: CallID
    public let number: String
    /// `connected`, `abandoned`, `busy`, `noAnswer`, `rejected`, `notFound`, `unavailable`, `givenUp`, `machine`, `fax`,
    /// `failed`.
    public let result: String
    public let startedAt: Timestamp
    public let endedAt: Timestamp
    public var subject: String { attemptID.rawValue }

    public init(
        attemptID: AttemptID, campaignID: CampaignID, callID: CallID, number: String, result: String,
        startedAt: Timestamp, endedAt: Timestamp
    ) {
        self.attemptID = attemptID
        self.campaignID = campaignID
        self.callID = callID
        self.number = number
        self.result = result
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}
