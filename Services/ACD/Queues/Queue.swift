import Contracts

/// A line that callers wait in, as a supervisor set it up.
struct Queue: Codable, Sendable, Equatable {
    let id: QueueID
    var name: String
    /// How long an agent's telephone rings before the call goes to the next agent.
    var ringSeconds = 15
    var afterCallWorkSeconds = 30
    /// An agent needs all of them to get a call of this queue.
    var requiredSkills: [String] = []
    /// When a caller is told his place first.
    var announcePositionAfter = 10
    /// How often he is told again; 0 for never at all.
    var announcePositionEvery = 0
}

/// A queue and the agents who work in it.
struct StaffedQueue: Sendable, Equatable {
    var queue: Queue
    var members: Set<AgentID>
}
