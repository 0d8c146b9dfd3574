import Contracts

/// Who is given which campaign's next record, and when one comes back: for all tenants whose shards this instance owns. Pure.
///
///     chosen a campaign ─▶ ready? ─▶ given ─┬─▶ he decides (in the database, by any instance)
///                            ▲              ├─▶ its time is over ─▶ given back, or dialled
///                            └──────────────┴─▶ he does something else, the campaign is paused ─▶ given back
///
/// The rows are what is true: a number is claimed in a transaction before cti is asked to keep the agent, and every end
/// is a change of a row that is still open. What is in here is read again every second, so that an owner that takes over
/// goes on, and a decision that another instance took is seen.
struct PreviewState: Sendable {
    enum Input: Sendable {
        case shardAcquired(Shard)
        case shardLost(Shard)
        /// All that is in the database of it, asked for at that time.
        case floorRead(PreviewFloor, askedAt: Timestamp)
        /// Who is ready, of whom we asked.
        case readyTold(TenantID, [AgentID])
        /// What became of a ``Action/give``: nil if there was no number that is due, or the agent could not be kept.
        /// The revision is the agent's when he was kept.
        case given(TenantID, AgentID, OpenPreview?, revision: UInt64)
        case agentChanged(TenantID, AgentID, isKept: Bool, revision: UInt64)
        case timePassed
    }

    enum Action: Equatable {
        case readFloor
        case askReady(TenantID, [AgentID])
        case give(TenantID, AgentID, Campaign, zones: [String])
        /// A record of an earlier owner: ask cti to keep the agent for it.
        case keep(OpenPreview)
        case giveBack(OpenPreview, Preview.Outcome)
        /// Its time is over, and the campaign says that it is dialled.
        case dial(OpenPreview)
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let agent: AgentID
    }

    private struct Held {
        let open: OpenPreview
        /// From when on whoever reads the rows finds it, or it is over.
        let since: Timestamp
        /// The agent's when he was kept; nil until cti has said so.
        var revision: UInt64?
        /// When it was ended last; done again if the row is still there.
        var endedAt: Timestamp?
    }

    private struct Change {
        let revision: UInt64
        let isKept: Bool
    }

    static let readEvery = Duration.seconds(1)
    /// How long an agent without a number that is due is left alone.
    static let rest = Duration.seconds(3)
    /// How long after an end it is tried again.
    static let endTakes = Duration.seconds(5)

    private var shards: Set<Shard> = []
    private var campaigns: [TenantID: [CampaignID: RunningCampaign]] = [:]
    private var choices: [Key: CampaignID] = [:]
    private var held: [Key: Held] = [:]
    private var changes: [Key: Change] = [:]
    private var giving: Set<Key> = []
    private var restsUntil: [Key: Timestamp] = [:]
    private var asking: Set<TenantID> = []
    private var readsAt = Timestamp(microseconds: 0)

