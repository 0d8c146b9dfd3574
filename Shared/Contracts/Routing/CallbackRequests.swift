/// cti → acd: the caller would rather be called back than wait. He keeps his place: when his turn comes, an agent is rung
/// and then he is called.
///
/// Asked again for the same number in the same queue, nobody is called twice: the earlier place is kept.
/// - Throws: `Failure.notFound` if there is no such queue; `Failure.invalid` for what is no number; `Failure.unavailable` if
///   it could not be kept, so that the caller may wait on.
public struct RequestCallback: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "acd.request_callback"
    /// The call in which he asked.
    public let callID: CallID
    public let queueID: QueueID
    /// Where he is to be called: his own number, or another that he gave.
    public let number: String
    /// Since when he waits: his place.
    public let enqueuedAt: Timestamp
    /// 0 to 1000, as it was in the queue.
    public let priority: Int
    public let skills: [String]
    /// What is known of the caller (随路数据); the agent sees it again.
    public let attributes: [String: String]?
    /// The number that he called, to be shown if the queue names none; nil from a version that did not say.
    public let called: String?

    public init(
        callID: CallID, queueID: QueueID, number: String, enqueuedAt: Timestamp, priority: Int, skills: [String],
        attributes: [String: String]?, called: String? = nil
    ) {
        self.called = called
        self.callID = callID
        self.queueID = queueID
        self.number = number
        self.enqueuedAt = enqueuedAt
        self.priority = priority
        self.skills = skills
        self.attributes = attributes
    }
}

/// acd → cti: an agent is to call somebody back. His telephone rings for `ringSeconds`; when he has answered, the number is
/// called, and the two talk as if the call had come through the queue, with its after-call work.
/// - Throws: `Failure.conflict` with the code `agentNotReady` if he is in a call or not signed in; with `callTaken` or
///   `callOver` if there is or was such a call.
public struct CallBack: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.call_back"
    /// Chosen by acd and stored before it asks, so that asking again makes no second call.
    public let callID: CallID
    public let agentID: AgentID
    public let queueID: QueueID
    public let number: String
    /// The number shown; empty for the trunk's own.
    public let from: String
    public let ringSeconds: Int
    public let afterCallWorkSeconds: Int
    public let attributes: [String: String]
    /// True if he must be ready; else he may be paused, as when he takes it from the list himself.
    public let mustBeReady: Bool

    public init(
        callID: CallID, agentID: AgentID, queueID: QueueID, number: String, from: String, ringSeconds: Int,
        afterCallWorkSeconds: Int, attributes: [String: String], mustBeReady: Bool
    ) {
        self.callID = callID
        self.agentID = agentID
        self.queueID = queueID
        self.number = number
        self.from = from
        self.ringSeconds = ringSeconds
        self.afterCallWorkSeconds = afterCallWorkSeconds
        self.attributes = attributes
        self.mustBeReady = mustBeReady
    }
}
