import Contracts

/// One call, from its first leg to its end: the whole decision, with no I/O, no clock and no concurrency.
///
///     inbound:  answering ─▶ inFlow ─┬─▶ waiting ◀──── no answer ──── offered
///     calling ─▶ dialling ─(listening)┘     └──── an agent is found ────▶ │
///                                                                         ▼ answered
///               transferring ─▶ outside          parked ◀────── held ◀──▶ talking
///
///     Beside that, others come and go (`CallParty.swift`): the agent asks somebody while the customer is held
///     (`CallState+Consult.swift`), supervisors come in (`CallState+Supervision.swift`). Who then hears whom is worked out
///     from all of it in `Arrangement.swift`.
///
///     The customer may hang up at any point; every way ends in `ended`, with `call.ended` exactly once.
///
/// It is also what the legs carry as their context, so that a new owner of the tenant goes on from it. Inputs that no
/// longer make sense return no action: peers are late and lossy, so nothing in here may trap.
struct CallState: Codable, Sendable, Equatable {
    enum Phase: String, Codable, Sendable, CaseIterable {
        /// The telephone of an agent rings who wants to call somebody; nobody is called yet.
        case calling
        /// The customer's telephone is called (outbound).
        case dialling
        /// It has answered; who or what it is is being found out.
        case listening
        /// The caller's leg is being answered.
        case answering
        case inFlow
        case waiting
        /// An agent's telephone rings; the caller still waits.
        case offered
        case talking, held
        /// A number outside rings, or the telephone of an agent who was called by name.
        case transferring
        /// The customer hears music until an agent takes him back.
        case parked
        /// Customer and a number outside talk.
        case outside
        case ended
    }

    /// The other side of the conversation, or who is to become it.
    struct Peer: Codable, Sendable, Equatable {
        let legID: LegID
        /// Nil for a number outside.
        let agentID: AgentID?
        var isUp = false
        /// Where the agent was rung; nil in what a version wrote that did not say.
        var phoneID: PhoneID?
    }

    /// The customer's place in a queue. `enqueuedAt` is kept whatever happens.
    struct Place: Codable, Sendable, Equatable {
        let wish: QueueWish
        let enqueuedAt: Timestamp
        /// Counts the queues this call was in.
        let entry: Int
        var refusedBy: [AgentID] = []
        /// The longest wait is over; to be left once no telephone rings.
        var isOverdue = false
        var isFromFlow: Bool
    }

    struct Offer: Codable, Sendable, Equatable {
        let number: Int
        let agentID: AgentID
        let expiresAt: Timestamp
        let afterCallWorkSeconds: Int
    }

    struct Parking: Codable, Sendable, Equatable {
        /// By which agents name it, from 1.
        let slot: Int
        let by: AgentID
        let entry: Int
        let since: Timestamp
    }

    /// What the customer hears, as long as nobody talks to him.
    struct Playing: Codable, Sendable, Equatable {
        enum Purpose: String, Codable, Sendable { case flow, music, announcement, ringback, agentNumber, conference }
        let playID: Int
        let purpose: Purpose
    }

    let tenant: TenantID
    let callID: CallID
    let direction: CallDirection
    let customerNumber: String
    let accessNumber: String
    let campaignID: CampaignID?
    let attemptID: AttemptID?
    let startedAt: Timestamp
    /// Where the legs are.
    let mediaServer: InstanceID
    let customerLeg: LegID

