import Contracts

/// The calls of one queue that ask for the same skills, and the ready agents who have them.
///
/// After every input either nobody waits here who may be offered, or nobody is ready. So a decision looks at heads only.
struct Line: Sendable {
    let queueID: QueueID
    let skills: Set<String>
    let ranking: AgentRanking
    /// The one agent who serves it, for callers who want him; nil for all who have the skills.
    let only: AgentID?
    /// Highest priority first, then longest waiting.
    var waiting = SortedLine<Place>()
    /// By the queue's strategy.
    var ready = SortedLine<IdleAgent>()
    private(set) var busy = 0
    private(set) var paused = 0

    init(queueID: QueueID, skills: Set<String>, ranking: AgentRanking, only: AgentID? = nil) {
        self.queueID = queueID
        self.skills = skills
        self.ranking = ranking
        self.only = only
    }

    /// The agent as he was counted last.
    func counted(_ id: AgentID, _ agent: RoutedAgent) -> IdleAgent {
        IdleAgent(rank: ranking.rank(of: id, agent.countedWork), since: agent.countedSince, agentID: id)
    }

    mutating func add(_ agent: IdleAgent, as standing: Standing) {
        switch standing {
        case .ready: ready.insert(agent)
        case .busy: busy += 1
        case .paused: paused += 1
        case .away: break
        }
    }

    mutating func remove(_ agent: IdleAgent, as standing: Standing) {
        switch standing {
        case .ready: ready.remove(agent)
        case .busy: busy -= 1
        case .paused: paused -= 1
        case .away: break
        }
    }
}

/// A call's place in line. The order is total: callers for whom a seat is locked, an agent's own callers, priority and waiting time as the queue weighs them,
/// then the call's id. Both grow alike for all, so that a place is found once and holds.
struct Place: Comparable, Sendable {
    /// 0: a seat is locked for him; 1: he wants one agent; 2: any will do.
    let precedence: Int
    let priority: Int
    let enqueuedAt: Timestamp
    /// When he would have come if all had the same priority, in microseconds.
    let weighed: Int64
    let callID: CallID
    /// Some agent did not take it, so that its data must be asked who may.
    let wasRefused: Bool

    init(_ call: WaitingCall, by rules: PriorityRules = PriorityRules(), wanted: WantedSeat?, wasRefused: Bool) {
        precedence = wanted.map { $0.locksSeat ? 0 : 1 } ?? 2
        self.wasRefused = wasRefused
        priority = rules.priority(of: call)
        enqueuedAt = call.enqueuedAt
        callID = call.callID
        let (weighed, overflow) = enqueuedAt.microseconds.subtractingReportingOverflow(
            Int64(priority) * rules.weight)
        self.weighed = overflow ? (priority > 0 ? .min : .max) : weighed
    }

    static func == (left: Place, right: Place) -> Bool {
        left.precedence == right.precedence && left.weighed == right.weighed && left.enqueuedAt == right.enqueuedAt
            && left.callID == right.callID
    }

    static func < (left: Place, right: Place) -> Bool {
        if left.precedence != right.precedence { return left.precedence < right.precedence }
        if left.weighed != right.weighed { return left.weighed < right.weighed }
        if left.enqueuedAt != right.enqueuedAt { return left.enqueuedAt < right.enqueuedAt }
        return left.callID < right.callID
    }
}

/// An agent without a call. By the queue's strategy, then longest idle first, then by id.
struct IdleAgent: Comparable, Sendable {
    let rank: Int64
    let since: Timestamp
    let agentID: AgentID

    static func < (left: IdleAgent, right: IdleAgent) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        return left.since != right.since ? left.since < right.since : left.agentID < right.agentID
    }
}

/// How an agent counts in the lines he serves.
enum Standing: Sendable { case ready, busy, paused, away }
