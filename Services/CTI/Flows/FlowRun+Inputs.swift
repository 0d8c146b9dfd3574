import Contracts

/// What the caller does, and what he is led to by it: keys, the end of a prompt, time, the way back from a queue.
extension FlowRun {
    mutating func playFinished(in scene: FlowScene) -> [Step] {
        switch (waits, present(in: scene)) {
        case (.prompt, .play(let play)): return go("next", to: play.next, in: scene)
        case (.prompt, .say(let say)): return go("next", to: say.next, in: scene)
        case (.keys, .menu(let menu)): return listen(menu.timeoutSeconds)
        case (.keys, .collect(let collect)): return listen(collect.timeoutSeconds)
        case (.keys, .survey(let survey)): return listen(survey.timeoutSeconds)
        case (.recording, _): return recordingPlayed(in: scene)
        case (_, .script): return scriptPlayed(in: scene)
        case (.speech, _): return recognizePlayed(in: scene)
        default: return []
        }
    }

    mutating func listen(_ timeout: Int?) -> [Step] {
        step += 1
        return [.startTimer(step: step, seconds: timeout ?? 5)]
    }

    mutating func pressed(_ digit: String, in scene: FlowScene) -> [Step] {
        switch (waits, present(in: scene)) {
        case (.prompt, _):
            if typedAhead.count < 32 { typedAhead += digit }
            return []
        case (.keys, .menu(let menu)):
            if let next = menu.keys[digit] {
                if let attribute = menu.attribute { remember(attribute, digit) }
                return go("keys.\(digit)", to: next, in: scene)
            }
            return failed(
                menu.invalidPrompts, then: menu.prompts, menu.retries, menu.timeoutSeconds, menu.onFailed, scene)
        case (.keys, .collect(let collect)):
            return isConfirming == true
                ? confirmed(digit, collect, in: scene) : collected(digit, collect, in: scene)
        case (.keys, .survey(let survey)): return scored(digit, survey, in: scene)
        case (.keys, .script): return pressedForScript(digit, in: scene)
        case (.recording, _): return pressedRecording(digit, in: scene)
        case (.conference, .conference(let conference)):
            return digit == conference.leaveKey ?? "*" ? conferenceEnded(.left, in: scene) : []
        case (.speech, _): return pressedRecognizing(digit, in: scene)
        default: return []
        }
    }

    private mutating func collected(_ digit: String, _ collect: FlowNode.Collect, in scene: FlowScene) -> [Step] {
        if digit == collect.endKey ?? "#" { return complete(collect, in: scene) }
        digits += digit
        if digits.count >= collect.maximumDigits { return complete(collect, in: scene) }
        return listen(collect.timeoutSeconds)
    }

    private mutating func complete(_ collect: FlowNode.Collect, in scene: FlowScene) -> [Step] {
        guard digits.count >= collect.minimumDigits ?? 1, CollectedDigits(digits: digits).pass(collect.check) else {
            return refused(collect, in: scene)
        }
        guard collect.confirm == true else {
            remember(collect.attribute, digits)
            return go("next", to: collect.next, in: scene)
        }
        isConfirming = true
        step += 1
        return [.play([FlowPhrase.confirm(digits, language: language(in: scene))], stopsOnDigit: true)]
    }

    private mutating func refused(_ collect: FlowNode.Collect, in scene: FlowScene) -> [Step] {
        isConfirming = nil
        return failed(
            collect.invalidPrompts, then: collect.prompts, collect.retries, collect.timeoutSeconds, collect.onFailed,
            scene)
    }

    /// 1: it is right. Anything else: once more.
    private mutating func confirmed(_ digit: String, _ collect: FlowNode.Collect, in scene: FlowScene) -> [Step] {
        guard digit == "1" else { return refused(collect, in: scene) }
        remember(collect.attribute, digits)
        return go("next", to: collect.next, in: scene)
    }