    var phase: Phase
    /// The latest time it has seen: time does not run backwards in a call.
    var now: Timestamp
    /// Raised with every input, so that the newest of several contexts can be told.
    var revision: UInt64 = 0
    var segments: SegmentLine
    var run: FlowRun?
    var attributes: [String: String]
    var place: Place?
    /// Counts queue entries.
    var entries = 0
    var offer: Offer?
    /// Offers to others whose telephones ring as well. Nil for none.
    var rivals: [Offer]?
    var peer: Peer?
    /// Nil for nobody, and in what a version wrote that knew none.
    var others: [Party]?
    /// The agent's place in a queue that he asks in.
    var enquiry: Place?
    var parking: Parking?
    var playing: Playing?
    var plays = 0
    var originated = 0
    var customer: CustomerCard?
    var isCustomerAsked = false
    var queueID: QueueID?
    var agentID: AgentID?
    /// The agent's limit for after-call work, for a new owner.
    var afterCallWorkSeconds = 0
    var recording: RecordingID?
    var recordings: [RecordingID] = []
    /// Nil for no; not in the context of a call from before there was such a thing.
    var isRecordingPaused: Bool?
    var isRecordingByHand: Bool?
    /// The tenant's rule: agents begin recordings, not the call.
    var isRecordedByHandOnly: Bool?
    /// What an outbound call is queued for once it is answered, and how long it may ring.
    var onAnswer: QueueWish?
    var ringSeconds = 30
    /// How it is found out who or what has answered, if it is to be.
    var detection: AnswerDetection?
    /// Where the agent is rung who calls somebody.
    var dialPhone: PhoneID?
    /// The agent who has the number called, by himself or as acd says.
    var calledBy: AgentID?
    /// It does not lift itself there. Nil for no.
    var isLiftedByHand: Bool?
    /// The agent has answered, and the customer hears who he is. Nil for no.
    var isAnnouncing: Bool?
    /// The agent has hung up, and the call goes on in a flow. Nil for no.
    var isAfterTalk: Bool?
    /// The customer has left, and the others of the conference talk on. Nil for no.
    var isCustomerGone: Bool?
    /// The place in a queue that was left last without an agent.
    var lastPlace: Place?
    /// His place in a conference that the flow has led him to.
    var conference: Conference.Seat?
    /// Not part of the context: published flows are kept by version.
    var flow: FlowProgram?
    /// Nor are the tenant's rules, which are those of the moment.
    var rules: TalkRules?
    /// Nor is what its agents are called.
    var names: [AgentID: String] = [:]

    private enum CodingKeys: String, CodingKey {
        case tenant, callID, direction, customerNumber, accessNumber, campaignID, attemptID, startedAt, mediaServer
        case customerLeg, phase, now, revision, segments, run, attributes, place, entries, offer, peer, playing, plays
        case originated, customer, isCustomerAsked, queueID, agentID, afterCallWorkSeconds, recording, recordings
        case onAnswer, ringSeconds, others, enquiry, parking, dialPhone, detection
        case isRecordingPaused, isRecordingByHand, isRecordedByHandOnly, isLiftedByHand, isAnnouncing, isAfterTalk
        case lastPlace, rivals, isCustomerGone, calledBy, conference
    }

    mutating func handle(_ input: CallInput, at time: Timestamp) -> [CallAction] {
        guard phase != .ended else { return input.isCommand ? [.refuse(Self.over)] : [] }
        now = max(now, time)
        revision &+= 1
        let before = self
        let actions = decide(input)
        guard phase != .ended else { return actions }
        endAnnouncementIfOver()
        let alone = endIfAlone()
        guard phase != .ended else { return actions + alone }
        return rearranged(from: before.arrangement) + actions + partiesChanged(since: before)
    }

    /// Told to all whom it concerns.
    private func partiesChanged(since before: CallState) -> [CallAction] {
        // Whose telephone rings beside others' was told of his own offer.
        let (told, known) = (parties.filter { $0.role != .offered }, before.parties.filter { $0.role != .offered })
        guard told != known || before.enquiry?.entry != enquiry?.entry || before.isCustomerGone != isCustomerGone
        else { return [] }
        let agents = agentIDs + before.agentIDs.filter { !agentIDs.contains($0) }
        return [
            .publish(
                .partiesChanged(
                    CallPartiesChanged(
                        callID: callID, agentID: peer?.agentID, parties: parties.map(\.shown),
                        asksQueue: enquiry?.wish.queueID, agents: agents, customerLeft: isCustomerGone)))
        ]
    }

