import Contracts

/// All campaigns of the shards that this instance owns: one ``PacingState`` per queue, and what to ask when. Pure.
///
///     shard acquired ─▶ open tries are read ─▶ every half second: queue's figures ─▶ numbers taken, stored, dialled
///                                              every five seconds: which calls are up? what cti does not have is given up
struct DiallingState: Sendable {
    enum Input: Sendable {
        case shardAcquired(Shard)
        case shardLost(Shard)
        /// All that run, of all tenants.
        case campaignsRead([RunningCampaign])
        /// The tries that are open in the database, asked for at that time, of these shards.
        case openRead([OpenAttempt], of: [Shard], askedAt: Timestamp)
        /// Which of a tenant's open tries cti has.
        case callsFound(TenantID, asked: [OpenAttempt], up: Set<CallID>)
        case figuresTold(TenantID, QueueFigures, askedAt: Timestamp)
        case figuresMissing(TenantID, QueueID)
        case claimed(TenantID, QueueID, CampaignID, wanted: Int, [OpenAttempt])
        case queued(TenantID, CallID)
        case answered(TenantID, CallID)
        case ended(TenantID, CallID)
        case timePassed
    }

    enum Action: Equatable {
        /// Read the open tries of these shards, and ask cti which are up.
        case check([Shard])
        case askFigures(TenantID, QueueID)
        case dial(TenantID, Campaign, count: Int, zones: [String])
        /// No fact tells of it and cti does not have it.
        case giveUp(OpenAttempt)
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let queue: QueueID
    }

    private struct CallKey: Hashable {
        let tenant: TenantID
        let call: CallID
    }

    static let checkEvery = Duration.seconds(5)
    /// How long a try that cti does not have waits for the fact that tells its result.
    static let factsTake = Duration.seconds(10)

