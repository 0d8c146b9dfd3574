import Contracts

/// What a customer answered to one question about how he was served (满意度调查).
struct SurveyAnswer: Codable, Sendable, Equatable {
    let question: String
    let key: String
    let score: Int
    /// Who had talked with him, if anybody had.
    let agentID: AgentID?
    let queueID: QueueID?
    let answeredAt: Timestamp
}

/// How the customers of one agent answered one question.
struct SurveyTotals: Codable, Sendable, Equatable {
    /// Nil for calls in which nobody had talked.
    let agentID: AgentID?
    let question: String
    let answers: Int
    /// Of these, how many scored as much as asked for, or more.
    let satisfied: Int
    /// 满意率: satisfied by answers.
    let rate: Double
    let average: Double
    /// Answers by score.
    let scores: [String: Int]
}