    /// Whose changes matter.
    var watched: Set<AgentOfTenant> { Set(choices.keys.map { AgentOfTenant(tenant: $0.tenant, agentID: $0.agent) }) }

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .shardAcquired(let shard):
            return shards.insert(shard).inserted ? [.readFloor] : []
        case .shardLost(let shard):
            shardLost(shard)
            return []
        case .floorRead(let floor, let askedAt): return floorRead(floor, askedAt, at: now)
        case .readyTold(let tenant, let agents): return readyTold(tenant, agents, at: now)
        case .given(let tenant, let agent, let open, let revision):
            return given(Key(tenant: tenant, agent: agent), open, revision, at: now)
        case .agentChanged(let tenant, let agent, let isKept, let revision):
            return changed(Key(tenant: tenant, agent: agent), Change(revision: revision, isKept: isKept), at: now)
        case .timePassed: return timePassed(at: now)
        }
    }

    private func isOurs(_ tenant: TenantID) -> Bool { shards.contains(.of(tenant)) }

    private mutating func shardLost(_ shard: Shard) {
        shards.remove(shard)
        choices = choices.filter { Shard.of($0.key.tenant) != shard }
        held = held.filter { Shard.of($0.key.tenant) != shard }
        changes = changes.filter { Shard.of($0.key.tenant) != shard }
        giving = giving.filter { Shard.of($0.tenant) != shard }
        asking = asking.filter { Shard.of($0) != shard }
        restsUntil = restsUntil.filter { Shard.of($0.key.tenant) != shard }
    }

    // MARK: - What is in the database

    private mutating func floorRead(_ floor: PreviewFloor, _ askedAt: Timestamp, at now: Timestamp) -> [Action] {
        campaigns = [:]
        for running in floor.campaigns where isOurs(running.tenant) && running.campaign.mode == .preview {
            campaigns[running.tenant, default: [:]][running.campaign.id] = running
        }
        choices = [:]
        for choice in floor.choices where isOurs(choice.tenant) {
            choices[Key(tenant: choice.tenant, agent: choice.agentID)] = choice.campaignID
        }
        let found = take(floor.open.filter { isOurs($0.tenant) }, askedAt)
        changes = changes.filter { choices[$0.key] != nil || held[$0.key] != nil }
        restsUntil = restsUntil.filter { choices[$0.key] != nil && $0.value > now }
        return found + endWithoutCampaign(at: now)
    }

    /// Records that we did not give ourselves are kept on; those that are over are forgotten.
    private mutating func take(_ open: [OpenPreview], _ askedAt: Timestamp) -> [Action] {
        var actions: [Action] = []
        for record in open {
            let key = Key(tenant: record.tenant, agent: record.preview.agentID)
            guard held[key]?.open.preview.id != record.preview.id, !giving.contains(key) else { continue }
            // Of an agent whom we have just given one, the one read may be older.
            if let known = held[key], known.open.preview.takenAt > record.preview.takenAt { continue }
            held[key] = Held(open: record, since: askedAt)
            actions.append(.keep(record))
        }
        let present = Set(open.map(\.preview.id))
        held = held.filter { _, record in present.contains(record.open.preview.id) || record.since > askedAt }
        return actions
    }

    /// The campaign is paused, or the agent has chosen another.
    private mutating func endWithoutCampaign(at now: Timestamp) -> [Action] {
        held.keys.sorted(by: Self.inOrder).flatMap { key -> [Action] in
            guard let record = held[key]?.open, choices[key] != record.preview.campaignID || campaign(of: record) == nil
            else { return [] }
            return giveBack(key, .givenBack, at: now)
        }
    }

    private func campaign(of record: OpenPreview) -> RunningCampaign? {
        campaigns[record.tenant]?[record.preview.campaignID]
    }

    private static func inOrder(_ left: Key, _ right: Key) -> Bool {
        (left.tenant, left.agent) < (right.tenant, right.agent)
    }

    // MARK: - Giving

    private mutating func readyTold(_ tenant: TenantID, _ agents: [AgentID], at now: Timestamp) -> [Action] {
        asking.remove(tenant)
        guard isOurs(tenant) else { return [] }
        return agents.compactMap { agent in
            let key = Key(tenant: tenant, agent: agent)
            guard let running = wants(key, at: now) else { return nil }
            giving.insert(key)
            return .give(tenant, agent, running.campaign, zones: running.openZones(at: now))
        }
    }

    /// The campaign whose next record the agent is to be given, if he is ready.
    private func wants(_ key: Key, at now: Timestamp) -> RunningCampaign? {
        guard held[key] == nil, !giving.contains(key), restsUntil[key].map({ $0 <= now }) ?? true,
            let chosen = choices[key], let running = campaigns[key.tenant]?[chosen],
            running.campaign.preview.admits(key.agent), !running.openZones(at: now).isEmpty
        else { return nil }
        return running
    }

    private mutating func given(_ key: Key, _ open: OpenPreview?, _ revision: UInt64, at now: Timestamp) -> [Action] {
        giving.remove(key)
        guard isOurs(key.tenant) else { return [] }
        guard let open else {
            restsUntil[key] = now.adding(Self.rest)
            return []
        }
        let known = held[key].flatMap { $0.open.preview.id == open.preview.id ? $0.since : nil }
        held[key] = Held(open: open, since: known ?? now, revision: revision)
        return leftIfChanged(key, at: now)
    }

    private mutating func changed(_ key: Key, _ change: Change, at now: Timestamp) -> [Action] {
        guard choices[key] != nil || held[key] != nil, changes[key]?.revision ?? 0 < change.revision else { return [] }
        changes[key] = change
        return leftIfChanged(key, at: now)
    }

    /// He was kept for the record, and is not any more.
    private mutating func leftIfChanged(_ key: Key, at now: Timestamp) -> [Action] {
        guard let revision = held[key]?.revision, let change = changes[key], change.revision > revision, !change.isKept
        else { return [] }
        return giveBack(key, .givenBack, at: now)
    }

    private mutating func giveBack(_ key: Key, _ outcome: Preview.Outcome, at now: Timestamp) -> [Action] {
        guard let open = end(key, at: now) else { return [] }
        return [.giveBack(open, outcome)]
    }

    /// Nil if it is being ended already.
    private mutating func end(_ key: Key, at now: Timestamp) -> OpenPreview? {
        guard let record = held[key], record.endedAt.map({ $0.adding(Self.endTakes) <= now }) ?? true else {
            return nil
        }
        held[key]?.endedAt = now
        return record.open
    }

    // MARK: - Time

    private mutating func timePassed(at now: Timestamp) -> [Action] {
        guard !shards.isEmpty else { return [] }
        var actions: [Action] = []
        for key in held.keys.sorted(by: Self.inOrder) {
            guard let record = held[key]?.open, record.preview.expiresAt <= now, let open = end(key, at: now) else {
                continue
            }
            let isDialled = campaign(of: open)?.campaign.preview.whenOver == .dial
            actions.append(isDialled ? .dial(open) : .giveBack(open, .expired))
        }
        let wanting = Dictionary(grouping: choices.keys.filter { wants($0, at: now) != nil }, by: \.tenant)
        for tenant in wanting.keys.sorted() where asking.insert(tenant).inserted {
            actions.append(.askReady(tenant, wanting[tenant, default: []].map(\.agent).sorted()))
        }
        if readsAt <= now {
            readsAt = now.adding(Self.readEvery)
            actions.append(.readFloor)
        }
        return actions
    }
}

/// One agent of one tenant.
struct AgentOfTenant: Sendable, Hashable {
    let tenant: TenantID
    let agentID: AgentID
}

/// Everything about records that agents look at, as it was read.
struct PreviewFloor: Sendable {
    var campaigns: [RunningCampaign] = []
    var choices: [PreviewChoice] = []
    var open: [OpenPreview] = []
}
