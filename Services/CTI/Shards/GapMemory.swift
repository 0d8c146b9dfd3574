import Contracts
import Synchronization

/// What the media-servers told in the last seconds about legs that came and went, whoever owned their shard.
///
/// A caller who arrived and gave up while nobody was in control left no leg and no stored call: from here the next owner
/// knows him, so that he is counted as well.
final class GapMemory: Sendable {
    /// Longer than a take-over takes.
    static let seconds = 15
    static let most = 20_000
    static let mostBegun = 100_000

    private struct Gone {
        let leg: MissedLeg
        let endedAt: Timestamp
    }

    private struct State {
        var arrived: [LegID: MissedLeg] = [:]
        var gone: [Gone] = []
        /// What the owners told of agents last. Read only when somebody takes over.
        var agents: [AgentKey: Envelope] = [:]
        /// Calls whose beginning was told, and not their end.
        var begun: [Told: Begun] = [:]
        /// Calls whose end was told: nobody missed them.
        var told = RecentIDs<Told>(capacity: most)

        /// Those whose end was never heard, as their media-server died, must not fill the memory for good.
        mutating func makeRoom() {
            guard arrived.count >= most else { return }
            let oldest = arrived.values.sorted { $0.arrivedAt < $1.arrivedAt }.prefix(most / 2)
            for leg in oldest { arrived[leg.arrival.legID] = nil }
        }
    }

    private struct Begun {
        let fact: Envelope
        let heardAt: Timestamp
        /// Read in what a former process of this instance has left, so that its end may have been told by others.
        var isLeft = false
    }

    private struct Told: Hashable {
        let tenant: TenantID
        let callID: CallID
    }

    private let state = Mutex(State())

    /// - Returns: with its end, who came: his shard may not have been ours when he did.
    @discardableResult
    func heard(_ fact: LegFact, tenant: TenantID, on instance: InstanceID, at time: Timestamp) -> MissedLeg? {
        switch fact {
        case .arrived(let leg):
            return state.withLock { state in
                guard leg.phoneID == nil else { return nil }
                state.makeRoom()
                state.arrived[leg.legID] = MissedLeg(
                    arrival: leg, tenant: tenant, instance: instance, arrivedAt: time, endedAt: time)
                return nil
            }
        case .ended(let leg, _): return heardEnd(of: leg, at: time)
        default: return nil
        }
    }

    /// - Returns: who came, if he is known.
    @discardableResult
    func heardEnd(of leg: LegID, at time: Timestamp) -> MissedLeg? {
        state.withLock { state in
            guard var missed = state.arrived.removeValue(forKey: leg) else { return nil }
            missed.endedAt = time
            state.gone.append(Gone(leg: missed, endedAt: time))
            let oldest = time.adding(.seconds(-Self.seconds))
            let old = state.gone.prefix { $0.endedAt < oldest }.count
            state.gone.removeFirst(max(old, state.gone.count - Self.most))
            return missed
        }
    }

    /// What an owner told.
    /// - Parameter isLeft: read in what a former process of this instance has left.
    func heard(_ envelope: Envelope, isLeft: Bool = false) {
        guard let tenant = envelope.tenant else { return }
        switch envelope.type {
        case CallStarted.topic: heardBeginning(envelope, of: tenant, isLeft: isLeft)
        case CallEnded.topic: heardEnd(of: CallID(rawValue: envelope.subject), tenant: tenant)
        case AgentStateChanged.topic: heardAgent(envelope, of: tenant)
        default: break
        }
    }

    private func heardAgent(_ fact: Envelope, of tenant: TenantID) {
        let key = AgentKey(tenant: tenant, agentID: AgentID(rawValue: fact.subject))
        state.withLock { state in
            if let known = state.agents[key], !Self.isNewer(fact, than: known) { return }
            state.agents[key] = fact
            guard state.agents.count > Self.most else { return }
            let oldest = fact.time.adding(.seconds(-Self.seconds))
            state.agents = state.agents.filter { $0.value.time >= oldest }
            if state.agents.count > Self.most { state.agents = [key: fact] }
        }
    }

