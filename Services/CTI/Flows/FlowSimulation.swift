import Contracts

/// A caller's way through a flow without a telephone: the same ``FlowRun`` as a real call's, told by a script what the
/// caller does. Pure; prompts take no time, waiting does.
struct FlowSimulation {
    static let mostInputs = 2000

    /// What the caller and the world do. All of it may be left out.
    struct Script: Codable, Sendable, Equatable {
        enum QueueResult: String, Codable, Sendable, CaseIterable { case answered, timeout, noAgents, refused }
        enum TransferResult: String, Codable, Sendable, CaseIterable { case answered, failed }

        var caller: String?
        var called: String?
        /// When the call begins, in microseconds since 1970; now if not given.
        var at: Timestamp?
        /// What is typed each time that keys are asked for, in turn: `["1", "", "1234#"]`. Nothing is typed after the last.
        var keys: [String]?
        var attributes: [String: String]?
        /// What becomes of each waiting in a queue, in turn; answered after the last.
        var queues: [QueueResult]?
        /// What becomes of each number that is dialled, in turn; answered after the last.
        var transfers: [TransferResult]?
        /// What is pressed while he waits in a queue, in turn; an empty text for nothing.
        var queueKeys: [String]?
        /// How many seconds each recording lasts, in turn; five after the last.
        var recordings: [Int]?
        /// What becomes of each callback, look-up and request, and of each question to a program, in turn; done, nobody, 200
        /// and no JSON after the last.
        var answers: [Answer]?
        /// What becomes of each fax, in turn; complete after the last.
        var faxes: [FaxOutcome]?
        /// What becomes of each conference that he wants to join, in turn; left by key after the last.
        var conferences: [ConferenceOutcome]?
        /// What is said each time that somebody is listened to, in turn, as the engine would write it; an empty text, and all after
        /// the last, for nothing.
        var speech: [String]?
    }

    /// One visit of a node.
    struct Visit: Codable, Sendable, Equatable {
        let flow: FlowID
        let node: String
        let type: String
        let at: Timestamp
        /// What was heard here.
        var said: [FlowPrompt] = []
        /// What was typed here.
        var keys = ""
        /// What was said here, and how it was taken.
        var spoken: [String]?
        /// By which way it was left; null where the run ended.
        var exit: String?
    }

    enum End: String, Codable, Sendable, CaseIterable {
        case hungUp
        /// An agent took the call.
        case agent
        case transferred
        /// It went on for longer than a simulation lasts.
        case tooLong
    }

    struct Result: Codable, Sendable, Equatable {
        var steps: [Visit] = []
        var attributes: [String: String] = [:]
        var end = End.tooLong
        /// The node where it ended.
        var endedAt = ""
        /// Of the agent who took it.
        var queue: QueueID?
        /// The number that it was transferred to.
        var number: String?
        var seconds = 0
        /// What was answered to surveys.
        var surveys: [SurveyScore] = []
        /// How many messages were left.
        var voicemails = 0
    }

    private let program: FlowProgram
    var script: Script
    var now: Timestamp
    var run: FlowRun
    var result = Result()
    private var typed: [Character] = []
    private var asks = 0
    private var lastAsk: [Int] = []
    private var entered = 0
    var isPlaying = false
    private(set) var timer: (step: Int, seconds: Int)?
    var question: (FlowQuestion, step: Int)?
    var listening: SpeechRecognition?
    private var destination: FlowRun.Step?

    static func run(_ program: FlowProgram, _ script: Script, at time: Timestamp) -> Result {
        var simulation = FlowSimulation(program, script, at: time)
        return simulation.toEnd()
    }

    private init(_ program: FlowProgram, _ script: Script, at time: Timestamp) {
        self.program = program
        self.script = script
        now = script.at ?? time
        run = FlowRun(
            program, caller: script.caller ?? "", called: script.called ?? "", attributes: script.attributes ?? [:])
    }

    private mutating func toEnd() -> Result {
        let began = now
        tell(.begin)
        for _ in 0..<Self.mostInputs {
            if let end = turn() {
                result.end = end
                break
            }
        }
        result.attributes = run.attributes
        result.endedAt = run.node
        result.seconds = Int(clamping: now.microseconds(since: began) / 1_000_000)
        return result
    }

    /// One input; how it ended, if it did.
    private mutating func turn() -> End? {
        switch run.waits {
        case .nothing: return .hungUp
        case .queue: return waited()
        case .transfer: return dialled()
        case .recording: return recorded()
        case .answer: return answered()
        case .fax: return faxed()
        case .conference:
            tell(.conference(next(\.conferences) ?? .left))
            return nil
        case .speech where typed.isEmpty && run.digits.isEmpty: return listened()
        case .prompt, .keys, .speech: break
        }
        if let key = typed.first {
            typed.removeFirst()
            isPlaying = false
            if let last = result.steps.indices.last { result.steps[last].keys.append(key) }
            tell(.digit(String(key)))
        } else if isPlaying || run.waits == .prompt {
            isPlaying = false
            tell(.playFinished)
        } else if let timer {
            now = now.adding(.seconds(timer.seconds))
            tell(.timeout(step: timer.step))
        } else {
            return .tooLong
        }
        return nil
    }

