import Contracts

/// What the caller does, and what he is led to by it: keys, the end of a prompt, time, the way back from a queue.
extension FlowRun {
    mutating func playFinished(in flow: Flow) -> [Step] {
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

    mutating func pressed(_ digit: String, in flow: Flow) -> [Step] {
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

    mutating func timedOut(in flow: Flow) -> [Step] {
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

    mutating func leftQueue(_ exit: QueueExit, in flow: Flow) -> [Step] {
        guard waits == .queue, case .queue(let queue) = flow.nodes[node] else { return [] }
        let next =
            switch exit {
            case .timeout: queue.onTimeout
            case .noAgents, .refused: queue.onNoAgents
            }
        return next.map { enter($0, in: flow) } ?? hangUp()
    }

    mutating func transferFailed(in flow: Flow) -> [Step] {
        guard waits == .transfer, case .transfer(let transfer) = flow.nodes[node] else { return [] }
        return transfer.onFailed.map { enter($0, in: flow) } ?? hangUp()
    }
}
