import Contracts

/// One caller's way through a flow: where he is, what he typed, what is known about him. Pure.
///
///     begin ─▶ node ─▶ node … ─▶ queue | transfer | over
///               │ ▲
///               ▼ │ keys, the end of a prompt, time
///
/// Late timers match nothing: each wait has a number of its own (`step`). The flow itself is handed in, always in the
/// version that the run began with, and so is the time.
struct FlowRun: Codable, Sendable, Equatable {
    enum Input: Sendable {
        case begin
        case playFinished
        case digit(String)
        case timeout(step: Int)
        /// The queue was left without an agent.
        case leftQueue(QueueExit)
        case transferFailed
        /// The caller left the queue by a key that leads somewhere.
        case leftByKey(String)
        /// The agent whom he reached has hung up.
        case talkEnded
        /// What was found out of who is recorded.
        case heard(AnswerResult)
        case answered(step: Int, FlowAnswer)
        case callerGone
        case faxEnded(LegFaxEnded)
        case conference(ConferenceOutcome)
        case recognized(LegSpeechRecognized)
    }

    /// Why a caller left a queue without having reached an agent.
    enum QueueExit: String, Codable, Sendable { case timeout, noAgents, refused }

    /// What is to be done next.
    enum Step: Equatable, Sendable {
        /// Nodes that were entered and left, for the counters.
        case passed([FlowPassage])
        case play([Prompt], stopsOnDigit: Bool)
        case startTimer(step: Int, seconds: Int)
        case queue(QueueWish)
        case transfer(to: String, from: String?, ringSeconds: Int)
        case record(FlowRecording)
        /// Who is recorded is listened to anew, for his silence.
        case awaitSilence(seconds: Int)
        case endRecording
        /// He hears what he has said, and what comes behind it.
        case playRecording(then: [Prompt])
        case leaveVoicemail(FlowRecording, microseconds: Int64)
        case surveyed(question: String, key: String, score: Int)
        /// Somebody else knows; his answer carries the step.
        case ask(FlowQuestion, step: Int)
        case receiveFax(station: String?)
        case joinConference(ConferenceWish)
        case leaveConference
        case recognize(SpeechRecognition)
        case hangUp
    }

    /// What the run waits for.
    enum Wait: String, Codable, Sendable {
        case prompt, keys, queue, transfer, recording, answer, fax, conference, speech, nothing
    }

    /// Where a sub-flow was entered from.
    struct Return: Codable, Sendable, Equatable {
        /// Nil for the main flow.
        let part: FlowID?
        let node: String
    }

    /// Circles of nodes that wait for nothing are refused at publishing; this stops what slips through.
    static let longestChain = 100
    /// Sub-flows within sub-flows.
    static let deepest = 8
    static let mostAttributes = 64
    static let longestValue = 256

    let flowID: FlowID
    let version: Int
    let caller: String
    let called: String
    /// Versions of the sub-flows, as they were when the call began.
    var parts: [String: Int]?
    /// The sub-flow in which the caller is; nil for the main flow.
    var part: FlowID?
    var returns: [Return]?
    var node = ""
    var waits = Wait.nothing
    var step = 0
    var digits = ""
    /// Keys pressed during a prompt, for the menu that follows it.
    var typedAhead = ""
    var failures = 0
    /// How many numbers of a transfer were tried.
    var tried: Int?
    /// The caller is asked whether he has typed what he wanted.
    var isConfirming: Bool?
    var taking: Taking?
    /// How often he gave a number or PIN of a conference that is none.
    var wrongPINs: Int?
    var script: ScriptRun?
    var attributes: [String: String]
    /// Of the input that is being handled.
    var passages: [FlowPassage] = []

    private enum CodingKeys: String, CodingKey {
        case flowID, version, caller, called, parts, part, returns, node, waits, step, digits, typedAhead, failures
        case tried, isConfirming, taking, wrongPINs, script, attributes
    }

    init(flowID: FlowID, version: Int, caller: String, called: String, attributes: [String: String] = [:]) {
        self.flowID = flowID
        self.version = version
        self.caller = caller
        self.called = called
        self.attributes = attributes
    }

    init(_ program: FlowProgram, caller: String, called: String, attributes: [String: String] = [:]) {
        self.init(
            flowID: program.main.flowID, version: program.main.version, caller: caller, called: called,
            attributes: attributes)
        guard !program.parts.isEmpty else { return }
        parts = Dictionary(program.parts.values.map { ($0.flowID.rawValue, $0.version) }) { first, _ in first }
    }

    mutating func handle(_ input: Input, in scene: FlowScene) -> [Step] {
        let steps =
            switch input {
            case .begin:
                waits == .nothing && step == 0 ? enter(scene.program.main.flow.start, in: scene) : []
            case .playFinished: playFinished(in: scene)
            case .digit(let digit): pressed(digit, in: scene)
            case .timeout(let step): step == self.step ? timeIsOver(in: scene) : []
            case .leftQueue(let exit): leftQueue(exit, in: scene)
            case .transferFailed: transferFailed(in: scene)
            case .leftByKey(let key): leftByKey(key, in: scene)
            case .talkEnded: talkEnded(in: scene)
            case .heard(let result): heard(result, in: scene)
            case .answered(let step, let answer):
                step == self.step && waits == .answer ? answered(answer, in: scene) : []
            case .callerGone: callerGone(in: scene)
            case .faxEnded(let fact): faxEnded(fact, in: scene)
            case .conference(let outcome): conferenceEnded(outcome, in: scene)
            case .recognized(let fact): recognized(fact, in: scene)
            }
        return takePassages() + steps
    }

