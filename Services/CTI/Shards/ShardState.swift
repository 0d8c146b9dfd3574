import Contracts

/// The calls and agents of one shard's tenants: which of them an input is for, and what it means for the others. Pure.
///
/// A call tells its agent what became of it (`CallAction.agent`), and an agent is asked before a call is offered to him;
/// both happen within one input, so that no agent is booked twice.
struct ShardState {
    /// A call ended so recently that it must not be begun again.
    static let mostRemembered = 10_000

    let shard: Shard
    /// Raised with each change of owner.
    let epoch: UInt64
    /// Whether an agent who misses an offer is paused.
    let pausesAfterMissed: Bool
    var books: [TenantID: TenantBook]
    var calls: [CallID: CallState] = [:]
    /// Which call a leg belongs to.
    var legs: [LegID: CallID] = [:]
    var agents: [AgentKey: AgentState] = [:]
    var recentlyEnded = RecentIDs<CallID>(capacity: mostRemembered)
    /// Legs and calls that something was wrong with at the last look; put right if it still is at the next.
    var suspects: Set<String> = []
    var telephones = Telephones()
    var sessions = AgentSessions()
    /// Those that somebody is in.
    var conferences: [ConferenceKey: Conference] = [:]

    init(shard: Shard, epoch: UInt64 = 0, pausesAfterMissed: Bool = true, books: [TenantID: TenantBook] = [:]) {
        self.shard = shard
        self.epoch = epoch
        self.pausesAfterMissed = pausesAfterMissed
        self.books = books
    }

    /// Where this owner's revisions begin: above all that former owners published, however much of it was not stored.
    /// Leaves 16 million changes an owner, and 500 million owners before a browser's numbers become inexact.
    var firstRevision: UInt64 { epoch << 24 }

    mutating func handle(_ input: ShardInput, at time: Timestamp) -> [ShardAction] {
        switch input {
        case .leg(.ended(let leg, .busy), _, _) where legs[leg] != nil:
            if let again = telephones.ringAgain(leg, at: time) { return [again] }
            telephones.ended(leg, .busy, at: time)
        case .leg(.ended(let leg, let cause), _, _): telephones.ended(leg, cause, at: time)
        case .noLeg(let leg): telephones.ended(leg, .failed, at: time)
        case .ringTime(let leg, let number): return telephones.isDue(leg, number: number) ? ring(leg) : []
        default: break
        }
        noteLife(in: input, at: time)
        return inTurn(decide(input, at: time), at: time)
    }

    /// Telephones are not rung before their former legs have ended; those that waited for one ring now.
    mutating func inTurn(_ actions: [ShardAction], at time: Timestamp) -> [ShardAction] {
        let turned = telephones.inTurn(actions, at: time)
        return turned + telephones.free().flatMap { ring($0) }
    }

    /// A telephone that has waited rings, if its call still wants it.
    private mutating func ring(_ leg: LegID) -> [ShardAction] {
        guard let callID = legs[leg], let call = calls[callID] else {
            telephones.forget(leg)
            return []
        }
        return telephones.release(leg, of: call)
    }

    mutating func decide(_ input: ShardInput, at time: Timestamp) -> [ShardAction] {
        switch input {
        case .leg(.arrived(let leg), let tenant, let instance): return arrived(leg, tenant, on: instance, at: time)
        case .leg(let fact, _, _):
            guard let callID = legs[fact.legID], let input = fact.callInput else { return [] }
            return tell(callID, input, at: time)
        case .offer(let offer, let tenant): return self.offer(offer, tenant, at: time)
        case .originate(let request, let tenant, let instance):
            return originate(request, tenant, on: instance, at: time)
        case .call(let callID, let tenant, let input):
            guard let call = calls[callID], call.tenant == tenant else {
                return input.isCommand
                    ? [.refuse(Failure(.notFound, "There is no such call.", code: "callNotFound"))] : []
            }
            return tell(callID, input, at: time)
        case .wish(let wish, let callID, let agent, let tenant):
            return self.wish(wish, for: callID, by: AgentKey(tenant: tenant, agentID: agent), at: time)
        case .dial(let request, let agent, let tenant, let instance):
            return dial(request, by: AgentKey(tenant: tenant, agentID: agent), on: instance, at: time)
        case .callBack(let request, let tenant, let instance):
            return callBack(request, tenant, on: instance, at: time)
        case .dialRecord(let request, let tenant, let instance):
            return dialRecord(request, tenant, on: instance, at: time)
        case .supervise(let wish, let agent, let supervisor, let tenant):
            return supervise(
                wish, AgentKey(tenant: tenant, agentID: agent), by: AgentKey(tenant: tenant, agentID: supervisor),
                at: time)
        case .agent(let key, let input): return tellAgent(key, input, at: time)
        case .seen(let keys):
            seen(keys, at: time)
            return []
        case .sessionExpired(let silent): return endSession(of: silent, at: time)
        case .book(let tenant, let book):
            books[tenant] = book
            return []
        case .legsFound(let found, let instance): return reconcile(found, on: instance, at: time)
        case .orphan(let begun, let tenant): return bury(begun, tenant)
        case .mediaServerLost(let instance):
            let lost = inOrder.filter { $0.mediaServer == instance }.map(\.callID)
            telephones.lost(instance, at: time)
            return lost.flatMap { tell($0, .mediaLost, at: time) }
        // Not about a call or an agent.
        case .ringTime, .noLeg: return []
        }
    }

