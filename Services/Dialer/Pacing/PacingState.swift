import Contracts

/// How many numbers to dial for one tenant: never more calls on the way and in line than agents ready for them, and no
/// agent counted twice, however many queues he works in.
///
///     agents ready, by the queues they serve
///       − one for each call that waits in a queue of theirs, or is on the way to one and does not wait there yet
///       = agents for whom numbers are dialled now
///
/// Figures are asked for again and again, and are a moment old when they come. So a call counts as on the way until we
/// heard well before the question that it is queued, and one that was answered or ended since the question counts still:
/// its agent may have been ready when the figures were made.
struct PacingState: Sendable {
    enum Input: Sendable {
        /// Those that may dial now, in no order.
        case campaignsChanged([Campaign])
        /// Who was free, asked for at that time.
        case agentsTold(FreeAgentFigures, askedAt: Timestamp)
        /// What became of a ``Action/dial(_:count:)``: fewer than wanted if the campaign has no more numbers that are due.
        case claimed(CampaignID, wanted: Int, [OpenAttempt])
        /// cti could not be reached, or could not call.
        case refused(CampaignID)
        /// Tries of an earlier life, found in the database.
        case found([OpenAttempt])
        case queued(CallID)
        case answered(CallID)
        case ended(CallID)
    }

    enum Action: Equatable {
        case dial(Campaign, count: Int)
    }

    private struct OnTheWay {
        let attempt: OpenAttempt
        var queuedAt: Timestamp?
    }

    /// A call that is not on the way any more; no queue if we did not know of it.
    private struct Released {
        let at: Timestamp
        let queue: QueueID?
    }

    private struct Dialling {
        var campaign: Campaign
        /// Its list was empty, or its calls could not be made; it is not asked again before.
        var restsUntil: Timestamp?
        /// Counts dials, so that campaigns of equal priority take turns.
        var lastTurn = 0
    }

    /// What a campaign is just now taking from its list, whether it may dial on or not.
    private struct Claiming {
        let queue: QueueID
        var count: Int
    }

    /// So many numbers are dialled in one go.
    static let mostAtOnce = 50
    /// How long a campaign without due numbers is left alone.
    static let rest = Duration.seconds(5)
    /// How long after `call.queued` we trust that the queue counts the call.
    static let queueingTakes = Duration.seconds(1)
    /// How long an end is remembered, for what is told of the call later.
    static let remembers = Duration.seconds(60)

    private var campaigns: [CampaignID: Dialling] = [:]
    private var claiming: [CampaignID: Claiming] = [:]
    private var onTheWay: [CallID: OnTheWay] = [:]
    private var released: [CallID: Released] = [:]
    private var turns = 0

    /// Nothing is on the way and nothing would be dialled.
    var isIdle: Bool { campaigns.isEmpty && onTheWay.isEmpty && claiming.isEmpty }
    /// What is on the way, and since when.
    var attempts: [OpenAttempt] { onTheWay.values.map(\.attempt) }