    func present(in scene: FlowScene) -> FlowNode? { scene.program.part(part)?.flow.nodes[node] }

    // MARK: Entering nodes

    mutating func enter(_ name: String, in scene: FlowScene) -> [Step] {
        var next = name
        for _ in 0..<Self.longestChain {
            guard let found = scene.program.part(part)?.flow.nodes[next] else { return hangUp(in: scene) }
            node = next
            step += 1
            failures = 0
            digits = ""
            tried = nil
            (isConfirming, taking, script) = (nil, nil, nil)
            passages.append(passage(nil, in: scene.program))
            switch onward(from: found, in: scene) {
            case .stay: return wait(at: found, in: scene)
            case .end: return hangUp(in: scene)
            case .go(let exit, let target):
                passages.append(passage(exit, in: scene.program))
                next = target
            case .into(let inner):
                returns = (returns ?? []) + [Return(part: part, node: node)]
                part = inner.flowID
                next = inner.flow.start
            case .back(let back):
                passages.append(passage("return", in: scene.program))
                returns?.removeLast()
                (part, node) = (back.part, back.node)
                guard case .subFlow(let outer)? = present(in: scene) else { return hangUp(in: scene) }
                passages.append(passage("next", in: scene.program))
                next = outer.next
            }
        }
        return hangUp(in: scene)
    }

    /// Leaves the node where the caller is; without a way on the call is hung up.
    mutating func go(_ exit: String, to next: String?, in scene: FlowScene) -> [Step] {
        guard let next else { return hangUp(in: scene) }
        passages.append(passage(exit, in: scene.program))
        return enter(next, in: scene)
    }

    /// Where a node leads that does not wait.
    private enum Way {
        case stay, end
        case go(String, String)
        case into(PublishedFlow)
        case back(Return)
    }

    private mutating func onward(from node: FlowNode, in scene: FlowScene) -> Way {
        switch node {
        case .set(let set):
            for (name, value) in set.values.sorted(by: { $0.key < $1.key }) { remember(name, expand(value)) }
            return .go("next", set.next)
        case .condition(let condition):
            return holds(condition) ? .go("then", condition.then) : .go("else", condition.else)
        case .list(let list):
            let number = value(of: list.attribute ?? "caller") ?? ""
            let isListed = scene.program.lists[list.list]?.contains(number) ?? false
            return isListed ? .go("then", list.then) : .go("else", list.else)
        case .calendar(let calendar):
            let (exit, next) = calendar.way(at: scene.now)
            return .go(exit, next)
        case .subFlow(let sub):
            guard returns?.count ?? 0 < Self.deepest, let inner = scene.program.parts[FlowID(rawValue: sub.flow)]
            else { return sub.onFailed.map { .go("onFailed", $0) } ?? .end }
            return .into(inner)
        case .return: return (returns?.last).map { .back($0) } ?? .end
        case .play, .say, .menu, .collect, .queue, .transfer, .record, .voicemail, .survey, .callback, .request,
            .lookup, .calledBefore, .fax, .conference, .script, .recognize, .hangUp:
            return .stay
        }
    }

    private mutating func wait(at node: FlowNode, in scene: FlowScene) -> [Step] {
        switch node {
        case .play(let play):
            waits = .prompt
            return [.play(heard(play.prompts, in: scene), stopsOnDigit: play.interruptible ?? true)]
        case .say(let say):
            waits = .prompt
            let prompt = Prompt.speech(expand(say.text), language: say.language ?? language(in: scene))
            return [.play([prompt], stopsOnDigit: say.interruptible ?? true)]
        case .menu(let menu): return ask(menu.prompts, timeout: menu.timeoutSeconds, in: scene)
        case .collect(let collect): return ask(collect.prompts, timeout: collect.timeoutSeconds, in: scene)
        case .survey(let survey): return ask(survey.prompts, timeout: survey.timeoutSeconds, in: scene)
        case .record(let record), .voicemail(let record): return prepare(record, in: scene)
        case .callback, .request, .lookup, .calledBefore: return askOthers(node, in: scene)
        case .queue(let queue):
            waits = .queue
            return [.queue(wish(queue, in: scene))]
        case .transfer(let transfer):
            waits = .transfer
            return tryNext(transfer, in: scene)
        case .fax(let fax): return receive(fax)
        case .conference(let conference): return join(conference)
        case .script: return beginScript(in: scene)
        case .recognize(let recognize): return self.recognize(recognize, in: scene)
        case .hangUp, .set, .condition, .calendar, .list, .subFlow, .return: return hangUp(in: scene)
        }
    }

    mutating func ask(_ prompts: [FlowPrompt], timeout: Int?, in scene: FlowScene) -> [Step] {
        waits = .keys
        if !typedAhead.isEmpty { return consumeTypedAhead(in: scene) }
        let prompts = heard(prompts, in: scene)
        guard !prompts.isEmpty else { return [.startTimer(step: step, seconds: timeout ?? 5)] }
        return [.play(prompts, stopsOnDigit: true)]
    }

    private mutating func consumeTypedAhead(in scene: FlowScene) -> [Step] {
        var steps: [Step] = []
        let here = (part, node)
        while waits == .keys, (part, node) == here, failures == 0, let digit = typedAhead.first {
            typedAhead.removeFirst()
            steps = pressed(String(digit), in: scene)
        }
        return steps
    }

    mutating func hangUp(in scene: FlowScene) -> [Step] {
        passages.append(passage(FlowPassage.hungUp, in: scene.program))
        waits = .nothing
        step += 1
        return [.hangUp]
    }
}