    // MARK: Calls

    /// So that the same inputs bring the same actions in the same order, whatever a dictionary's order is.
    var inOrder: [CallState] { calls.values.sorted { $0.callID < $1.callID } }

    private mutating func arrived(
        _ leg: LegArrived, _ tenant: TenantID, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        let callID = CallID(rawValue: leg.legID.rawValue)
        // A call may talk on without the leg that it began with.
        guard legs[leg.legID] == nil, calls[callID] == nil, !recentlyEnded.contains(callID) else { return [] }
        if let phone = leg.phoneID { return dialled(leg, at: phone, tenant, on: instance, at: time) }
        let flow = books[tenant]?.program(forNumber: leg.to)
        return begin(
            .inbound(
                leg.legID, tenant: tenant, from: leg.from, to: leg.to, with: leg.attributes ?? [:], on: instance,
                flow: flow, at: time),
            at: time)
    }

    private mutating func originate(
        _ request: OriginateCall, _ tenant: TenantID, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        if let known = calls[request.callID] {
            return known.tenant == tenant
                ? [] : [.refuse(Failure(.conflict, "The call's id is taken.", code: "callTaken"))]
        }
        guard !recentlyEnded.contains(request.callID) else {
            return [.refuse(Failure(.conflict, "The call has ended already.", code: "callOver"))]
        }
        return begin(.outbound(request, tenant: tenant, on: instance, at: time), at: time)
    }

    mutating func begin(_ call: CallState, at time: Timestamp) -> [ShardAction] {
        calls[call.callID] = call
        for leg in call.legIDs { legs[leg] = call.callID }
        var call = call
        if books[call.tenant]?.recordsEveryTalk == false { call.isRecordedByHandOnly = true }
        let actions = call.handle(.begin, at: time)
        return settle(call, before: nil, actions, at: time)
    }

    mutating func tell(_ callID: CallID, _ input: CallInput, at time: Timestamp) -> [ShardAction] {
        guard var call = calls[callID] else { return [] }
        let phase = call.phase
        call.rules = books[call.tenant]?.talkRules
        call.names = names(of: call)
        let actions = call.handle(input, at: time)
        return settle(call, before: phase, actions, at: time)
    }

    /// Of the agents in a call.
    private func names(of call: CallState) -> [AgentID: String] {
        var names: [AgentID: String] = [:]
        for agent in call.agentIDs { names[agent] = agents[AgentKey(tenant: call.tenant, agentID: agent)]?.name }
        return names
    }

    /// Keeps the call as it is now, and turns its actions into the shard's.
    mutating func settle(
        _ call: CallState, before phase: CallState.Phase?, _ actions: [CallAction], at time: Timestamp
    ) -> [ShardAction] {
        let old = calls[call.callID]
        for leg in old?.legIDs ?? [] { legs[leg] = nil }
        for leg in call.legIDs { legs[leg] = call.callID }
        calls[call.callID] = call
        var result: [ShardAction] = []
        let isOther =
            phase != call.phase || old?.others != call.others || old?.enquiry != call.enquiry
            || old?.isCustomerGone != call.isCustomerGone
        if isOther, call.phase != .ended { result.append(.saveCall(call)) }
        for action in actions { result += translate(action, of: call, at: time) }
        return result
    }

    private mutating func translate(_ action: CallAction, of call: CallState, at time: Timestamp) -> [ShardAction] {
        let (callID, tenant) = (call.callID, call.tenant)
        switch action {
        case .command(let leg, let commands): return [.command(call, leg, commands)]
        case .originate(let leg, let destination, let from, let name, let seconds):
            return [.originate(call, leg, destination, from: from, displayName: name, ringSeconds: seconds)]
        case .enqueue(let waiting): return [.enqueue(waiting)]
        case .dequeue: return [.dequeue(callID, tenant: tenant)]
        case .askQueue(let queue): return [.askQueue(queue, for: callID, tenant: tenant)]
        case .offerEnded(let agent, let offer, let outcome):
            let ended = OfferEnded(callID: callID, agentID: agent, offer: offer, outcome: outcome)
            return [.offerEnded(ended, tenant: tenant)]
        case .publish(let fact): return [.publish(fact.fact, tenant: tenant)]
        case .agent(let agent, let input):
            return tellAgent(AgentKey(tenant: tenant, agentID: agent), input, at: time)
        case .startTimer(let timer, let due): return [.callTimer(callID, tenant: tenant, timer, at: due)]
        case .findCustomer(let number): return [.findCustomer(number: number, for: callID, tenant: tenant)]
        case .showCustomer(let agent, let card): return [.showCustomer(agent, callID, card, tenant: tenant)]
        case .ask(let task, let step): return [.ask(task, step: step, for: callID, tenant: tenant)]
        case .passed(let passages): return [.passed(passages, tenant: tenant)]
        case .joinConference(let wish): return join(wish, callID, at: time)
        case .leaveConference(let number):
            return leave(ConferenceKey(tenant: tenant, number: number), callID, at: time)
        case .refuse(let failure): return [.refuse(failure)]
        case .forget:
            for leg in call.legIDs { legs[leg] = nil }
            calls[callID] = nil
            recentlyEnded.insert(callID)
            return [.forgetCall(call)]
        }
    }

