import Contracts

/// How a caller is to wait.
struct QueueWish: Codable, Sendable, Equatable {
    var queueID: QueueID
    var priority = 100
    var skills: [String] = []
    var language = "en"
    /// Hold music if empty.
    var music: [Prompt] = []
    var announcement: [Prompt] = []
    var announceEverySeconds: Int?
    var timeoutSeconds: Int?
    var leavesIfNoAgents = false
    var wants: WantedAgent?
    /// By which the caller may leave.
    var keys: [String]?
    /// Heard between the agent's answer and the talk; nil for what the tenant's desk settings say.
    var agentAnnouncement: [FlowPrompt]?
}