    /// One owner tells in order; of two, the higher revision is newer.
    private static func isNewer(_ fact: Envelope, than known: Envelope) -> Bool {
        if fact.stream == known.stream { return fact.number > known.number }
        guard let new = agent(in: fact) else { return false }
        return agent(in: known).map { $0.revision < new.revision } ?? true
    }

    private static func agent(in fact: Envelope) -> AgentSnapshot? {
        guard let agent = try? fact.decode(AgentStateChanged.self).agent, agent.tenant == fact.tenant else {
            return nil
        }
        return agent
    }

    /// What was told last of a shard's agents: the owner may have died before he stored it.
    func agents(in shard: Shard) -> [AgentSnapshot] {
        let facts = state.withLock { state in state.agents.filter { Shard.of($0.key.tenant) == shard }.map(\.value) }
        return facts.compactMap(Self.agent)
    }

    func heardEnd(of call: CallID, tenant: TenantID) {
        let ended = Told(tenant: tenant, callID: call)
        state.withLock { state in
            state.told.insert(ended)
            state.begun[ended] = nil
        }
    }

    private func heardBeginning(_ fact: Envelope, of tenant: TenantID, isLeft: Bool) {
        let began = Told(tenant: tenant, callID: CallID(rawValue: fact.subject))
        state.withLock { state in
            guard !state.told.contains(began) else { return }
            // Too many to be looked after: the oldest are left to whoever reads the facts.
            if state.begun.count >= Self.mostBegun {
                let oldest = state.begun.sorted { $0.value.heardAt < $1.value.heardAt }.prefix(Self.mostBegun / 2)
                for call in oldest { state.begun[call.key] = nil }
            }
            state.begun[began] = Begun(fact: fact, heardAt: fact.time, isLeft: isLeft)
        }
    }

    /// Calls that began so long ago, and that nobody told the end of: perhaps they go on.
    /// - Parameter isAlone: whether there was nobody else who could tell. Else what was only read is left to those who heard.
    func begun(before time: Timestamp, isAlone: Bool = true) -> [TenantID: [CallID]] {
        let old = state.withLock { state in
            state.begun.filter { $0.value.heardAt < time && (isAlone || !$0.value.isLeft) }.keys
        }
        return Dictionary(grouping: old, by: \.tenant).mapValues { $0.map(\.callID).sorted() }
    }

    /// Of those, the ones that whoever owns them does not know.
    func orphans(
        of tenant: TenantID, begunBefore time: Timestamp, unless isKnown: (CallID) -> Bool
    ) -> [(begun: CallStarted, tenant: TenantID)] {
        let old = state.withLock { state in
            state.begun.filter { $0.key.tenant == tenant && $0.value.heardAt < time }
        }
        return old.filter { !isKnown($0.key.callID) }.sorted { $0.key.callID < $1.key.callID }.compactMap {
            call, begun in
            (try? begun.fact.decode(CallStarted.self)).map { ($0, call.tenant) }
        }
    }

    /// Calls of a shard whose end was told lately.
    func ended(in shard: Shard) -> Set<CallID> {
        state.withLock { state in Set(state.told.all.filter { Shard.of($0.tenant) == shard }.map(\.callID)) }
    }

    /// Legs of a shard that are gone, and whose call's end nobody has told.
    func missed(in shard: Shard) -> [MissedLeg] {
        state.withLock { state in
            state.gone.map(\.leg).filter {
                let call = CallID(rawValue: $0.arrival.legID.rawValue)
                return Shard.of($0.tenant) == shard && !state.told.contains(Told(tenant: $0.tenant, callID: call))
            }
        }
    }
}

/// A caller who came and went while nobody was in control.
struct MissedLeg: Sendable, Equatable {
    let arrival: LegArrived
    let tenant: TenantID
    let instance: InstanceID
    let arrivedAt: Timestamp
    var endedAt: Timestamp
}
