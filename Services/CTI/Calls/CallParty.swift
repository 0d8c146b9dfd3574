import Contracts

extension CallState {
    /// As many as a conversation has besides customer and agent; more are refused.
    static let mostParties = 12

    /// Somebody in the call besides the customer and the agent who handles it, or whose telephone rings to become that.
    struct Party: Codable, Sendable, Equatable {
        let legID: LegID
        /// Nil for a number outside.
        let agentID: AgentID?
        let number: String?
        var role: CallPartyRole
        /// Whether he has answered.
        var isUp = false
        /// Heard before the answer.
        var isHeard = false
        /// The agent's own leg by which he talks with him, if his telephone has taken another line to ask; and whether it is
        /// up. Nil: he talks by the leg that he has in the call.
        var line: LegID?
        var isLineUp: Bool?

        var shown: CallParty {
            CallParty(legID: legID, agentID: agentID, number: number, role: role, isUp: isUp)
        }
    }

    /// Others in the call, in the order they came.
    var parties: [Party] {
        get { others ?? [] }
        set { others = newValue.isEmpty ? nil : newValue }
    }

    /// Whom the agent asks, or is to have the call: at most one at a time.
    var consulted: Party? { parties.first { $0.role == .consulted } }
    var target: Party? { parties.first { $0.role == .target } }

    var isConsulting: Bool { consulted != nil || enquiry != nil || target != nil }
    /// Others who talk with the customer.
    var joined: [Party] { parties.filter { $0.role == .joined && $0.isUp } }

    /// Of everybody in the call.
    var legIDs: [LegID] {
        (phase == .calling || isCustomerGone == true ? [] : [customerLeg]) + (peer.map { [$0.legID] } ?? [])
            + parties.map(\.legID)
            + parties.compactMap(\.line)
    }

    /// All agents in the call, the one who handles it first.
    var agentIDs: [AgentID] { (peer?.agentID.map { [$0] } ?? []) + parties.compactMap(\.agentID) }

    func party(of agent: AgentID) -> Party? { parties.first { $0.agentID == agent } }
}

/// Somebody who can be called, and how.
enum Callee: Sendable, Equatable {
    case agent(AgentID, phone: PhoneID)
    case number(String)
    case queue(QueueID, priority: Int)
    case flow(FlowProgram)
}

/// Parties come and go.
extension CallState {
    static let notTalking = Failure(.conflict, "Only a call that is talked on allows that.", code: "notTalking")
    static let busyConsulting = Failure(.conflict, "Somebody is being asked already.", code: "consultUnderWay")
    static let tooMany = Failure(.conflict, "There are too many in the call.", code: "tooManyParties")

    /// Rings somebody who is to become what the role says.
    mutating func ring(_ callee: Callee, as role: CallPartyRole, seconds: Int = 30) -> [CallAction] {
        switch callee {
        case .agent(let agent, let phone):
            let leg = nextLeg()
            parties.append(Party(legID: leg, agentID: agent, number: nil, role: role))
            return [announce(agent, until: now.adding(.seconds(seconds))), callPhone(phone, leg, seconds)]
        case .number(let number):
            let leg = nextLeg()
            parties.append(Party(legID: leg, agentID: nil, number: number, role: role))
            return [.originate(leg, .number(number), from: accessNumber, displayName: nil, ringSeconds: seconds)]
        case .queue, .flow: return []
        }
    }

    /// The agent's screen pops.
    func announce(_ agent: AgentID, until expiresAt: Timestamp) -> CallAction {
        .publish(
            .offered(
                CallOffered(
                    callID: callID, agentID: agent, queueID: queueID, direction: direction,
                    customerNumber: customerNumber, accessNumber: accessNumber, attributes: attributes,
                    expiresAt: expiresAt)))
    }

    func callPhone(_ phone: PhoneID, _ leg: LegID, _ seconds: Int) -> CallAction {
        .originate(leg, .phone(phone), from: customerNumber, displayName: customer?.name, ringSeconds: seconds)
    }

    mutating func partyHeard(_ leg: LegID) -> [CallAction] {
        guard let index = parties.firstIndex(where: { $0.legID == leg && !$0.isUp }) else { return [] }
        parties[index].isHeard = parties[index].role == .consulted
        return []
    }

    mutating func partyAnswered(_ leg: LegID) -> [CallAction] {
        if let index = parties.firstIndex(where: { $0.line == leg }) {
            parties[index].isLineUp = true
            return []
        }
        guard let index = parties.firstIndex(where: { $0.legID == leg && !$0.isUp }) else { return [] }
        if parties[index].role == .offered { return rivalAnswered(parties[index]) }
        parties[index].isUp = true
        let party = parties[index]
        var actions: [CallAction] = []
        if let agent = party.agentID {
            if offer?.agentID == agent {
                enquiry = nil
                actions += endOffer(.answered)
            } else {
                actions += ringingEnded(agent, .answered, reason: nil)
            }
        }
        switch party.role {
        case .target: return actions + handOver(to: party, .confirmed)
        case .takingOver: return actions + handOver(to: party, .takenOver)
        case .pickingUp: return actions + handOver(to: party, .pickedUp)
        case .consulted, .joined, .listening, .whispering, .barging, .offered: return actions
        }
    }

