import Contracts

/// The caller is in a conference that his flow has led him to. Who hears whom there is decided by ``Conference``.
extension CallState {
    mutating func conferred(_ input: ConferenceInput) -> [CallAction] {
        switch input {
        case .joined(let seat):
            guard phase == .inFlow, run?.waits == .conference else {
                return [.leaveConference(number: seat.number)]
            }
            conference = seat
            playing = nil
            segments.turn(to: .talk, because: "joinedConference", at: now)
            return []
        case .refused(let refusal): return flowInput(.conference(ConferenceOutcome(refusal)))
        case .company(let isAlone, let news): return company(isAlone, news)
        case .over:
            guard conference != nil else { return [] }
            endConference(because: "conferenceOver")
            return flowInput(.conference(.over))
        }
    }

    mutating func dismissed(from number: String) -> [CallAction] {
        guard conference?.number == number else {
            return [.refuse(Failure(.notFound, "The caller is not in this conference.", code: "memberNotFound"))]
        }
        return flowInput(.conference(.dismissed))
    }

    /// The flow has him again.
    mutating func leaveConference() -> [CallAction] {
        guard let seat = conference else { return [] }
        endConference(because: "leftConference")
        return [.leaveConference(number: seat.number)]
    }

    private mutating func endConference(because reason: String) {
        conference = nil
        playing = nil
        if phase == .inFlow { segments.turn(to: .ivr, because: reason, at: now) }
    }

    private mutating func company(_ isAlone: Bool, _ news: Conference.News?) -> [CallAction] {
        guard conference != nil else { return [] }
        conference?.isAlone = isAlone
        // Who sits down hears no music any more.
        if !isAlone { playing = nil }
        guard let news else { return playing == nil ? musicIfAlone() : [] }
        return [.command(customerLeg, [play([FlowPhrase.news(news, language: language)], .conference)])]
    }

    mutating func musicIfAlone() -> [CallAction] {
        guard conference?.isAlone == true else { return [] }
        let prompts = conferencePrompts
        return [.command(customerLeg, [play(prompts.isEmpty ? [.music] : prompts, .conference, loop: true)])]
    }

    private var conferencePrompts: [Prompt] {
        guard let flow, let run else { return [] }
        let scene = FlowScene(program: flow, now: now, call: callID.rawValue)
        guard case .conference(let node) = run.present(in: scene) else { return [] }
        return run.heard(node.music ?? [], in: scene)
    }

    private var language: String {
        guard let flow, let run else { return "en" }
        return run.language(in: FlowScene(program: flow, now: now, call: callID.rawValue))
    }

    /// Where commands go so that none overtakes another: a conference has a lane for all who are in it.
    func lane(of commands: [LegCommand]) -> CallID {
        for case .confer(let room, _) in commands where room != callID && room != sideRoom { return room }
        return conference?.room ?? callID
    }
}

extension FlowPhrase {
    /// Who has come, or gone.
    static func news(_ news: Conference.News, language: String) -> Prompt {
        let isZh = language == "zh"
        let who = news.name ?? (isZh ? "一位成员" : "A member")
        return switch news.kind {
        case .came: .speech(isZh ? "\(who)加入会议。" : "\(who) has joined.", language: language)
        case .left: .speech(isZh ? "\(who)离开会议。" : "\(who) has left.", language: language)
        }
    }
}