    private mutating func scored(_ digit: String, _ survey: FlowNode.Survey, in scene: FlowScene) -> [Step] {
        guard let score = survey.scores[digit] else {
            return failed(
                survey.invalidPrompts, then: survey.prompts, survey.retries, survey.timeoutSeconds,
                survey.onFailed ?? survey.next, scene)
        }
        let question = survey.question ?? "satisfaction"
        remember(question, String(score))
        return [.surveyed(question: question, key: digit, score: score)] + go("next", to: survey.next, in: scene)
    }

    mutating func timedOut(in scene: FlowScene) -> [Step] {
        switch present(in: scene) {
        case .menu(let menu):
            failed(menu.invalidPrompts, then: menu.prompts, menu.retries, menu.timeoutSeconds, menu.onFailed, scene)
        case .collect(let collect):
            isConfirming == true ? refused(collect, in: scene) : complete(collect, in: scene)
        case .survey(let survey):
            failed(
                survey.invalidPrompts, then: survey.prompts, survey.retries, survey.timeoutSeconds,
                survey.onFailed ?? survey.next, scene)
        case .script: scriptTimedOut(in: scene)
        default: []
        }
    }

    mutating func failed(
        _ invalid: [FlowPrompt]?, then prompts: [FlowPrompt], _ retries: Int?, _ timeout: Int?, _ onFailed: String?,
        _ scene: FlowScene
    ) -> [Step] {
        digits = ""
        typedAhead = ""
        failures += 1
        step += 1
        if failures > retries ?? 2 { return go("onFailed", to: onFailed, in: scene) }
        let again = heard((invalid ?? []) + prompts, in: scene)
        return again.isEmpty
            ? [.startTimer(step: step, seconds: timeout ?? 5)] : [.play(again, stopsOnDigit: true)]
    }

    mutating func leftQueue(_ exit: QueueExit, in scene: FlowScene) -> [Step] {
        guard waits == .queue, case .queue(let queue) = present(in: scene) else { return [] }
        return switch exit {
        case .timeout: go("onTimeout", to: queue.onTimeout, in: scene)
        case .noAgents, .refused: go("onNoAgents", to: queue.onNoAgents, in: scene)
        }
    }

    mutating func leftByKey(_ key: String, in scene: FlowScene) -> [Step] {
        guard waits == .queue, case .queue(let queue) = present(in: scene) else { return [] }
        return go("keys.\(key)", to: queue.keys?[key], in: scene)
    }

    /// Where the caller goes when the agent whom he reached here has hung up; nil for nowhere.
    func afterTalk(in program: FlowProgram) -> String? {
        guard waits == .queue, case .queue(let queue)? = program.part(part)?.flow.nodes[node] else { return nil }
        return queue.afterTalk
    }

    mutating func talkEnded(in scene: FlowScene) -> [Step] {
        guard let next = afterTalk(in: scene.program) else { return [] }
        typedAhead = ""
        return go("afterTalk", to: next, in: scene)
    }

    /// The next of the numbers that can be dialled; where all have failed, the way on.
    mutating func tryNext(_ transfer: FlowNode.Transfer, in scene: FlowScene) -> [Step] {
        let numbers = transfer.inTurn
        while let number = numbers.dropFirst(tried ?? 0).first {
            tried = (tried ?? 0) + 1
            let dialled = expand(number)
            guard FlowValidation.isDialable(dialled) else { continue }
            return [.transfer(to: dialled, from: transfer.from, ringSeconds: transfer.ringSeconds ?? 30)]
        }
        return script == nil ? go("onFailed", to: transfer.onFailed, in: scene) : scriptTransferFailed(in: scene)
    }

    mutating func transferFailed(in scene: FlowScene) -> [Step] {
        guard waits == .transfer else { return [] }
        if case .transfer(let transfer) = script?.doing { return tryNext(transfer, in: scene) }
        guard case .transfer(let transfer) = present(in: scene) else { return [] }
        return tryNext(transfer, in: scene)
    }
}
