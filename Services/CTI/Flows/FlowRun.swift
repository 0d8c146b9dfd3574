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
    private(set) var node = ""
    private(set) var waits = Wait.nothing
    private(set) var step = 0
    private(set) var digits = ""
    /// Keys pressed during a prompt, for the menu that follows it.
    private(set) var typedAhead = ""
    private(set) var failures = 0
    private(set) var attributes: [String: String]

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

    private mutating func enter(_ name: String, in flow: Flow) -> [Step] {
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
            guard FlowValidation.isNumber(number), !number.hasPrefix("{") else { return transferFailed(in: flow) }
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

    private mutating func hangUp() -> [Step] {
        waits = .nothing
        step += 1
        return [.hangUp]
    }

    // MARK: Inputs

    private mutating func playFinished(in flow: Flow) -> [Step] {
        switch (waits, flow.nodes[node]) {
        case (.prompt, .play(let play)): return enter(play.next, in: flow)
        case (.prompt, .say(let say)): return enter(say.next, in: flow)
        case (.keys, .menu(let menu)): return listen(menu.timeoutSeconds)
        case (.keys, .collect(let collect)): return listen(collect.timeoutSeconds)
        default: return []
        }
    }

    private mutating func listen(_ timeout: Int?) -> [Step] {
        step += 1
        return [.startTimer(step: step, seconds: timeout ?? 5)]
    }

    private mutating func pressed(_ digit: String, in flow: Flow) -> [Step] {
        switch (waits, flow.nodes[node]) {
        case (.prompt, _):
            if typedAhead.count < 32 { typedAhead += digit }
            return []
        case (.keys, .menu(let menu)):
            if let next = menu.keys[digit] { return enter(next, in: flow) }
            return failed(
                menu.invalidPrompts, then: menu.prompts, menu.retries, menu.timeoutSeconds, menu.onFailed, flow)
        case (.keys, .collect(let collect)): return collected(digit, collect, in: flow)
        default: return []
        }
    }

    private mutating func collected(_ digit: String, _ collect: FlowNode.Collect, in flow: Flow) -> [Step] {
        if digit == collect.endKey ?? "#" { return complete(collect, in: flow) }
        digits += digit
        if digits.count >= collect.maximumDigits { return complete(collect, in: flow) }
        return listen(collect.timeoutSeconds)
    }

    private mutating func complete(_ collect: FlowNode.Collect, in flow: Flow) -> [Step] {
        guard digits.count >= collect.minimumDigits ?? 1 else {
            return failed(
                collect.invalidPrompts, then: collect.prompts, collect.retries, collect.timeoutSeconds,
                collect.onFailed, flow)
        }
        remember(collect.attribute, digits)
        return enter(collect.next, in: flow)
    }

    private mutating func timedOut(in flow: Flow) -> [Step] {
        switch flow.nodes[node] {
        case .menu(let menu):
            failed(menu.invalidPrompts, then: menu.prompts, menu.retries, menu.timeoutSeconds, menu.onFailed, flow)
        case .collect(let collect): complete(collect, in: flow)
        default: []
        }
    }

    private mutating func failed(
        _ invalid: [FlowPrompt]?, then prompts: [FlowPrompt], _ retries: Int?, _ timeout: Int?, _ onFailed: String?,
        _ flow: Flow
    ) -> [Step] {
        digits = ""
        typedAhead = ""
        failures += 1
        step += 1
        if failures > retries ?? 2 { return onFailed.map { enter($0, in: flow) } ?? hangUp() }
        let again = heard((invalid ?? []) + prompts, in: flow)
        return again.isEmpty
            ? [.startTimer(step: step, seconds: timeout ?? 5)] : [.play(again, stopsOnDigit: true)]
    }

    private mutating func leftQueue(_ exit: QueueExit, in flow: Flow) -> [Step] {
        guard waits == .queue, case .queue(let queue) = flow.nodes[node] else { return [] }
        let next =
            switch exit {
            case .timeout: queue.onTimeout
            case .noAgents, .refused: queue.onNoAgents
            }
        return next.map { enter($0, in: flow) } ?? hangUp()
    }

    private mutating func transferFailed(in flow: Flow) -> [Step] {
        guard waits == .transfer, case .transfer(let transfer) = flow.nodes[node] else { return [] }
        return transfer.onFailed.map { enter($0, in: flow) } ?? hangUp()
    }

    // MARK: Attributes

    private mutating func remember(_ name: String, _ value: String) {
        guard attributes[name] != nil || attributes.count < Self.mostAttributes else { return }
        attributes[name] = String(value.prefix(Self.longestValue))
    }

    private func value(of name: String) -> String? {
        switch name {
        case "caller": caller
        case "called": called
        default: attributes[name]
        }
    }

    private func holds(_ condition: FlowNode.Condition) -> Bool {
        let value = value(of: condition.attribute)
        let wanted = condition.value ?? ""
        return switch condition.test {
        case .exists: value != nil
        case .missing: value == nil
        case .equals: value == wanted
        case .differs: value != wanted
        case .beginsWith: value?.hasPrefix(wanted) ?? false
        case .contains: value?.contains(wanted) ?? false
        case .oneOf: value.map { condition.values?.contains($0) ?? false } ?? false
        case .lessThan: compare(value, wanted, <)
        case .moreThan: compare(value, wanted, >)
        }
    }

    private func compare(_ value: String?, _ wanted: String, _ order: (Double, Double) -> Bool) -> Bool {
        guard let left = value.flatMap(Double.init), let right = Double(wanted) else { return false }
        return order(left, right)
    }

    /// Puts the values of attributes in place of `{name}`; what is not known is left out.
    private func expand(_ text: String) -> String {
        guard text.contains("{") else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open] + (value(of: String(rest[rest.index(after: open)..<close])) ?? "")
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// What the caller chose, if the flow has set the attribute `language`; else the flow's.
    private func language(in flow: Flow) -> String {
        attributes["language"].flatMap { $0 == "zh" || $0 == "en" ? $0 : nil } ?? flow.language
    }

    private func heard(_ prompts: [FlowPrompt], in flow: Flow) -> [Prompt] {
        prompts.compactMap { prompt in
            if let file = prompt.file { return .file(file) }
            if let text = prompt.say { return .speech(expand(text), language: prompt.language ?? language(in: flow)) }
            return prompt.music == true ? .music : nil
        }
    }

    private func wish(_ queue: FlowNode.Queue, in flow: Flow) -> QueueWish {
        QueueWish(
            queueID: QueueID(rawValue: queue.queue), priority: queue.priority ?? 100, skills: queue.skills ?? [],
            language: language(in: flow), music: heard(queue.music ?? [], in: flow),
            announcement: heard(queue.announcement ?? [], in: flow),
            announceEverySeconds: queue.announceEverySeconds,
            timeoutSeconds: queue.onTimeout == nil ? nil : queue.timeoutSeconds,
            leavesIfNoAgents: queue.onNoAgents != nil)
    }
}
