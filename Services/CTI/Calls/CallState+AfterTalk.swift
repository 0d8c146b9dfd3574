import Contracts

/// What a tenant wants before and after each talk, as it is now. No part of what a call carries.
struct TalkRules: Sendable, Equatable {
    var announcement: AgentAnnouncement?
    /// Where inbound callers go on whose queue node says nothing.
    var afterTalk: FlowProgram?
    /// A conference of more than two is over when the customer leaves it; else the others talk on.
    var endsConferenceWithCustomer = false
}

/// The caller hears who talks with him (服务报号).
struct AgentAnnouncement: Codable, Sendable, Equatable {
    /// By language, `zh` and `en`, with `{agentNumber}`, `{agentName}` and `{agent}`; a text of ours where there is none.
    var texts: [String: String]?
    /// Whether the agent hears it as well. Default false.
    var agentHears: Bool?

    /// - Throws: `Failure.invalid`
    func check() throws(Failure) {
        let texts = texts ?? [:]
        guard texts.keys.allSatisfy(FlowValidation.isLanguage), texts.values.allSatisfy({ $0.count <= 500 }) else {
            throw Failure(
                .invalid, "The announcement has texts of at most 500 characters for zh and en.",
                code: "announcementInvalid")
        }
    }
}

/// Between the agent's answer and the talk, and after the talk.
extension CallState {
    /// The longest that anybody is kept from talking.
    static let longestAnnouncement = Duration.seconds(15)

    // MARK: Before

    /// The talk begins with the announcement, if there is one: the two are put together when it is over.
    mutating func announceAgent(_ agent: AgentID, of place: Place) -> [CallAction] {
        let prompts = agentAnnouncement(agent, of: place)
        guard direction == .inbound, !prompts.isEmpty, let peer else { return [] }
        isAnnouncing = true
        var actions: [CallAction] = [
            .command(customerLeg, [play(prompts, .agentNumber)]),
            .startTimer(.agentNumber(playID: plays), at: now.adding(Self.longestAnnouncement)),
        ]
        if rules?.announcement?.agentHears == true {
            plays += 1
            actions.append(
                .command(peer.legID, [.play(playID: plays, prompts: prompts, loop: false, stopsOnDigit: false)]))
        }
        return actions
    }

    private func agentAnnouncement(_ agent: AgentID, of place: Place) -> [Prompt] {
        let language = place.wish.language
        let number = FlowPhrase.spell(agentNumber(agent))
        func heard(_ prompt: FlowPrompt) -> Prompt? {
            if let file = prompt.file { return .file(file) }
            guard let text = prompt.say else { return prompt.music == true ? .music : nil }
            let spoken = FlowRun.expand(text) { name in
                switch name {
                case "agentNumber": number
                case "agent": agent.rawValue
                case "agentName": names[agent] ?? number
                default: run?.value(of: name) ?? attributes[name] ?? ""
                }
            }
            return .speech(spoken, language: prompt.language ?? language)
        }
        if let own = place.wish.agentAnnouncement { return own.compactMap(heard) }
        guard let wish = rules?.announcement else { return [] }
        let text = wish.texts?[language].map { FlowPrompt(say: $0, language: language) }
        return [heard(text ?? FlowPhrase.agent(language: language))].compactMap { $0 }
    }

    /// 工号: the digits of the agent's id; of an id without any, his telephone.
    private func agentNumber(_ agent: AgentID) -> String {
        let digits = agent.rawValue.filter(\.isWholeNumber)
        return digits.isEmpty ? peer?.phoneID?.rawValue ?? agent.rawValue : digits
    }

    /// It is over, in whatever way: whoever is held, joined or supervised is not waited for.
    mutating func endAnnouncementIfOver() {
        guard isAnnouncing == true else { return }
        if phase != .talking || playing?.purpose != .agentNumber || parties.contains(where: \.isUp) {
            isAnnouncing = nil
        }
    }

    // MARK: After

    /// The agent has hung up and the customer's call goes on in a flow, if there is one for it; the agent is free at once.
    mutating func goOnAfterTalk() -> [CallAction]? {
        guard let peer, let agent = peer.agentID, phase == .talking || phase == .held else { return nil }
        let isOwn = flow.map { program in run?.afterTalk(in: program) != nil } ?? false
        let other = direction == .inbound ? rules?.afterTalk : nil
        guard isOwn || other != nil else { return nil }
        let actions = letGo(of: peer, agent)
        isAfterTalk = true
        phase = .inFlow
        segments.turn(to: .ivr, because: CallEndReason.agentHungUp.rawValue, at: now)
        if isOwn { return actions + flowInput(.talkEnded) }
        guard let other else { return actions + end(.agentHungUp) }
        run = FlowRun(other, caller: customerNumber, called: accessNumber, attributes: attributes)
        flow = other
        return actions + flowInput(.begin)
    }

    /// The call came to its end by itself: after the talk that is how the agent ended it.
    mutating func endOfFlow(_ reason: CallEndReason, customerIsGone: Bool = false) -> [CallAction] {
        isAfterTalk == true && phase == .inFlow
            ? end(.agentHungUp, because: reason.rawValue, customerIsGone: customerIsGone)
            : end(reason, customerIsGone: customerIsGone)
    }
}
