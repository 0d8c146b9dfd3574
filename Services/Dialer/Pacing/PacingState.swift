import Contracts

/// How many numbers to dial for one queue: never more calls on the way and in line than agents are ready for them.
///
///     free = agents ready − calls waiting in the queue − calls on the way that do not wait there yet
///
/// Figures are asked for again and again, and are a moment old when they come. So a call counts as on the way until we
/// heard well before the question that it is queued, and one that was answered or ended since the question counts still:
/// its agent may have been ready when the figures were made.
struct PacingState: Sendable {
    enum Input: Sendable {
        /// Those that may dial now, in no order.
        case campaignsChanged([Campaign])
        /// How the queue stood, asked for at that time.
        case figuresTold(QueueFigures, askedAt: Timestamp)
        /// What became of a ``Action/dial(_:count:)``: fewer than wanted if the campaign has no more numbers that are due.
        case claimed(CampaignID, wanted: Int, [OpenAttempt])
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

    private struct Dialling {
        var campaign: Campaign
        /// How many it is just now taking from its list.
        var claiming = 0
        /// Its list was empty; it is not asked again before.
        var restsUntil: Timestamp?
        /// Counts dials, so that campaigns of equal priority take turns.
        var lastTurn = 0
    }

    /// So many numbers are dialled in one go.
    static let mostAtOnce = 50
    /// How long a campaign without due numbers is left alone.
    static let rest = Duration.seconds(5)
    /// How long after `call.queued` we trust that the queue counts the call.
    static let queueingTakes = Duration.seconds(1)

    private var campaigns: [CampaignID: Dialling] = [:]
    /// What campaigns are taking from their lists that do not dial any more.
    private var paused: [CampaignID: Int] = [:]
    private var onTheWay: [CallID: OnTheWay] = [:]
    /// Calls that are not on the way any more, and since when.
    private var released: [CallID: Timestamp] = [:]
    private var turns = 0

    /// Nothing is on the way and nothing would be dialled.
    var isIdle: Bool { campaigns.isEmpty && onTheWay.isEmpty && paused.isEmpty }
    /// Whether figures are of use.
    var wantsFigures: Bool { !campaigns.isEmpty }
    /// What is on the way, and since when.
    var attempts: [OpenAttempt] { onTheWay.values.map(\.attempt) }

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .campaignsChanged(let present): campaignsChanged(present)
        case .figuresTold(let figures, let askedAt): return figuresTold(figures, askedAt: askedAt, at: now)
        case .claimed(let id, let wanted, let attempts): claimed(id, wanted: wanted, attempts, at: now)
        case .found(let attempts): found(attempts)
        case .queued(let id): if onTheWay[id]?.queuedAt == nil { onTheWay[id]?.queuedAt = now }
        case .answered(let id), .ended(let id): release(id, at: now)
        }
        return []
    }

    private mutating func campaignsChanged(_ present: [Campaign]) {
        let old = campaigns
        campaigns = [:]
        for campaign in present {
            var dialling = old[campaign.id] ?? Dialling(campaign: campaign)
            dialling.campaign = campaign
            campaigns[campaign.id] = dialling
        }
        // What a paused campaign is just taking from its list still counts until it is told.
        for (id, dialling) in old where campaigns[id] == nil && dialling.claiming > 0 {
            paused[id, default: 0] += dialling.claiming
        }
    }

    private mutating func claimed(_ id: CampaignID, wanted: Int, _ attempts: [OpenAttempt], at now: Timestamp) {
        if let count = paused[id] {
            paused[id] = count > wanted ? count - wanted : nil
        } else if let dialling = campaigns[id] {
            campaigns[id]?.claiming = max(0, dialling.claiming - wanted)
            if attempts.count < wanted { campaigns[id]?.restsUntil = now.adding(Self.rest) }
        }
        found(attempts)
    }

    private mutating func found(_ attempts: [OpenAttempt]) {
        for attempt in attempts where !attempt.isAnswered && onTheWay[attempt.callID] == nil {
            guard released[attempt.callID] == nil else { continue }
            onTheWay[attempt.callID] = OnTheWay(attempt: attempt)
        }
    }

    private mutating func release(_ id: CallID, at now: Timestamp) {
        // Also of a call whose claim we have not heard of yet: the fact may be faster.
        onTheWay[id] = nil
        released[id] = now
    }

    // MARK: - Pacing

    private mutating func figuresTold(
        _ figures: QueueFigures, askedAt: Timestamp, at now: Timestamp
    ) -> [Action] {
        let justReleased = released.values.count { $0 >= askedAt }
        released = released.filter { $0.value.adding(.seconds(60)) > now }
        let dialling = onTheWay.values.count { call in
            guard let queuedAt = call.queuedAt else { return true }
            return queuedAt.adding(Self.queueingTakes) >= askedAt
        }
        let claiming = campaigns.values.reduce(0) { $0 + $1.claiming } + paused.values.reduce(0, +)
        let waiting = max(0, figures.waiting)
        let free = figures.agentsReady - waiting - dialling - claiming - justReleased
        return deal(min(free, Self.mostAtOnce), at: now)
    }

    /// Gives the free places to the campaign of the highest priority that is not resting; equals share.
    private mutating func deal(_ free: Int, at now: Timestamp) -> [Action] {
        guard free > 0 else { return [] }
        let able = campaigns.values.filter { $0.claiming == 0 && $0.restsUntil ?? now <= now }
        guard let highest = able.map(\.campaign.priority).max() else { return [] }
        let sharing = able.filter { $0.campaign.priority == highest }
            .sorted { ($0.lastTurn, $0.campaign.id) < ($1.lastTurn, $1.campaign.id) }
            .prefix(free)
        return sharing.enumerated().map { index, dialling in
            let count = free / sharing.count + (index < free % sharing.count ? 1 : 0)
            turns += 1
            campaigns[dialling.campaign.id]?.claiming = count
            campaigns[dialling.campaign.id]?.lastTurn = turns
            return .dial(dialling.campaign, count: count)
        }
    }
}
