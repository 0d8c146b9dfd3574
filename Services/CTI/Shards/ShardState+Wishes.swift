import Contracts

/// What agents and supervisors want: who is meant is looked up here, and rung in the same input, so that nobody is booked
/// twice.
extension ShardState {
    /// Slots that customers are parked in, from 1.
    static let mostParked = 999

    mutating func wish(
        _ wish: CallWish, for callID: CallID, by key: AgentKey, at time: Timestamp
    ) -> [ShardAction] {
        guard let call = calls[callID], call.tenant == key.tenant else {
            return [.refuse(Failure(.notFound, "There is no such call.", code: "callNotFound"))]
        }
        do throws(Failure) {
            let input = try input(for: wish, by: key)
            guard let rung = input.rung else { return tell(callID, input, at: time) }
            return ring(AgentKey(tenant: key.tenant, agentID: rung), for: callID, input, at: time)
        } catch {
            return [.refuse(error)]
        }
    }

    private func input(for wish: CallWish, by key: AgentKey) throws(Failure) -> CallInput {
        let agent = key.agentID
        switch wish {
        case .answer: return .answer(by: agent)
        case .hold: return .hold(by: agent)
        case .retrieve: return .retrieve(by: agent)
        case .hangUp: return .hangUp(by: agent)
        case .decline(let reason): return .decline(by: agent, because: reason)
        case .transfer(let target, let confirms):
            return .transfer(by: agent, to: try callee(target, key.tenant), confirms: confirms)
        case .consult(let target): return .consult(by: agent, try callee(target, key.tenant))
        case .record(let wish): return .record(by: agent, wish)
        case .swap: return .swap(by: agent)
        case .giveUp: return .giveUp(by: agent)
        case .complete: return .complete(by: agent)
        case .join: return .join(by: agent)
        case .remove(let leg): return .remove(leg, by: agent)
        case .park: return .park(by: agent, slot: try freeSlot(key.tenant))
        case .pickUp: return .pickUp(by: agent, phone: try phone(of: key))
        case .setData(let data): return .setData(data, by: UserID(rawValue: agent.rawValue))
        }
    }

    /// Rings the agent, who may be ready or paused, and then the number. Asked again, it is not done again.
    mutating func dial(
        _ request: DialNumber, by key: AgentKey, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        if let known = calls[request.callID] {
            return known.tenant == key.tenant && known.peer?.agentID == key.agentID
                ? [] : [.refuse(Failure(.conflict, "The call's id is taken.", code: "callTaken"))]
        }
        guard !recentlyEnded.contains(request.callID) else {
            return [.refuse(Failure(.conflict, "The call has ended already.", code: "callOver"))]
        }
        guard var agent = agents[key], let phone = agent.phoneID else {
            return [.refuse(Failure(.conflict, "Sign in at a telephone first.", code: "signedOut"))]
        }
        let actions = agent.handle(.called(request.callID), rules: rules(of: key.tenant), at: time)
        for case .refuse(let failure) in actions { return [.refuse(failure)] }
        var call = CallState.dialled(
            request.number, from: request.from, by: key.agentID, at: phone, as: request.callID, tenant: key.tenant,
            on: instance, at: time)
        call.isOf(request.customer)
        return keep(agent, actions) + begin(call, at: time)
    }

    private func callee(_ target: TransferTarget, _ tenant: TenantID) throws(Failure) -> Callee {
        switch target {
        case .queue(let queue, let priority): return .queue(queue, priority: priority)
        case .number(let number): return .number(number)
        case .agent(let agent): return .agent(agent, phone: try phone(of: AgentKey(tenant: tenant, agentID: agent)))
        case .flow(let flow):
            guard let book = books[tenant], let published = book.flows[flow] else {
                throw Failure(.notFound, "There is no flow \(flow).", code: "flowNotFound")
            }
            return .flow(book.program(published))
        }
    }

    private func phone(of key: AgentKey) throws(Failure) -> PhoneID {
        guard let phone = agents[key]?.phoneID else {
            throw Failure(.conflict, "\(key.agentID) is not signed in.", code: "signedOut")
        }
        return phone
    }

    private func freeSlot(_ tenant: TenantID) throws(Failure) -> Int {
        let taken = Set(calls.values.filter { $0.tenant == tenant }.compactMap { $0.parking?.slot })
        guard let slot = (1...Self.mostParked).first(where: { !taken.contains($0) }) else {
            throw Failure(.conflict, "There are \(Self.mostParked) parked calls already.", code: "slotsTaken")
        }
        return slot
    }