    private mutating func decide(_ input: CallInput) -> [CallAction] {
        switch input {
        case .begin: return begin()
        case .legRinging(let leg): return legRinging(leg)
        case .earlySound(let leg): return listenOutside(leg)
        case .legAnswered(let leg): return legAnswered(leg)
        case .answerClassified(let leg, let result): return leg == customerLeg ? classified(result) : []
        case .digit(let leg, let digit): return leg == customerLeg ? pressed(digit) : []
        case .flowAnswered(let step, let answer): return flowInput(.answered(step: step, answer))
        case .transferAsked(let asked): return transferAsked(asked)
        case .faxEnded(let fact): return fact.legID == customerLeg ? flowInput(.faxEnded(fact)) : []
        case .conference(let input): return conferred(input)
        case .dismissedFromConference(let number): return dismissed(from: number)
        case .speechRecognized(let fact): return fact.legID == customerLeg ? flowInput(.recognized(fact)) : []
        case .playFinished(let leg, let playID, _): return playFinished(leg, playID)
        case .legEnded(let leg, let cause): return legEnded(leg, cause)
        case .legMissing(let leg): return legMissing(leg)
        case .offer(let offer, let phone): return offered(offer, phone: phone)
        case .announcePosition(let position, let seconds):
            return announce(position: position, estimatedSeconds: seconds)
        case .queueRefused(let queue): return queueRefused(queue)
        case .queueFigures(let figures): return queueFigures(figures)
        case .customerFound(let card): return customerFound(card)
        case .answer(let agent): return answer(by: agent)
        case .hold(let agent): return hold(by: agent)
        case .retrieve(let agent): return retrieve(by: agent)
        case .hangUp(let agent): return hangUp(by: agent)
        case .decline(let agent, let reason): return decline(by: agent, because: reason)
        case .transfer(let agent, let callee, let confirms): return transfer(by: agent, to: callee, confirms: confirms)
        case .consult(let agent, let callee): return consult(by: agent, callee)
        case .asksByTelephone(let leg, let agent, let callee): return askByTelephone(leg, by: agent, callee)
        case .swap(let agent): return swap(by: agent)
        case .giveUp(let agent): return giveUp(by: agent)
        case .complete(let agent): return complete(by: agent)
        case .join(let agent): return join(by: agent)
        case .remove(let leg, let agent): return remove(leg, by: agent)
        case .park(let agent, let slot): return park(by: agent, in: slot)
        case .pickUp(let agent, let phone): return pickUp(by: agent, phone: phone)
        case .setData(let data, let user): return setData(data, by: user)
        case .supervise(let agent, let supervisor, let role, let phone):
            return supervise(agent, by: supervisor, as: role, phone: phone)
        case .stopSupervising(let agent, let supervisor): return stopSupervising(agent, by: supervisor)
        case .release(let agent): return release(agent)
        case .record(let agent, let wish): return record(by: agent, wish)
        case .timer(let timer): return timerFired(timer)
        case .mediaLost: return end(.systemFailed)
        }
    }

    static let over = Failure(.notFound, "The call is over.", code: "callOver")
    static let notYours = Failure(.notFound, "There is no such call of yours.", code: "callNotFound")

    // MARK: Legs

    private mutating func begin() -> [CallAction] {
        let started = CallAction.publish(
            .started(
                CallStarted(
                    callID: callID, direction: direction, customerNumber: customerNumber, accessNumber: accessNumber,
                    flowID: run?.flowID, campaignID: campaignID, attemptID: attemptID, startedAt: startedAt)))
        if phase == .calling, let peer, let agent = peer.agentID {
            guard let dialPhone else { return [started] + beginDialled(peer, agent) }
            return [
                started, announce(agent, until: now.adding(.seconds(ringSeconds))),
                callPhone(dialPhone, peer.legID, ringSeconds),
            ]
        }
        if phase == .dialling {
            return [
                started,
                .originate(
                    customerLeg, .number(customerNumber), from: accessNumber, displayName: nil,
                    ringSeconds: ringSeconds),
            ]
        }
        guard run != nil else { return [started] + end(.notFound, customerCause: .notFound) }
        return [started, .command(customerLeg, [.answer])]
    }

    private mutating func legAnswered(_ leg: LegID) -> [CallAction] {
        switch phase {
        case .answering where leg == customerLeg:
            phase = .inFlow
            return flowInput(.begin)
        case .calling where leg == peer?.legID: return dialForAgent()
        case .dialling where leg == customerLeg && peer?.agentID != nil: return connectDialled()
        case .dialling where leg == customerLeg: return customerAnswered()
        case .offered where leg == peer?.legID: return connect()
        case .transferring where leg == peer?.legID:
            return peer?.agentID.map { connectNext($0) } ?? connectOutside()
        default: return partyAnswered(leg)
        }
    }

