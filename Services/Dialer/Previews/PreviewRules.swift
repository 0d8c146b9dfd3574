import Contracts
import ServiceKit

/// Who begins the calls of a campaign.
enum CampaignMode: String, Codable, Sendable, CaseIterable {
    /// The dialer, one call for each agent who is free (渐进式).
    case progressive
    /// An agent who has looked at the record first (浏览式, 预先拨号).
    case preview
}

/// How agents look at the records of a campaign of mode `preview`. What is left out is as usual.
struct PreviewRules: Codable, Sendable, Equatable {
    /// What happens with a record whose time is over.
    enum WhenOver: String, Codable, Sendable, CaseIterable { case giveBack, dial }

    /// How long a record is an agent's to decide on: 5 to 3600.
    var seconds = 300
    /// It goes to the next agent, or is dialled: then the agent's telephone rings, and the number once he has lifted it.
    var whenOver = WhenOver.giveBack
    /// 0 to 3600.
    var afterCallWorkSeconds = 30
    /// Dispositions after which a customer who was reached is called again, as after a try in vain.
    var againAfter: [String] = []
    /// Who may choose the campaign; empty for everybody.
    var agents: [AgentID] = []

    private enum CodingKeys: String, CodingKey { case seconds, whenOver, afterCallWorkSeconds, againAfter, agents }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seconds = try container.decodeIfPresent(Int.self, forKey: .seconds) ?? seconds
        whenOver = try container.decodeIfPresent(WhenOver.self, forKey: .whenOver) ?? whenOver
        afterCallWorkSeconds =
            try container.decodeIfPresent(Int.self, forKey: .afterCallWorkSeconds) ?? afterCallWorkSeconds
        againAfter = try container.decodeIfPresent([String].self, forKey: .againAfter) ?? againAfter
        agents = try container.decodeIfPresent([AgentID].self, forKey: .agents) ?? agents
    }

    /// - Throws: `Failure.invalid`
    func checked() throws -> PreviewRules {
        guard (5...3600).contains(seconds), (0...3600).contains(afterCallWorkSeconds) else {
            throw Failure(
                .invalid, "A record is looked at for 5 to 3600 seconds, and worked after for at most 3600.",
                code: "previewInvalid")
        }
        guard againAfter.count <= 50, againAfter.allSatisfy({ (1...200).contains($0.count) }),
            agents.count <= 2000, agents.allSatisfy({ AgentID.isAcceptable($0.rawValue) })
        else {
            throw Failure(
                .invalid, "At most 50 dispositions of 1 to 200 letters, and at most 2000 agents.",
                code: "previewInvalid")
        }
        return self
    }

    /// Whether the agent may choose the campaign.
    func admits(_ agent: AgentID) -> Bool { agents.isEmpty || agents.contains(agent) }
}
