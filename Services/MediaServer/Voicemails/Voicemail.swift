import Contracts

/// A message of a caller (留言): a recording that somebody is to hear and to deal with.
struct Voicemail: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable, CaseIterable { case new, heard, done }

    /// Of the recording as well: `/v1/recordings/{id}` plays it.
    let id: RecordingID
    let callID: CallID
    /// Whose box it lies in: a queue's, an agent's; the tenant's own if neither.
    let queueID: QueueID?
    let agentID: AgentID?
    let customerNumber: String
    /// The access number that was called.
    let line: String
    let leftAt: Timestamp
    let durationMicroseconds: Int64
    /// What was learnt of the caller on the way (随路数据).
    let attributes: [String: String]
    /// Who is to deal with it.
    let assignedTo: UserID?
    let heardAt: Timestamp?
    let heardBy: UserID?
    let doneAt: Timestamp?
    let doneBy: UserID?
    let note: String?
    let state: State
}

/// What is to become of a message. What is left out stays.
struct VoicemailChange: Codable, Sendable, Equatable {
    /// An empty text: nobody.
    var assignedTo: String?
    var isHeard: Bool?
    var isDone: Bool?
    /// Up to 500 characters.
    var note: String?
}

/// Which messages are wanted; nil is any.
struct VoicemailFilter: Sendable, Equatable {
    var queue: QueueID?
    var agent: AgentID?
    var assignedTo: UserID?
    /// The customer's, whole, or with `*` at its end its beginning.
    var number: String?
    var line: String?
    var state: Voicemail.State?
    /// Only those in his own box, or assigned to him.
    var visibleTo: UserID?
}
