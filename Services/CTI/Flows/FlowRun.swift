import Contracts

/// One caller's way through a flow: where he is, what he typed, what is known about him. Pure.
///
///     begin ─▶ node ─▶ node … ─▶ queue | transfer | over
///               │ ▲
///               ▼ │ keys, the end of a prompt, time
///
/// Late timers match nothing: each wait has a number of its own (`step`). The flow itself is handed in, always in the
/// version that the run began with.
struct FlowRun: Codable, Sendable, Equatable {
    enum Input: Sendable {
        case begin
        case playFinished
        case digit(String)
        case timeout(step: Int)
        /// The queue was left without an agent.
        case leftQueue(QueueExit)
        case transferFailed
    }

    /// Why a caller left a queue without having reached an agent.
    enum QueueExit: String, Codable, Sendable { case timeout, noAgents, refused }

    /// What is to be done next.
    enum Step: Equatable, Sendable {
        case play([Prompt], stopsOnDigit: Bool)
        case startTimer(step: Int, seconds: Int)
        case queue(QueueWish)
        case transfer(to: String, from: String?, ringSeconds: Int)
        case hangUp
    }

    /// What the run waits for.
    enum Wait: String, Codable, Sendable { case prompt, keys, queue, transfer, nothing }

    /// Circles of nodes that wait for nothing are refused at publishing; this stops what slips through.
    static let longestChain = 100
    static let mostAttributes = 64
    static let longestValue = 256

    let flowID: FlowID
    let version: Int
    let caller: String
    let called: String
    var node = ""
    var waits = Wait.nothing
    var step = 0
    var digits = ""
    /// Keys pressed during a prompt, for the menu that follows it.
    var typedAhead = ""
    var failures = 0
    var attributes: [String: String]

    init(flowID: FlowID, version: Int, caller: String, called: String, attributes: [String: String] = [:]) {
        self.flowID = flowID
        self.version = version
        self.caller = caller
        self.called = called
        self.attributes = attributes
    }

    mutating func handle(_ input: Input, in flow: Flow) -> [Step] {
        switch input {
        case .begin: waits == .nothing && step == 0 ? enter(flow.start, in: flow) : []
        case .playFinished: playFinished(in: flow)
        case .digit(let digit): pressed(digit, in: flow)
        case .timeout(let step): step == self.step && waits == .keys ? timedOut(in: flow) : []
        case .leftQueue(let exit): leftQueue(exit, in: flow)
        case .transferFailed: transferFailed(in: flow)
        }
    }

    /// Does the present node once more: after a take-over nobody knows how much of it was heard.
    mutating func resume(in flow: Flow) -> [Step] {
        switch waits {
        case .prompt, .keys: enter(node, in: flow)
        case .queue, .transfer, .nothing: []
        }
    }

    // MARK: Entering nodes

    mutating func enter(_ name: String, in flow: Flow) -> [Step] {
        var next = name
        for _ in 0..<Self.longestChain {
            guard let found = flow.nodes[next] else { return hangUp() }
            node = next
            step += 1
            failures = 0
            digits = ""
            switch found {
            case .set(let set):
                for (name, value) in set.values.sorted(by: { $0.key < $1.key }) { remember(name, expand(value)) }
                next = set.next
            case .condition(let condition): next = holds(condition) ? condition.then : condition.else
            default: return wait(at: found, in: flow)
            }
        }
        return hangUp()
    }

    private mutating func wait(at node: FlowNode, in flow: Flow) -> [Step] {
        switch node {
        case .play(let play):
            waits = .prompt
            return [.play(heard(play.prompts, in: flow), stopsOnDigit: play.interruptible ?? true)]
        case .say(let say):
            waits = .prompt
            let prompt = Prompt.speech(expand(say.text), language: say.language ?? language(in: flow))
            return [.play([prompt], stopsOnDigit: say.interruptible ?? true)]
        case .menu(let menu): return ask(menu.prompts, timeout: menu.timeoutSeconds, in: flow)
        case .collect(let collect): return ask(collect.prompts, timeout: collect.timeoutSeconds, in: flow)
        case .queue(let queue):
            waits = .queue
            return [.queue(wish(queue, in: flow))]
        case .transfer(let transfer):
            waits = .transfer
            let number = expand(transfer.number)
            guard FlowValidation.isDialable(number) else { return transferFailed(in: flow) }
            return [.transfer(to: number, from: transfer.from, ringSeconds: transfer.ringSeconds ?? 30)]
        case .hangUp, .set, .condition: return hangUp()
        }
    }

    private mutating func ask(_ prompts: [FlowPrompt], timeout: Int?, in flow: Flow) -> [Step] {
        waits = .keys
        if !typedAhead.isEmpty { return consumeTypedAhead(in: flow) }
        let prompts = heard(prompts, in: flow)
        guard !prompts.isEmpty else { return [.startTimer(step: step, seconds: timeout ?? 5)] }
        return [.play(prompts, stopsOnDigit: true)]
    }

    private mutating func consumeTypedAhead(in flow: Flow) -> [Step] {
        var steps: [Step] = []
        let here = node
        while waits == .keys, node == here, failures == 0, let digit = typedAhead.first {
            typedAhead.removeFirst()
            steps = pressed(String(digit), in: flow)
        }
        return steps
    }

    mutating func hangUp() -> [Step] {
        waits = .nothing
        step += 1
        return [.hangUp]
    }
}
