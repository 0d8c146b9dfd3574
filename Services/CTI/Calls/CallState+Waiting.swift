import Contracts

/// The flow, the queue and the offers: what happens before customer and agent talk.
extension CallState {
    // MARK: The flow

    mutating func flowInput(_ input: FlowRun.Input) -> [CallAction] {
        guard phase == .inFlow else { return [] }
        // A new owner who could not find the version it began with: nobody is left in silence.
        guard let flow, var run else { return end(.systemFailed) }
        let steps = run.handle(input, in: FlowScene(program: flow, now: now, call: callID.rawValue))
        self.run = run
        return perform(steps)
    }

    mutating func perform(_ steps: [FlowRun.Step]) -> [CallAction] {
        if let run { attributes.merge(run.attributes) { _, new in new } }
        var actions: [CallAction] = []
        for step in steps {
            switch step {
            case .passed(let passages): actions.append(.passed(passages))
            case .play(let prompts, let stopsOnDigit):
                actions.append(.command(customerLeg, [play(prompts, .flow, stops: stopsOnDigit)]))
            case .startTimer(let step, let seconds):
                actions.append(.startTimer(.flow(step: step), at: now.adding(.seconds(seconds))))
            case .queue(let wish): actions += enqueue(wish, isFromFlow: true, because: "queued")
            case .transfer(let number, let from, let ringSeconds):
                isAfterTalk = nil
                actions += dialOut(number, from: from ?? accessNumber, ringSeconds: ringSeconds, because: "transferred")
            case .record, .awaitSilence, .endRecording, .playRecording, .leaveVoicemail, .surveyed, .ask:
                actions += serve(step)
            case .recognize(let order): actions.append(.command(customerLeg, [.recognize(order)]))
            case .receiveFax(let station): actions.append(receiveFax(station: station))
            case .joinConference(let wish): actions.append(.joinConference(wish))
            case .leaveConference: actions += leaveConference()
            case .hangUp: actions += endOfFlow(.flowEnded)
            }
        }
        return actions
    }

    /// The flow's node was left by something that happened to the call, if the call is still the flow's.
    func leftFlow(_ exit: String) -> [CallAction] {
        guard let run, let flow else { return [] }
        let isInFlow =
            switch phase {
            case .inFlow: true
            case .waiting, .offered: place?.isFromFlow == true
            case .transferring: run.waits == .transfer
            default: false
            }
        return isInFlow ? [.passed([run.passage(exit, in: flow)])] : []
    }

    /// Back to the flow from somewhere else.
    mutating func returnToFlow(_ input: FlowRun.Input, because reason: String) -> [CallAction] {
        lastPlace = place
        place = nil
        phase = .inFlow
        segments.turn(to: .ivr, because: reason, at: now)
        return flowInput(input)
    }

    // MARK: The queue

    /// The call as acd lines it up; nil if it does not wait.
    var waitingCall: WaitingCall? {
        if let enquiry {
            return WaitingCall(
                tenant: tenant, callID: callID, queueID: enquiry.wish.queueID, priority: enquiry.wish.priority,
                enqueuedAt: enquiry.enqueuedAt, skills: [], refusedBy: enquiry.refusedBy, mustBeTaken: true)
        }
        guard let place, phase == .waiting || phase == .offered else { return nil }
        return WaitingCall(
            tenant: tenant, callID: callID, queueID: place.wish.queueID, priority: place.wish.priority,
            enqueuedAt: place.enqueuedAt, skills: place.wish.skills, refusedBy: place.refusedBy,
            mustBeTaken: place.isFromFlow ? nil : true, wants: place.wish.wants,
            attributes: attributes.merging(["caller": customerNumber, "called": accessNumber]) { _, number in number },
            ownerID: customer?.ownerID)
    }