    /// Those whose open tries are known; only they are dialled for.
    private var shards: [Shard: Bool] = [:]
    private var campaigns: [RunningCampaign] = []
    private var pacing: [Key: PacingState] = [:]
    /// Which queue a call belongs to.
    private var queues: [CallKey: QueueID] = [:]
    private var asking: Set<Key> = []
    private var missingSince: [CallKey: Timestamp] = [:]
    private var checksAt = Timestamp(microseconds: 0)

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .shardAcquired(let shard): return shardAcquired(shard)
        case .shardLost(let shard): shardLost(shard)
        case .campaignsRead(let running): campaignsRead(running, at: now)
        case .openRead(let attempts, let shards, let askedAt): openRead(attempts, of: shards, askedAt, at: now)
        case .callsFound(let tenant, let asked, let up): return callsFound(tenant, asked: asked, up: up, at: now)
        case .figuresTold(let tenant, let figures, let askedAt):
            return figuresTold(tenant, figures, askedAt: askedAt, at: now)
        case .figuresMissing(let tenant, let queue): asking.remove(Key(tenant: tenant, queue: queue))
        case .claimed(let tenant, let queue, let campaign, let wanted, let attempts):
            for attempt in attempts { queues[CallKey(tenant: tenant, call: attempt.callID)] = queue }
            pace(Key(tenant: tenant, queue: queue), .claimed(campaign, wanted: wanted, attempts), at: now)
        case .queued(let tenant, let call): tell(tenant, call, .queued(call), at: now)
        case .answered(let tenant, let call): tell(tenant, call, .answered(call), at: now)
        case .ended(let tenant, let call): ended(tenant, call, at: now)
        case .timePassed: return timePassed(at: now)
        }
        return []
    }

    // MARK: - Shards and campaigns

    private mutating func shardAcquired(_ shard: Shard) -> [Action] {
        guard shards[shard] == nil else { return [] }
        shards[shard] = false
        return [.check([shard])]
    }

    private mutating func shardLost(_ shard: Shard) {
        shards[shard] = nil
        pacing = pacing.filter { Shard.of($0.key.tenant) != shard }
        queues = queues.filter { Shard.of($0.key.tenant) != shard }
        missingSince = missingSince.filter { Shard.of($0.key.tenant) != shard }
        asking = asking.filter { Shard.of($0.tenant) != shard }
    }

    private mutating func campaignsRead(_ running: [RunningCampaign], at now: Timestamp) {
        campaigns = running
        openCampaigns(at: now)
    }

    /// Tells each queue's pacing which campaigns may dial now.
    private mutating func openCampaigns(at now: Timestamp) {
        let open = campaigns.filter { shards[.of($0.tenant)] == true && !$0.openZones(at: now).isEmpty }
        let byQueue = Dictionary(grouping: open) { Key(tenant: $0.tenant, queue: $0.campaign.queueID) }
        for key in Set(byQueue.keys).union(pacing.keys) {
            pace(key, .campaignsChanged(byQueue[key, default: []].map(\.campaign)), at: now)
        }
        pacing = pacing.filter { !$0.value.isIdle }
    }

    // MARK: - Tries

    private mutating func openRead(
        _ attempts: [OpenAttempt], of asked: [Shard], _ askedAt: Timestamp, at now: Timestamp
    ) {
        let known = asked.filter { shards[$0] != nil }
        for shard in known { shards[shard] = true }
        let open = attempts.filter { known.contains(.of($0.tenant)) }
        for (key, attempts) in Dictionary(grouping: open, by: { Key(tenant: $0.tenant, queue: $0.queueID) }) {
            for attempt in attempts { queues[CallKey(tenant: key.tenant, call: attempt.callID)] = key.queue }
            pace(key, .found(attempts), at: now)
        }
        // Whatever was over in the database when we asked is over, also if its fact never reached us.
        let present = Set(open.map { CallKey(tenant: $0.tenant, call: $0.callID) })
        for (key, state) in pacing where known.contains(.of(key.tenant)) {
            // A try that began a moment before may have been stored a moment after.
            for attempt in state.attempts where attempt.startedAt.adding(Self.factsTake) < askedAt {
                guard !present.contains(CallKey(tenant: key.tenant, call: attempt.callID)) else { continue }
                ended(key.tenant, attempt.callID, at: now)
            }
        }
        let counted = pacing.flatMap { key, state in
            state.attempts.map { CallKey(tenant: key.tenant, call: $0.callID) }
        }
        let kept = present.union(counted)
        queues = queues.filter { !known.contains(.of($0.key.tenant)) || kept.contains($0.key) }
        openCampaigns(at: now)
    }

    private mutating func callsFound(
        _ tenant: TenantID, asked: [OpenAttempt], up: Set<CallID>, at now: Timestamp
    ) -> [Action] {
        guard shards[.of(tenant)] != nil else { return [] }
        var actions: [Action] = []
        for attempt in asked {
            let key = CallKey(tenant: tenant, call: attempt.callID)
            guard !up.contains(attempt.callID) else {
                missingSince[key] = nil
                continue
            }
            let since = missingSince[key] ?? now
            missingSince[key] = since
            if since.adding(Self.factsTake) <= now { actions.append(.giveUp(attempt)) }
        }
        let open = Set(asked.map(\.callID))
        missingSince = missingSince.filter { $0.key.tenant != tenant || open.contains($0.key.call) }
        return actions
    }

    private mutating func ended(_ tenant: TenantID, _ call: CallID, at now: Timestamp) {
        tell(tenant, call, .ended(call), at: now)
        queues[CallKey(tenant: tenant, call: call)] = nil
        missingSince[CallKey(tenant: tenant, call: call)] = nil
    }

    private mutating func tell(_ tenant: TenantID, _ call: CallID, _ input: PacingState.Input, at now: Timestamp) {
        guard let queue = queues[CallKey(tenant: tenant, call: call)] else { return }
        pace(Key(tenant: tenant, queue: queue), input, at: now)
    }

    // MARK: - Pacing

    private mutating func figuresTold(
        _ tenant: TenantID, _ figures: QueueFigures, askedAt: Timestamp, at now: Timestamp
    ) -> [Action] {
        let key = Key(tenant: tenant, queue: figures.queueID)
        asking.remove(key)
        guard shards[.of(tenant)] == true else { return [] }
        return pace(key, .figuresTold(figures, askedAt: askedAt), at: now).map { action in
            switch action {
            case .dial(let campaign, let count):
                let running = campaigns.first { $0.tenant == tenant && $0.campaign.id == campaign.id }
                return .dial(tenant, campaign, count: count, zones: running?.openZones(at: now) ?? [])
            }
        }
    }

    @discardableResult
    private mutating func pace(_ key: Key, _ input: PacingState.Input, at now: Timestamp) -> [PacingState.Action] {
        guard shards[.of(key.tenant)] != nil else { return [] }
        return pacing[key, default: PacingState()].handle(input, at: now)
    }

    // MARK: - Time

    private mutating func timePassed(at now: Timestamp) -> [Action] {
        openCampaigns(at: now)
        var actions: [Action] = []
        for (key, state) in pacing where state.wantsFigures && !asking.contains(key) {
            asking.insert(key)
            actions.append(.askFigures(key.tenant, key.queue))
        }
        if checksAt <= now, !shards.isEmpty {
            checksAt = now.adding(Self.checkEvery)
            actions.append(.check(shards.keys.sorted()))
        }
        return actions
    }
}

extension RunningCampaign {
    /// The time zones of its numbers in which it is time to call.
    func openZones(at now: Timestamp) -> [String] {
        zones.filter { campaign.hours.isOpen(at: now, in: $0.isEmpty ? nil : $0) }
    }
}
