/// cti → acd: the caller would rather be called back than wait on: his place is kept, without the call. Asking again for the
/// same call changes nothing.
/// - Throws: `Failure.notFound` if there is no such queue; `Failure.invalid` for a number that cannot be dialled.
public struct RequestCallback: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "acd.request_callback"
    /// The call that asked; it may be over before he is called back.
    public let callID: CallID
    public let queueID: QueueID
    /// Where he wants to be called.
    public let number: String
    /// Since when he has waited, so that he loses nothing by hanging up.
    public let enqueuedAt: Timestamp
    /// 0 to 1000, higher first.
    public let priority: Int
    /// As in ``WaitingCall``.
    public let skills: [String]
    /// What is known of the caller, for the agent who will talk with him and for the queue's rules of priority.
    public let attributes: [String: String]?

    public init(
        callID: CallID, queueID: QueueID, number: String, enqueuedAt: Timestamp, priority: Int, skills: [String],
        attributes: [String: String]?
    ) {
        self.callID = callID
        self.queueID = queueID
        self.number = number
        self.enqueuedAt = enqueuedAt
        self.priority = priority
        self.skills = skills
        self.attributes = attributes
    }
}