    mutating func enqueue(_ wish: QueueWish, isFromFlow: Bool, because reason: String) -> [CallAction] {
        entries += 1
        let entered = Place(wish: wish, enqueuedAt: now, entry: entries, isFromFlow: isFromFlow)
        place = entered
        isAfterTalk = nil
        phase = .waiting
        queueID = wish.queueID
        segments.turn(to: .queue, queueID: wish.queueID, because: reason, at: now)
        var actions: [CallAction] = [
            .publish(.queued(CallQueued(callID: callID, queueID: wish.queueID, queuedAt: now)))
        ]
        actions += lineUp()
        if wish.leavesIfNoAgents { actions.append(.askQueue(wish.queueID)) }
        if !isCustomerAsked, !customerNumber.isEmpty {
            isCustomerAsked = true
            actions.append(.findCustomer(number: customerNumber))
        }
        actions.append(wish.announcement.isEmpty ? music() : announcement(wish.announcement))
        return actions
    }

    mutating func music() -> CallAction {
        let prompts = place?.wish.music ?? []
        return .command(customerLeg, [play(prompts.isEmpty ? [.music] : prompts, .music, loop: true)])
    }

    private mutating func announcement(_ prompts: [Prompt]) -> CallAction {
        .command(customerLeg, [play(prompts, .announcement)])
    }

    /// Tells a waiting caller his place, and how many minutes he will wait, unless something else is being said.
    mutating func announce(position: Int, estimatedSeconds: Int?) -> [CallAction] {
        guard phase == .waiting, position > 0, let place, playing?.purpose != .announcement else { return [] }
        var text =
            place.wish.language == "zh"
            ? (position == 1 ? "您是下一位，请稍候。" : "您前面还有\(position - 1)位，请稍候。")
            : (position == 1 ? "You are next in line." : "You are number \(position) in line.")
        if let seconds = estimatedSeconds, seconds > 0 {
            let minutes = (min(seconds, 86_400) + 59) / 60
            text +=
                place.wish.language == "zh"
                ? "预计等候约\(minutes)分钟。" : " You will wait for about \(minutes) minute\(minutes == 1 ? "" : "s")."
        }
        return [announcement([.speech(text, language: place.wish.language)])]
    }

    mutating func announceAgain(_ entry: Int) -> [CallAction] {
        guard let place, place.entry == entry, let seconds = place.wish.announceEverySeconds else { return [] }
        let again = CallAction.startTimer(.announcement(entry: entry), at: now.adding(.seconds(seconds)))
        guard phase == .waiting, playing?.purpose != .announcement else { return [again] }
        return [announcement(place.wish.announcement), again]
    }

    mutating func waitIsOver(_ entry: Int) -> [CallAction] {
        guard place?.entry == entry else { return [] }
        place?.isOverdue = true
        return phase == .waiting ? leaveQueue(.timeout) : []
    }

    mutating func queueFigures(_ figures: QueueFigures) -> [CallAction] {
        guard phase == .waiting, let place, place.wish.leavesIfNoAgents, figures.queueID == place.wish.queueID,
            figures.agentsReady <= 0, figures.agentsBusy <= 0, figures.agentsPaused <= 0
        else { return [] }
        return leaveQueue(.noAgents)
    }

    mutating func queueRefused(_ queue: QueueID) -> [CallAction] {
        if enquiry?.wish.queueID == queue, offer == nil {
            enquiry = nil
            return []
        }
        guard phase == .waiting, place?.wish.queueID == queue else { return [] }
        return leaveQueue(.refused)
    }

    private mutating func leaveQueue(_ exit: FlowRun.QueueExit) -> [CallAction] {
        guard let place, phase == .waiting else { return [] }
        guard place.isFromFlow else { return end(.unavailable) }
        return [.dequeue] + returnToFlow(.leftQueue(exit), because: exit.rawValue)
    }

    // MARK: Offers

