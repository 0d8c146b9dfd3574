import Contracts

/// One try to reach one number, as it is kept and shown.
struct Attempt: Codable, Sendable, Equatable {
    let id: AttemptID
    let campaignID: CampaignID
    let callID: CallID
    let number: String
    /// Nil while it goes on.
    let result: AttemptResult?
    let startedAt: Timestamp
    /// When customer and agent talked first.
    let answeredAt: Timestamp?
    let endedAt: Timestamp?
    let agentID: AgentID?
    /// What the agent said became of it, and what else he had to say.
    var disposition: String?
    var note: String?
    /// An agent had looked at it before.
    var isPreview: Bool?
}

/// A try that is not over, as pacing counts it.
struct OpenAttempt: Sendable, Equatable {
    let tenant: TenantID
    let id: AttemptID
    let callID: CallID
    let campaignID: CampaignID
    let queueID: QueueID
    let startedAt: Timestamp
    /// An agent talks with him.
    var isAnswered = false
    /// The agent is known already: none has to be kept free for it.
    var isPreview = false
}

/// A try that was stored and is to be dialled now.
struct ClaimedNumber: Sendable, Equatable {
    let attempt: OpenAttempt
    let number: String
    let attributes: [String: String]
}