    /// Rings an agent by name, if both he and the call are free for it; else nothing has happened.
    mutating func ring(
        _ key: AgentKey, for callID: CallID, _ input: CallInput, at time: Timestamp
    ) -> [ShardAction] {
        guard var call = calls[callID] else { return [] }
        let phase = call.phase
        let callActions = call.handle(input, at: time)
        if let refusal = callActions.refusal { return [.refuse(refusal)] }
        guard var agent = agents[key] else {
            return [.refuse(Failure(.conflict, "\(key.agentID) is not signed in.", code: "signedOut"))]
        }
        let agentActions = agent.handle(.called(callID), rules: rules(of: key.tenant), at: time)
        for case .refuse(let failure) in agentActions { return [.refuse(failure)] }
        return keep(agent, agentActions) + settle(call, before: phase, callActions, at: time)
    }

    // MARK: Supervision

    /// What a supervisor does to an agent, who was found to be one of his. Told to all: it is the audit.
    mutating func supervise(
        _ wish: SupervisionWish, _ key: AgentKey, by supervisor: AgentKey, at time: Timestamp
    ) -> [ShardAction] {
        guard let agent = agents[key], agent.isSignedIn else {
            return [.refuse(Failure(.conflict, "\(key.agentID) is not signed in.", code: "signedOut"))]
        }
        guard key != supervisor else {
            return [.refuse(Failure(.conflict, "Nobody supervises himself.", code: "yourself"))]
        }
        let actions = supervise(wish, agent, key, by: supervisor, at: time)
        guard actions.refusal == nil else { return actions }
        let reason: String? = if case .pause(let reason) = wish { reason } else { nil }
        let acted = SupervisorActed(
            supervisor: UserID(rawValue: supervisor.agentID.rawValue), action: wish.action, agentID: key.agentID,
            callID: agent.callID, reason: reason, actedAt: time)
        return actions + [.publish(acted, tenant: key.tenant)]
    }

    private mutating func supervise(
        _ wish: SupervisionWish, _ agent: AgentState, _ key: AgentKey, by supervisor: AgentKey, at time: Timestamp
    ) -> [ShardAction] {
        switch wish {
        case .makeReady: return tellAgent(key, .forced(.ready), at: time)
        case .pause(let reason): return tellAgent(key, .forced(.paused(reason: reason)), at: time)
        case .signOut: return tellAgent(key, .forced(.signedOut), at: time)
        case .listen, .whisper, .barge, .takeOver, .leave, .release:
            guard let callID = agent.callID, let call = calls[callID] else {
                return [
                    .refuse(Failure(.conflict, "\(key.agentID) talks to nobody.", code: "agentNotTalking"))
                ]
            }
            return supervise(wish, key.agentID, call, by: supervisor, at: time)
        }
    }

    private mutating func supervise(
        _ wish: SupervisionWish, _ agent: AgentID, _ call: CallState, by supervisor: AgentKey, at time: Timestamp
    ) -> [ShardAction] {
        let role: CallPartyRole
        switch wish {
        case .listen: role = .listening
        case .whisper: role = .whispering
        case .barge: role = .barging
        case .takeOver: role = .takingOver
        case .leave: return tell(call.callID, .stopSupervising(agent, by: supervisor.agentID), at: time)
        case .release: return tell(call.callID, .release(agent), at: time)
        case .makeReady, .pause, .signOut: return []
        }
        guard call.party(of: supervisor.agentID) == nil else {
            return tell(
                call.callID, .supervise(agent, by: supervisor.agentID, as: role, phone: nil), at: time)
        }
        guard let phone = agents[supervisor]?.phoneID else {
            return [.refuse(Failure(.conflict, "Sign in at a telephone first.", code: "signedOut"))]
        }
        let input = CallInput.supervise(agent, by: supervisor.agentID, as: role, phone: phone)
        return ring(supervisor, for: call.callID, input, at: time)
    }
}

extension CallInput {
    /// Whose telephone is to ring for it, if it is done.
    fileprivate var rung: AgentID? {
        switch self {
        case .transfer(_, .agent(let agent, _), _), .consult(_, .agent(let agent, _)), .pickUp(let agent, _): agent
        default: nil
        }
    }
}

extension [CallAction] {
    /// Why the input was refused; nil if it was accepted.
    var refusal: Failure? {
        for case .refuse(let failure) in self { return failure }
        return nil
    }
}