    mutating func offered(_ request: OfferCall, phone: PhoneID) -> [CallAction] {
        if enquiry != nil || offer.map({ party(of: $0.agentID) != nil }) ?? false {
            return consultOffered(request, phone: phone)
        }
        if phase == .offered, offer?.number == request.offer, offer?.agentID == request.agentID { return [] }
        if phase == .offered, request.ringsBeside == true { return offeredBeside(request, phone: phone) }
        guard phase == .waiting, let place, place.wish.queueID == request.queueID else {
            return [.refuse(Failure(.conflict, "The call does not wait in this queue.", code: "callNotWaiting"))]
        }
        let ringSeconds = min(max(request.ringSeconds, 1), 300)
        let expiresAt = now.adding(.seconds(ringSeconds))
        let leg = nextLeg()
        phase = .offered
        peer = Peer(legID: leg, agentID: request.agentID, phoneID: phone)
        afterCallWorkSeconds = min(max(request.afterCallWorkSeconds, 0), 3600)
        offer = Offer(
            number: request.offer, agentID: request.agentID, expiresAt: expiresAt,
            afterCallWorkSeconds: afterCallWorkSeconds)
        segments.turn(
            to: .ring, queueID: request.queueID, agentID: request.agentID, because: "offered", at: now)
        return [
            .publish(
                .offered(
                    CallOffered(
                        callID: callID, agentID: request.agentID, queueID: request.queueID, direction: direction,
                        customerNumber: customerNumber, accessNumber: accessNumber, attributes: attributes,
                        expiresAt: expiresAt))),
            .originate(
                leg, .phone(phone), from: customerNumber, displayName: customer?.name, ringSeconds: ringSeconds),
            .startTimer(.offer(number: request.offer), at: expiresAt),
        ] + (request.ringsBack == true ? [.command(customerLeg, [play([.ringback], .ringback, loop: true)])] : [])
    }

    /// The agent did not take the call: the caller keeps his place.
    mutating func offerFailed(_ outcome: OfferOutcome, reason: String? = nil) -> [CallAction] {
        guard phase == .offered, let peer, let agent = peer.agentID, let place else { return [] }
        var actions: [CallAction] = [.command(peer.legID, [.hangUp(outcome == .noAnswer ? .noAnswer : .local)])]
        actions += endOffer(outcome, reason: reason)
        self.peer = nil
        if outcome != .agentGone, !place.refusedBy.contains(agent), place.refusedBy.count < 100 {
            self.place?.refusedBy.append(agent)
        }
        if nextLeads(because: outcome.rawValue) { return actions }
        phase = .waiting
        segments.turn(to: .queue, queueID: place.wish.queueID, because: outcome.rawValue, at: now)
        if playing == nil || playing?.purpose == .ringback { actions.append(music()) }
        return place.isOverdue ? actions + leaveQueue(.timeout) : actions
    }

    /// Whether a telephone should have rung with it or still be ringing, nobody knows: whoever was offered the call has not
    /// refused it, and may be offered it again. For all others it is a leg that has ended.
    mutating func legMissing(_ leg: LegID) -> [CallAction] {
        if phase == .offered, leg == peer?.legID { return offerFailed(.agentGone) }
        if let party = parties.first(where: { $0.legID == leg && !$0.isUp }), let agent = party.agentID,
            party.role == .offered || offer?.agentID == agent
        {
            return partyGone(leg, .agentGone)
        }
        return legEnded(leg, .remote)
    }

    /// Tells acd, the agent and all others what became of the offer.
    mutating func endOffer(_ outcome: OfferOutcome, reason: String? = nil) -> [CallAction] {
        guard let offer else { return [] }
        self.offer = nil
        let agent: AgentState.Input = outcome == .answered ? .answered(callID) : .offerEnded(callID, outcome)
        return [
            .publish(
                .offerEnded(
                    CallOfferEnded(callID: callID, agentID: offer.agentID, outcome: outcome, reason: reason))),
            .agent(offer.agentID, agent),
            .offerEnded(offer.agentID, offer: offer.number, outcome),
        ]
    }
}