    mutating func legEnded(_ leg: LegID, _ cause: EndCause) -> [CallAction] {
        if leg == customerLeg { return customerGone(cause) }
        guard let peer, leg == peer.legID else { return otherGone(leg, OfferOutcome(cause)) }
        switch phase {
        case .offered: return offerFailed(OfferOutcome(cause))
        // Who is kept for a record and does not lift his telephone has missed it, as an offer.
        case .calling where attemptID != nil:
            let missed = peer.agentID.map { CallAction.agent($0, .offerEnded(callID, OfferOutcome(cause))) }
            return (missed.map { [$0] } ?? []) + end(.agentHungUp)
        case .calling, .dialling: return end(.agentHungUp)
        case .talking, .held: return agentLeaves(cause == .remote || cause == .local ? .agentHungUp : .systemFailed)
        case .transferring:
            return peer.agentID.map { nextFailed($0, OfferOutcome(cause)) } ?? transferFailed(CallEndReason(cause))
        case .outside: return agentLeaves(.transferred)
        default: return []
        }
    }

    private mutating func customerGone(_ cause: EndCause) -> [CallAction] {
        guard isCustomerGone != true else { return [] }
        let hungUp = cause == .remote || cause == .local
        let counted = lastWords() + leftFlow(FlowPassage.callerGone)
        switch phase {
        case .dialling: return end(cause == .remote ? .rejected : CallEndReason(cause), customerIsGone: true)
        case .waiting, .offered, .parked: return counted + end(.abandoned, customerIsGone: true)
        case .listening: return end(hungUp ? .abandoned : .systemFailed, customerIsGone: true)
        default:
            let goingOn = goOnWithoutCustomer()
            return counted + (goingOn ?? endOfFlow(hungUp ? .customerHungUp : .systemFailed, customerIsGone: true))
        }
    }

    private mutating func playFinished(_ leg: LegID, _ playID: Int) -> [CallAction] {
        guard leg == customerLeg, let done = playing, done.playID == playID else { return [] }
        playing = nil
        switch done.purpose {
        case .flow: return flowInput(.playFinished)
        case .announcement: return place == nil ? [] : [music()]
        case .conference: return musicIfAlone()
        // Music has no end; if it could not be played, trying again would not help. Who answered is said: they talk.
        case .music, .ringback, .agentNumber: return []
        }
    }

    private mutating func customerFound(_ card: CustomerCard) -> [CallAction] {
        guard customer != card else { return [] }
        customer = card
        // Who waits already keeps his place; acd learns whose customer he is.
        let again = card.ownerID == nil ? nil : waitingCall.map(CallAction.enqueue)
        guard let agent = peer?.agentID else { return again.map { [$0] } ?? [] }
        return [.showCustomer(agent, card)] + (again.map { [$0] } ?? [])
    }

    private mutating func timerFired(_ timer: CallTimer) -> [CallAction] {
        switch timer {
        case .flow(let step): return flowInput(.timeout(step: step))
        // Nobody said who it is: an agent will hear it.
        case .detection: return classified(.unsure)
        case .queue(let entry): return waitIsOver(entry)
        case .announcement(let entry): return announceAgain(entry)
        case .offer(let number):
            if let rival = rivals?.first(where: { $0.number == number }), let party = party(of: rival.agentID) {
                return partyGone(party.legID, .noAnswer)
            }
            guard let offer, offer.number == number else { return [] }
            return phase == .offered
                ? offerFailed(.noAnswer)
                : party(of: offer.agentID).map { partyGone($0.legID, .noAnswer) } ?? []
        case .parked(let entry): return parkedTooLong(entry)
        case .agentNumber(let playID):
            if isAnnouncing == true, playing?.playID == playID { isAnnouncing = nil }
            return []
        }
    }

    // MARK: Small words for the other files

    mutating func nextLeg() -> LegID {
        originated += 1
        return LegID(rawValue: "\(callID.rawValue)-\(originated)")
    }

    mutating func play(_ prompts: [Prompt], _ purpose: Playing.Purpose, loop: Bool = false, stops: Bool = false)
        -> LegCommand
    {
        plays += 1
        playing = Playing(playID: plays, purpose: purpose)
        return .play(playID: plays, prompts: prompts, loop: loop, stopsOnDigit: stops)
    }
}