    private mutating func waited() -> End? {
        guard case .queue(let wish)? = destination else { return .tooLong }
        if let key = next(\.queueKeys), wish.keys?.contains(key) == true {
            if let last = result.steps.indices.last { result.steps[last].keys += key }
            tell(.leftByKey(key))
            return nil
        }
        switch next(\.queues) ?? .answered {
        case .answered:
            result.queue = wish.queueID
            guard run.afterTalk(in: program) != nil else { return .agent }
            tell(.talkEnded)
        case .timeout:
            now = now.adding(.seconds(wish.timeoutSeconds ?? 0))
            tell(.leftQueue(.timeout))
        case .noAgents: tell(.leftQueue(.noAgents))
        case .refused: tell(.leftQueue(.refused))
        }
        return nil
    }

    private mutating func dialled() -> End? {
        guard case .transfer(let number, _, let ringSeconds)? = destination else { return .tooLong }
        guard next(\.transfers) == .failed else {
            result.number = number
            return .transferred
        }
        now = now.adding(.seconds(ringSeconds))
        tell(.transferFailed)
        return nil
    }

    private mutating func faxed() -> End? {
        let outcome = next(\.faxes) ?? .complete
        tell(
            .faxEnded(
                LegFaxEnded(
                    legID: LegID(rawValue: "simulated"), faxID: FaxID(rawValue: "simulated-\(run.step)"),
                    direction: .received,
                    outcome: outcome, reason: "", pages: outcome == .complete ? 1 : 0)))
        return nil
    }

    mutating func next<Item>(_ list: WritableKeyPath<Script, [Item]?>) -> Item? {
        guard let first = script[keyPath: list]?.first else { return nil }
        script[keyPath: list]?.removeFirst()
        return first
    }

    mutating func tell(_ input: FlowRun.Input) {
        for step in run.handle(input, in: FlowScene(program: program, now: now)) {
            switch step {
            case .passed(let passages): for passage in passages { pass(passage) }
            case .play(let prompts, _):
                isPlaying = true
                if let last = result.steps.indices.last { result.steps[last].said += prompts.map(FlowPrompt.init) }
            case .startTimer(let step, let seconds): timer = (step, seconds)
            case .queue, .transfer: destination = step
            case .recognize(let order): listening = order
            case .ask(let asked, let step): question = (asked, step)
            case .surveyed(let question, _, let score): result.surveys.append(.init(question: question, score: score))
            case .leaveVoicemail: result.voicemails += 1
            case .playRecording(let then):
                isPlaying = true
                if let last = result.steps.indices.last { result.steps[last].said += then.map(FlowPrompt.init) }
            case .record, .awaitSilence, .endRecording, .hangUp, .receiveFax, .joinConference, .leaveConference: break
            }
        }
        let ask = [entered, run.failures, run.script?.asked ?? 0]
        guard run.waits == .keys || run.waits == .speech, ask != lastAsk else { return }
        lastAsk = ask
        if typed.isEmpty { typed = Array(next(\.keys) ?? "") }
    }

    private mutating func pass(_ passage: FlowPassage) {
        if let exit = passage.exit {
            let visit = result.steps.lastIndex {
                $0.flow == passage.flowID && $0.node == passage.node && $0.exit == nil
            }
            if let visit { result.steps[visit].exit = exit }
        } else {
            entered += 1
            isPlaying = false
            let flow = passage.flowID == program.main.flowID ? program.main : program.parts[passage.flowID]
            let type = flow?.flow.nodes[passage.node]?.kind.rawValue ?? ""
            result.steps.append(Visit(flow: passage.flowID, node: passage.node, type: type, at: now))
        }
    }
}

extension FlowPrompt {
    fileprivate init(_ prompt: Prompt) {
        switch prompt {
        case .file(let name): self.init(file: name)
        case .speech(let text, let language): self.init(say: text, language: language)
        default: self.init(music: true)
        }
    }
}

extension FlowSimulation.Script {
    /// - Throws: `Failure.invalid`
    func check() throws(Failure) {
        let hasKeys = (keys ?? []).allSatisfy { $0.allSatisfy { "0123456789*#".contains($0) } && $0.count <= 64 }
        guard hasKeys else {
            throw Failure(.invalid, "“keys”: keys are 0-9, * and #, at most 64 at a time.", code: "scriptInvalid")
        }
        guard (keys?.count ?? 0) <= 500, (attributes?.count ?? 0) <= FlowRun.mostAttributes,
            (queues?.count ?? 0) <= 100, (transfers?.count ?? 0) <= 100, (queueKeys?.count ?? 0) <= 100,
            (recordings?.count ?? 0) <= 100, (answers?.count ?? 0) <= 100, (faxes?.count ?? 0) <= 100,
            (conferences?.count ?? 0) <= 100,
            (speech?.count ?? 0) <= 100, (speech ?? []).allSatisfy({ $0.count <= 200 }),
            (recordings ?? []).allSatisfy({ (0...3600).contains($0) })
        else { throw Failure(.invalid, "The script is too long.", code: "scriptInvalid") }
        // 1970 to 2200.
        if let at, !(0...7_258_118_400_000_000).contains(at.microseconds) {
            throw Failure(.invalid, "“at” is in microseconds since 1970.", code: "scriptInvalid")
        }
    }
}
