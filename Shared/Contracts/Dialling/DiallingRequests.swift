/// dialer → cti: call this number for a campaign; when it answers, queue it for the campaign's agents. With `detectAnswer`
/// machines, faxes and network tones are hung up instead.
///
/// `callID` is chosen by the dialer and stored before it asks, so that asking again dials nobody twice. The result comes
/// as `call.answered` and `call.ended`, which carry campaign and attempt.
/// - Throws: `Failure.unavailable` if no media-server can be reached; `Failure.conflict` if the call has ended already.
public struct OriginateCall: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.originate_call"
    public let callID: CallID
    public let campaignID: CampaignID
    public let attemptID: AttemptID
    public let number: String
    /// The number shown.
    public let from: String
    public let queueID: QueueID
    public let priority: Int
    public let ringSeconds: Int
    public let attributes: [String: String]
    /// How it is found out who or what has answered; nil: whoever answers is a person.
    public let detectAnswer: AnswerDetection?

    public init(
        callID: CallID, campaignID: CampaignID, attemptID: AttemptID, number: String, from: String, queueID: QueueID,
        priority: Int, ringSeconds: Int, attributes: [String: String], detectAnswer: AnswerDetection? = nil
    ) {
        self.callID = callID
        self.campaignID = campaignID
        self.attemptID = attemptID
        self.number = number
        self.from = from
        self.queueID = queueID
        self.priority = priority
        self.ringSeconds = ringSeconds
        self.attributes = attributes
        self.detectAnswer = detectAnswer
    }
}

/// dialer → cti: which of these calls are up? Asked after a restart, before anything is dialled again.
public struct FindCalls: BusRequest, Equatable {
    public typealias Reply = [CallID]
    public static let name = "cti.find_calls"
    public let callIDs: [CallID]
    public init(callIDs: [CallID]) { self.callIDs = callIDs }
}