    // MARK: Agents

    /// Rings an agent for a call, if both are free for it; else nothing has happened.
    private mutating func offer(_ offer: OfferCall, _ tenant: TenantID, at time: Timestamp) -> [ShardAction] {
        let key = AgentKey(tenant: tenant, agentID: offer.agentID)
        guard var call = calls[offer.callID], call.tenant == tenant else {
            return [.refuse(Failure(.conflict, "The call is over.", code: "callNotWaiting"))]
        }
        guard var agent = agents[key], let phone = agent.phoneID else {
            return [.refuse(Failure(.conflict, "The agent is not signed in.", code: "agentNotReady"))]
        }
        let phase = call.phase
        let agentActions = agent.handle(
            .offered(offer.callID, afterCallWorkSeconds: min(max(offer.afterCallWorkSeconds, 0), 3600)),
            rules: rules(of: tenant), at: time)
        let callActions = call.handle(.offer(offer, phone: phone), at: time)
        for case .refuse(let failure) in agentActions { return [.refuse(failure)] }
        for case .refuse(let failure) in callActions { return [.refuse(failure)] }
        return keep(agent, agentActions) + settle(call, before: phase, callActions, at: time)
    }

    mutating func tellAgent(_ key: AgentKey, _ input: AgentState.Input, at time: Timestamp) -> [ShardAction] {
        if case .signIn(let phone, _) = input,
            let other = agents.values.first(where: {
                $0.tenant == key.tenant && $0.phoneID == phone && $0.agentID != key.agentID && $0.isSignedIn
            })
        {
            let sentence = "Telephone \(phone) is in use by \(other.agentID)."
            return [.refuse(Failure(.conflict, sentence, code: "phoneInUse"))]
        }
        var agent = agent(key, at: time)
        let actions = agent.handle(input, rules: rules(of: key.tenant), at: time)
        return keep(agent, actions)
    }

    func rules(of tenant: TenantID) -> AgentRules {
        books[tenant].map { AgentRules($0.desk, pausesAfterMissed: pausesAfterMissed) }
            ?? AgentRules(pausesAfterMissed: pausesAfterMissed)
    }

    /// The agent as he is known, or somebody new.
    func agent(_ key: AgentKey, at time: Timestamp) -> AgentState {
        agents[key]
            ?? AgentState(tenant: key.tenant, agentID: key.agentID, revision: firstRevision, at: time)
    }

    mutating func keep(_ agent: AgentState, _ actions: [AgentState.Action]) -> [ShardAction] {
        let key = AgentKey(tenant: agent.tenant, agentID: agent.agentID)
        let isKnown = agents[key] != nil
        // Whoever never signed in leaves no trace.
        guard isKnown || agent.revision > firstRevision else { return actions.compactMap(Self.refusal) }
        let changed = agents[key] != agent
        agents[key] = agent
        var result: [ShardAction] = changed ? [.saveAgent(agent)] : []
        for action in actions {
            switch action {
            case .changed(let fact): result.append(.publish(fact, tenant: agent.tenant))
            case .afterCallWorkEnded(let fact): result.append(.publish(fact, tenant: agent.tenant))
            case .pauseExceeded(let fact): result.append(.publish(fact, tenant: agent.tenant))
            case .startTimer(let revision, let due): result.append(.agentTimer(key, revision: revision, at: due))
            case .refuse(let failure): result.append(.refuse(failure))
            }
        }
        return result
    }

    private static func refusal(_ action: AgentState.Action) -> ShardAction? {
        if case .refuse(let failure) = action { .refuse(failure) } else { nil }
    }
}

/// The last so many ids.
struct RecentIDs<ID: Hashable & Sendable>: Sendable {
    private let capacity: Int
    private var known: Set<ID> = []
    private var order: [ID] = []
    private var oldest = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// In no order.
    var all: [ID] { order }

    func contains(_ id: ID) -> Bool { known.contains(id) }

    mutating func insert(_ id: ID) {
        guard known.insert(id).inserted else { return }
        if order.count < capacity {
            order.append(id)
        } else {
            known.remove(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % capacity
        }
    }
}