    /// The queues whose agents matter now; none while nothing would be dialled.
    var queues: [QueueID] {
        guard !campaigns.isEmpty else { return [] }
        let all = campaigns.values.map(\.campaign.queueID) + onTheWay.values.map(\.attempt.queueID)
        return Set(all + claiming.values.map(\.queue)).sorted()
    }

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .campaignsChanged(let present): campaignsChanged(present, at: now)
        case .agentsTold(let figures, let askedAt): return agentsTold(figures, askedAt: askedAt, at: now)
        case .claimed(let id, let wanted, let attempts): claimed(id, wanted: wanted, attempts, at: now)
        case .refused(let id): campaigns[id]?.restsUntil = now.adding(Self.rest)
        case .found(let attempts): found(attempts)
        case .queued(let id): if onTheWay[id]?.queuedAt == nil { onTheWay[id]?.queuedAt = now }
        case .answered(let id), .ended(let id): release(id, at: now)
        }
        return []
    }

    private mutating func campaignsChanged(_ present: [Campaign], at now: Timestamp) {
        let old = campaigns
        campaigns = [:]
        for campaign in present {
            var dialling = old[campaign.id] ?? Dialling(campaign: campaign)
            dialling.campaign = campaign
            campaigns[campaign.id] = dialling
        }
        released = released.filter { $0.value.at.adding(Self.remembers) > now }
    }

    private mutating func claimed(_ id: CampaignID, wanted: Int, _ attempts: [OpenAttempt], at now: Timestamp) {
        claiming[id]?.count -= wanted
        if claiming[id]?.count ?? 0 <= 0 { claiming[id] = nil }
        if attempts.count < wanted { campaigns[id]?.restsUntil = now.adding(Self.rest) }
        found(attempts)
    }

    private mutating func found(_ attempts: [OpenAttempt]) {
        for attempt in attempts where !attempt.isAnswered && !attempt.isPreview && onTheWay[attempt.callID] == nil {
            guard released[attempt.callID] == nil else { continue }
            onTheWay[attempt.callID] = OnTheWay(attempt: attempt)
        }
    }

    private mutating func release(_ id: CallID, at now: Timestamp) {
        // Also of a call whose claim we have not heard of yet: the fact may be faster.
        let queue = onTheWay.removeValue(forKey: id)?.attempt.queueID ?? released[id]?.queue
        released[id] = Released(at: now, queue: queue)
    }

    // MARK: - Pacing

    private mutating func agentsTold(
        _ figures: FreeAgentFigures, askedAt: Timestamp, at now: Timestamp
    ) -> [Action] {
        var agents = AgentAssignment(figures.groups)
        for (queue, calls) in owed(figures, askedAt: askedAt).sorted(by: { $0.key < $1.key }) {
            agents.take(calls, for: queue)
        }
        return deal(agents, at: now)
    }

    /// How many agents of which queue are spoken for.
    private func owed(_ figures: FreeAgentFigures, askedAt: Timestamp) -> [QueueID: Int] {
        var owed: [QueueID: Int] = [:]
        for line in figures.lines { owed[line.queueID, default: 0] += max(0, line.waiting) }
        for call in onTheWay.values {
            if let queuedAt = call.queuedAt, queuedAt.adding(Self.queueingTakes) < askedAt { continue }
            owed[call.attempt.queueID, default: 0] += 1
        }
        for claim in claiming.values { owed[claim.queue, default: 0] += claim.count }
        for call in released.values where call.at >= askedAt {
            if let queue = call.queue { owed[queue, default: 0] += 1 }
        }
        return owed
    }

    /// Agent by agent to the campaigns of the highest priority that are not resting, in turns; who is left, to the next.
    private mutating func deal(_ free: AgentAssignment, at now: Timestamp) -> [Action] {
        let able = campaigns.values.filter { claiming[$0.campaign.id] == nil && $0.restsUntil ?? now <= now }
        let inOrder = able.sorted {
            (-$0.campaign.priority, $0.lastTurn, $0.campaign.id) < (-$1.campaign.priority, $1.lastTurn, $1.campaign.id)
        }
        var (agents, left) = (free, Self.mostAtOnce)
        var counts: [CampaignID: Int] = [:]
        for priority in Set(able.map(\.campaign.priority)).sorted(by: >) {
            var sharing = inOrder.map(\.campaign).filter { $0.priority == priority }
            while left > 0, !sharing.isEmpty {
                // Who finds no agent now finds none later: they only become fewer.
                sharing = sharing.filter { campaign in
                    guard left > 0, agents.take(for: campaign.queueID) else { return false }
                    counts[campaign.id, default: 0] += 1
                    left -= 1
                    return true
                }
            }
        }
        return inOrder.compactMap { dialling in counts[dialling.campaign.id].map { dial(dialling.campaign, $0) } }
    }

    private mutating func dial(_ campaign: Campaign, _ count: Int) -> Action {
        turns += 1
        campaigns[campaign.id]?.lastTurn = turns
        claiming[campaign.id] = Claiming(queue: campaign.queueID, count: count)
        return .dial(campaign, count: count)
    }
}
