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
}
