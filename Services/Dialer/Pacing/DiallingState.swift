import Contracts

/// All campaigns of the shards that this instance owns: one ``PacingState`` per tenant, and what to ask when. Pure.
///
///     shard acquired ─▶ open tries are read ─▶ every half second: who is free? ─▶ numbers taken, stored, dialled
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
        case agentsTold(TenantID, FreeAgentFigures, askedAt: Timestamp)
        case agentsUnknown(TenantID)
        case claimed(TenantID, CampaignID, wanted: Int, [OpenAttempt])
        case refused(TenantID, CampaignID)
        case queued(TenantID, CallID)
        case answered(TenantID, CallID)
        case ended(TenantID, CallID)
        case timePassed
    }

    enum Action: Equatable {
        /// Read the open tries of these shards, and ask cti which are up.
        case check([Shard])
        case askAgents(TenantID, [QueueID])
        case dial(TenantID, Campaign, count: Int, zones: [String])
        /// No fact tells of it and cti does not have it.
        case giveUp(OpenAttempt)
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
    private var pacing: [TenantID: PacingState] = [:]
    private var asking: Set<TenantID> = []
    private var missingSince: [CallKey: Timestamp] = [:]
    private var checksAt = Timestamp(microseconds: 0)

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .shardAcquired(let shard): return shardAcquired(shard)
        case .shardLost(let shard): shardLost(shard)
        case .campaignsRead(let running): campaignsRead(running, at: now)
        case .openRead(let attempts, let shards, let askedAt): openRead(attempts, of: shards, askedAt, at: now)
        case .callsFound(let tenant, let asked, let up): return callsFound(tenant, asked: asked, up: up, at: now)
        case .agentsTold(let tenant, let figures, let askedAt):
            return agentsTold(tenant, figures, askedAt: askedAt, at: now)
        case .agentsUnknown(let tenant): asking.remove(tenant)
        case .claimed(let tenant, let campaign, let wanted, let attempts):
            pace(tenant, .claimed(campaign, wanted: wanted, attempts), at: now)
        case .refused(let tenant, let campaign): tell(tenant, .refused(campaign), at: now)
        case .queued(let tenant, let call): tell(tenant, .queued(call), at: now)
        case .answered(let tenant, let call): tell(tenant, .answered(call), at: now)
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
        pacing = pacing.filter { Shard.of($0.key) != shard }
        missingSince = missingSince.filter { Shard.of($0.key.tenant) != shard }
        asking = asking.filter { Shard.of($0) != shard }
    }

    private mutating func campaignsRead(_ running: [RunningCampaign], at now: Timestamp) {
        campaigns = running.filter { $0.campaign.mode == .progressive }
        openCampaigns(at: now)
    }

    /// Tells each tenant's pacing which campaigns may dial now.
    private mutating func openCampaigns(at now: Timestamp) {
        let open = campaigns.filter { shards[.of($0.tenant)] == true && !$0.openZones(at: now).isEmpty }
        let byTenant = Dictionary(grouping: open, by: \.tenant)
        for tenant in Set(byTenant.keys).union(pacing.keys) {
            pace(tenant, .campaignsChanged(byTenant[tenant, default: []].map(\.campaign)), at: now)
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
        for (tenant, attempts) in Dictionary(grouping: open, by: \.tenant) { pace(tenant, .found(attempts), at: now) }
        // Whatever was over in the database when we asked is over, also if its fact never reached us.
        let present = Set(open.map { CallKey(tenant: $0.tenant, call: $0.callID) })
        for (tenant, state) in pacing where known.contains(.of(tenant)) {
            // A try that began a moment before may have been stored a moment after.
            for attempt in state.attempts where attempt.startedAt.adding(Self.factsTake) < askedAt {
                guard !present.contains(CallKey(tenant: tenant, call: attempt.callID)) else { continue }
                ended(tenant, attempt.callID, at: now)
            }
        }
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
        tell(tenant, .ended(call), at: now)
        missingSince[CallKey(tenant: tenant, call: call)] = nil
    }

    /// Of a tenant who dials; calls of all others are none of ours.
    private mutating func tell(_ tenant: TenantID, _ input: PacingState.Input, at now: Timestamp) {
        guard pacing[tenant] != nil else { return }
        pace(tenant, input, at: now)
    }

    // MARK: - Pacing

    private mutating func agentsTold(
        _ tenant: TenantID, _ figures: FreeAgentFigures, askedAt: Timestamp, at now: Timestamp
    ) -> [Action] {
        asking.remove(tenant)
        guard shards[.of(tenant)] == true else { return [] }
        return pace(tenant, .agentsTold(figures, askedAt: askedAt), at: now).map { action in
            switch action {
            case .dial(let campaign, let count):
                let running = campaigns.first { $0.tenant == tenant && $0.campaign.id == campaign.id }
                return .dial(tenant, campaign, count: count, zones: running?.openZones(at: now) ?? [])
            }
        }
    }

    @discardableResult
    private mutating func pace(
        _ tenant: TenantID, _ input: PacingState.Input, at now: Timestamp
    ) -> [PacingState.Action] {
        guard shards[.of(tenant)] != nil else { return [] }
        return pacing[tenant, default: PacingState()].handle(input, at: now)
    }

    // MARK: - Time

    private mutating func timePassed(at now: Timestamp) -> [Action] {
        openCampaigns(at: now)
        var actions: [Action] = []
        for (tenant, state) in pacing where !asking.contains(tenant) {
            let queues = state.queues
            guard !queues.isEmpty else { continue }
            asking.insert(tenant)
            actions.append(.askAgents(tenant, queues))
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
