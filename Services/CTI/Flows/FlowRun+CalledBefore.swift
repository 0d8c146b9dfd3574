import Contracts

extension FlowNode {
    /// Goes one of two ways: whether we called this number a while ago, so that who calls back need not go through a menu
    /// (外呼后回电直接转人工).
    ///
    /// If so, attributes tell what is known: `earlierAgent`, `earlierQueue`, `earlierCampaign`, and `earlierCall`, which is
    /// `answered` or `unanswered`; those of whom nothing is known are left out. If acd does not say so at once, it is `else`.
    struct CalledBefore: Codable, Sendable, Equatable {
        static let longestHours = 720

        /// Holds the number; `caller` if there is none.
        var attribute: String?
        /// Default 24.
        var withinHours: Int?
        var then: String
        var `else`: String
    }
}

extension FlowValidation {
    static func contents(of before: FlowNode.CalledBefore) -> [String] {
        (before.attribute.map { name($0, "attribute") } ?? [])
            + number(before.withinHours, "withinHours", 1...FlowNode.CalledBefore.longestHours)
    }
}

extension FlowRun {
    func question(_ before: FlowNode.CalledBefore) -> (FlowQuestion, seconds: Int)? {
        let number = value(of: before.attribute ?? "caller") ?? ""
        guard !number.isEmpty else { return nil }
        let hours = min(max(before.withinHours ?? 24, 1), FlowNode.CalledBefore.longestHours)
        return (.earlierCall(number: number, withinHours: hours), seconds: 2)
    }

    mutating func remembered(_ answer: FlowAnswer, _ before: FlowNode.CalledBefore, in scene: FlowScene) -> [Step] {
        guard case .earlierCall(let call?) = answer else { return go("else", to: before.else, in: scene) }
        remember("earlierCall", call.wasAnswered ? "answered" : "unanswered")
        if let agent = call.agentID { remember("earlierAgent", agent.rawValue) }
        if let queue = call.queueID { remember("earlierQueue", queue.rawValue) }
        if let campaign = call.campaignID { remember("earlierCampaign", campaign.rawValue) }
        return go("then", to: before.then, in: scene)
    }
}