    /// A party's leg is no more, or is not to be any more.
    mutating func partyGone(_ leg: LegID, _ outcome: OfferOutcome, reason: String? = nil) -> [CallAction] {
        guard let index = parties.firstIndex(where: { $0.legID == leg }) else { return [] }
        let party = parties.remove(at: index)
        var actions: [CallAction] = [.command(leg, [.hangUp(outcome == .noAnswer ? .noAnswer : .local)])]
        if let line = party.line { actions.append(.command(line, [.hangUp(.local)])) }
        guard let agent = party.agentID else { return actions }
        if party.role == .offered { return actions + rivalGone(agent, outcome, reason: reason) }
        if party.isUp { return actions + [.agent(agent, .callEnded(callID))] }
        guard offer?.agentID == agent else { return actions + ringingEnded(agent, outcome, reason: reason) }
        // Asked through a queue: the next best agent is asked.
        actions += endOffer(outcome, reason: reason)
        if outcome == .callerGone {
            enquiry = nil
        } else if outcome != .agentGone, let known = enquiry, !known.refusedBy.contains(agent),
            known.refusedBy.count < 100
        {
            enquiry?.refusedBy.append(agent)
        }
        return actions
    }

    /// What became of the ringing of an agent who was called by name.
    func ringingEnded(_ agent: AgentID, _ outcome: OfferOutcome, reason: String?) -> [CallAction] {
        [
            .publish(
                .offerEnded(CallOfferEnded(callID: callID, agentID: agent, outcome: outcome, reason: reason))),
            .agent(agent, outcome == .answered ? .answered(callID) : .offerEnded(callID, outcome)),
        ]
    }

    /// Everybody with such a role is let go.
    mutating func dismiss(_ roles: (CallPartyRole) -> Bool) -> [CallAction] {
        let legs = parties.filter { roles($0.role) }.map(\.legID)
        return legs.flatMap { partyGone($0, .callerGone) }
    }

    /// All others, and the place in a queue that the agent asks in.
    mutating func dismissAll() -> [CallAction] {
        var actions = dismiss { _ in true }
        if enquiry != nil {
            enquiry = nil
            actions.append(.dequeue)
        }
        return actions
    }

    // MARK: Whose call it is

    /// The call is this party's from now on; whose it was leaves it, and with him who supervised him and whom he asked.
    mutating func handOver(to party: Party, _ kind: CallTransferKind) -> [CallAction] {
        let before = peer
        parties.removeAll { $0.legID == party.legID }
        var actions = endEnquiry()
        actions += dismiss { $0 != .joined && $0 != .pickingUp }
        if let before {
            actions.append(.command(before.legID, [.hangUp(.local)]))
            if let line = party.line { actions.append(.command(line, [.hangUp(.local)])) }
            if let agent = before.agentID { actions.append(.agent(agent, .callEnded(callID))) }
        }
        peer = Peer(legID: party.legID, agentID: party.agentID, isUp: true)
        parking = nil
        phase = party.agentID == nil ? .outside : .talking
        playing = nil
        segments.turn(
            to: .talk, queueID: queueID, agentID: party.agentID, because: Self.word(for: kind), at: now)
        actions.append(
            .publish(
                .transferred(
                    CallTransferred(
                        callID: callID, kind: kind, from: before?.agentID, toAgent: party.agentID,
                        toNumber: party.number, transferredAt: now))))
        if let agent = party.agentID { actions += takeCharge(agent) }
        return [.command(customerLeg, recordAnew())].filter(\.doesSomething) + actions
    }

    /// The agent handles the call from now on, with its after-call work.
    private mutating func takeCharge(_ agent: AgentID) -> [CallAction] {
        agentID = agent
        return [
            .agent(agent, .tookCharge(callID, afterCallWorkSeconds: afterCallWorkSeconds)),
            .publish(
                .answered(CallAnswered(callID: callID, agentID: agent, queueID: queueID, answeredAt: now))),
        ]
    }

    /// A recording a talk: the last agent's ends, the next one's begins.
    mutating func recordAnew() -> [LegCommand] {
        var commands = recording.map { [LegCommand.stopRecording($0)] } ?? []
        recording = nil
        guard let peer, peer.agentID != nil, isCustomerGone != true else { return commands }
        commands += recordTalk(with: peer)
        return commands
    }

    private static func word(for kind: CallTransferKind) -> String {
        switch kind {
        case .takenOver: "takenOver"
        case .pickedUp: "pickedUp"
        case .left: "left"
        case .blind, .attended, .confirmed: "transferred"
        }
    }
}

extension CallAction {
    fileprivate var doesSomething: Bool { if case .command(_, let commands) = self { !commands.isEmpty } else { true } }
}
