/// The customer answered a question about how he was served (满意度调查), after the talk or before. Published by cti, once an
/// answer.
public struct CallSurveyAnswered: Fact, Equatable {
    public static let topic = "call.survey_answered"
    public let callID: CallID
    /// Who had talked with him last, if anybody had.
    public let agentID: AgentID?
    public let queueID: QueueID?
    /// What was asked, in one word, as `satisfaction`.
    public let question: String
    /// What he pressed, and what that counts.
    public let key: String
    public let score: Int
    public let answeredAt: Timestamp
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, agentID: AgentID?, queueID: QueueID?, question: String, key: String, score: Int,
        answeredAt: Timestamp
    ) {
        self.callID = callID
        self.agentID = agentID
        self.queueID = queueID
        self.question = question
        self.key = key
        self.score = score
        self.answeredAt = answeredAt
    }
}

/// A caller left a message (留言). Published by cti, when he is done with it.
public struct VoicemailLeft: Fact, Equatable {
    public static let topic = "voicemail.left"
    /// What he said; it may be some moments until it is whole.
    public let recordingID: RecordingID
    public let callID: CallID
    /// Whose box it lies in: a queue's, an agent's; nil for the tenant's own.
    public let queueID: QueueID?
    public let agentID: AgentID?
    public let customerNumber: String
    public let accessNumber: String
    public let leftAt: Timestamp
    public let durationMicroseconds: Int64
    /// What was learnt of him on the way (随路数据), by name.
    public let attributes: [String: String]
    public var subject: String { recordingID.rawValue }

    public init(
        recordingID: RecordingID, callID: CallID, queueID: QueueID?, agentID: AgentID?, customerNumber: String,
        accessNumber: String, leftAt: Timestamp, durationMicroseconds: Int64, attributes: [String: String]
    ) {
        self.recordingID = recordingID
        self.callID = callID
        self.queueID = queueID
        self.agentID = agentID
        self.customerNumber = customerNumber
        self.accessNumber = accessNumber
        self.leftAt = leftAt
        self.durationMicroseconds = durationMicroseconds
        self.attributes = attributes
    }
}
