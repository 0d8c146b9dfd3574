import Contracts

/// The agent asks somebody while the customer waits: toggles between them, gives up, hands the call over, or joins all.
extension CallState {
    /// Calls somebody to ask him; the customer, or whoever talks with him, is left for the time.
    mutating func consult(by agent: AgentID, _ callee: Callee) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .talking || phase == .held else { return [.refuse(Self.notTalking)] }
        guard !isConsulting else { return [.refuse(Self.busyConsulting)] }
        if let refusal = refusal(of: callee) { return [.refuse(refusal)] }
        let actions = phase == .talking ? hold(by: agent) : []
        guard case .queue(let queue, let priority) = callee else { return actions + ring(callee, as: .consulted) }
        entries += 1
        let wish = QueueWish(queueID: queue, priority: min(max(priority, 0), 1000))
        enquiry = Place(wish: wish, enqueuedAt: now, entry: entries, isFromFlow: false)
        return actions + (waitingCall.map { [.enqueue($0)] } ?? [])
    }

    /// Why somebody cannot be called; nil if he can.
    func refusal(of callee: Callee) -> Failure? {
        if parties.count >= Self.mostParties { return Self.tooMany }
        switch callee {
        case .number(let number) where !FlowValidation.isDialable(number): return Self.numberInvalid
        case .agent(let agent, _) where agentIDs.contains(agent):
            return Failure(.conflict, "\(agent) is in the call already.", code: "agentInCall")
        case .flow: return Failure(.invalid, "A flow cannot be asked.", code: "targetInvalid")
        case .agent, .number, .queue: return nil
        }
    }

    static let numberInvalid = Failure(
        .invalid, "A number has 1 to 32 of 0-9, +, * and #.", code: "numberInvalid")

    /// From the customer to whom is asked, or back.
    mutating func swap(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard consulted?.isUp == true else { return [.refuse(Self.nobodyAsked)] }
        return phase == .held ? retrieve(by: agent) : hold(by: agent)
    }

    static let nobodyAsked = Failure(.conflict, "Nobody is being asked.", code: "noConsult")
    static let notAnswered = Failure(.conflict, "Who is asked has not answered.", code: "notAnswered")

    /// Lets go whom was asked, or was to have the call; back to the customer.
    mutating func giveUp(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard isConsulting else { return [.refuse(Self.nobodyAsked)] }
        let actions = endEnquiry() + dismiss { $0 == .consulted || $0 == .target }
        return actions + (phase == .held ? retrieve(by: agent) : [])
    }

    /// Attended transfer: whoever was asked has the call, the agent is free.
    mutating func complete(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard let consulted else { return [.refuse(Self.nobodyAsked)] }
        guard consulted.isUp else { return [.refuse(Self.notAnswered)] }
        return handOver(to: consulted, .attended)
    }

    /// Three-way, and with each who is asked after that, one more.
    mutating func join(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard let index = parties.firstIndex(where: { $0.role == .consulted }) else {
            return [.refuse(Self.nobodyAsked)]
        }
        guard parties[index].isUp else { return [.refuse(Self.notAnswered)] }
        parties[index].role = .joined
        // All hear each other by the leg that the agent has in the call.
        let line = parties[index].line
        parties[index].line = nil
        let actions = line.map { [CallAction.command($0, [.hangUp(.local)])] } ?? []
        guard phase == .held else { return actions }
        return actions + backToTalk(agent, because: "joined")
    }

    /// Drops somebody from the conversation; the others talk on.
    mutating func remove(_ leg: LegID, by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard let party = parties.first(where: { $0.legID == leg }), !party.role.isWatching, party.role != .takingOver,
            party.role != .offered
        else { return [.refuse(Failure(.notFound, "There is nobody \(leg) in the call.", code: "partyNotFound"))] }
        return partyGone(leg, .callerGone)
    }

    /// The agent leaves a call that is talked on: whom he asked has it then, or those who are joined; else it is over.
    mutating func agentLeaves(_ reason: CallEndReason) -> [CallAction] {
        if isAloneWithoutAgent { return end(reason) }
        if phase == .held, let consulted, consulted.isUp { return handOver(to: consulted, .attended) }
        if let next = joined.first(where: { $0.agentID != nil }) ?? joined.first { return handOver(to: next, .left) }
        if reason == .agentHungUp, let goingOn = goOnAfterTalk() { return goingOn }
        return end(reason)
    }

    /// He asks in no queue any more.
    mutating func endEnquiry() -> [CallAction] {
        guard enquiry != nil else { return [] }
        let actions = dismiss { $0 == .consulted }
        enquiry = nil
        return actions + [.dequeue]
    }

    /// acd found somebody in the queue that the agent asks in.
    mutating func consultOffered(_ request: OfferCall, phone: PhoneID) -> [CallAction] {
        if offer?.number == request.offer, offer?.agentID == request.agentID { return [] }
        guard let enquiry, offer == nil, enquiry.wish.queueID == request.queueID,
            !agentIDs.contains(request.agentID)
        else { return [.refuse(Failure(.conflict, "The call does not wait in this queue.", code: "callNotWaiting"))] }
        let ringSeconds = min(max(request.ringSeconds, 1), 300)
        let expiresAt = now.adding(.seconds(ringSeconds))
        offer = Offer(
            number: request.offer, agentID: request.agentID, expiresAt: expiresAt,
            afterCallWorkSeconds: min(max(request.afterCallWorkSeconds, 0), 3600))
        return ring(.agent(request.agentID, phone: phone), as: .consulted, seconds: ringSeconds)
            + [.startTimer(.offer(number: request.offer), at: expiresAt)]
    }
}
