import Contracts

/// What a tenant wants of its agents' states.
struct AgentRules: Sendable, Equatable {
    /// An agent who does not answer an offer is paused.
    var pausesAfterMissed = true
    /// How long a pause may last, by its reason.
    var pauseSeconds: [String: Int] = [:]
    var afterCallWork = AfterCallWorkKind.timed
    /// By how much an agent may make it longer, and how often.
    var extensionSeconds = 30
    var mostExtensions = 0

    init(pausesAfterMissed: Bool = true) { self.pausesAfterMissed = pausesAfterMissed }

    init(_ settings: DeskSettings, pausesAfterMissed: Bool) {
        self.pausesAfterMissed = pausesAfterMissed
        for reason in settings.pauseReasons { pauseSeconds[reason.reason] = reason.limitMinutes.map { $0 * 60 } }
        afterCallWork = settings.afterCallWork
        extensionSeconds = settings.extensionSeconds
        mostExtensions = settings.mostExtensions
    }
}

/// How after-call work ends.
enum AfterCallWorkKind: String, Codable, Sendable, CaseIterable {
    /// By itself after the queue's time, or earlier if the agent says so.
    case timed
    /// When the agent says so.
    case untilDone
    /// When the agent has said what became of the call.
    case mandatory
    /// There is none.
    case none
}

/// What a tenant set for its agents' desks.
struct DeskSettings: Codable, Sendable, Equatable {
    static let mostReasons = 50
    static let mostExperts = 2_000
    static let usualSessionMinutes = 15

    /// A reason for a pause.
    struct PauseReason: Codable, Sendable, Equatable {
        /// 1 to 64 characters.
        let reason: String
        /// 1 to 1440; without it, for as long as the agent likes. When it is exceeded, `agent.pause_exceeded` is told.
        let limitMinutes: Int?
    }

    /// Those offered to agents. Any other is allowed as well, without a limit.
    var pauseReasons: [PauseReason] = []
    var afterCallWork = AfterCallWorkKind.timed
    /// By how much an agent may make timed after-call work longer: 5 to 600.
    var extensionSeconds = 30
    /// How often: 0 to 20.
    var mostExtensions = 0
    /// Agents at an expert's seat (专家席).
    var experts: [AgentID] = []
    /// What a caller hears when an agent has answered (服务报号), where the queue node says nothing else; nil for nothing.
    var agentAnnouncement: AgentAnnouncement?
    /// The flow that an inbound caller goes on in when the agent hangs up, where the queue node says nothing: a survey
    /// (满意度调查). Nil for none.
    var afterTalkFlow: FlowID?
    /// When the customer leaves a conference of more than two, it is over. Default false: the others talk on.
    var endsConferenceWithCustomer: Bool?
    /// An agent whose page is closed and whose telephone is not registered for so long is signed out: 0 to 1440, 15 if it is
    /// left out, never with 0.
    var sessionMinutes: Int?

    /// - Throws: `Failure.invalid`
    func check() throws {
        guard pauseReasons.count <= Self.mostReasons, Set(pauseReasons.map(\.reason)).count == pauseReasons.count,
            pauseReasons.allSatisfy({
                (1...64).contains($0.reason.count) && ($0.limitMinutes.map { (1...1440).contains($0) } ?? true)
            })
        else {
            throw Failure(
                .invalid,
                "There are at most \(Self.mostReasons) reasons of 1 to 64 characters, each once, with 1 to 1440 minutes.",
                code: "reasonInvalid")
        }
        guard (5...600).contains(extensionSeconds), (0...20).contains(mostExtensions) else {
            throw Failure(
                .invalid, "An extension has 5 to 600 seconds, and there are at most 20.", code: "extensionInvalid")
        }
        guard experts.count <= Self.mostExperts else {
            throw Failure(.invalid, "There are at most \(Self.mostExperts) experts.", code: "expertsInvalid")
        }
        guard sessionMinutes.map({ (0...1440).contains($0) }) ?? true else {
            throw Failure(.invalid, "“sessionMinutes” is 0 to 1440.", code: "sessionInvalid")
        }
        try agentAnnouncement?.check()
        if let afterTalkFlow, !FlowID.isAcceptable(afterTalkFlow.rawValue) {
            throw Failure(.invalid, "“afterTalkFlow” is not the id of a flow.", code: "afterTalkFlowInvalid")
        }
    }
}

/// What kind of seat an agent has (CTI-18).
enum SeatKind: String, Codable, Sendable, CaseIterable { case ordinary, expert, supervisor }
