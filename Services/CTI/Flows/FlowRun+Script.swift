import Contracts
import Foundation

/// The caller is led by a program of the tenant's:
///
///     begin ─▶ ask ─▶ steps, one after the other ─▶ ask (done, collected, transferFailed) ─▶ … ─▶ exit
///
/// Whatever becomes of the program, the caller goes on at `onFailed`.
extension FlowRun {
    static let mostQuestions = 100
    static let scriptProblem = "scriptProblem"

    mutating func beginScript(in scene: FlowScene) -> [Step] {
        script = ScriptRun()
        return askProgram(.begin, in: scene)
    }

    private mutating func askProgram(_ event: ScriptEvent, in scene: FlowScene) -> [Step] {
        guard case .script(let node) = present(in: scene), script != nil else { return [] }
        let most = node.mostSteps ?? Self.mostQuestions
        guard script?.asked ?? 0 < most else {
            return scriptFailed("The program was asked \(most) times and named no exit.", in: scene)
        }
        script?.asked += 1
        script?.event = event
        script?.doing = nil
        step += 1
        waits = .answer
        return askProgramAgain(in: scene)
    }

    /// The same question, with the same step.
    func askProgramAgain(in scene: FlowScene) -> [Step] {
        guard case .script(let node) = present(in: scene), let script else { return [] }
        let question = question(node, script, script.event, in: scene)
        return [.ask(.request(question), step: step), .startTimer(step: step, seconds: question.timeoutSeconds + 1)]
    }

    private func question(
        _ node: FlowNode.Script, _ script: ScriptRun, _ event: ScriptEvent, in scene: FlowScene
    ) -> FlowRequest {
        let texts = { (values: [String: String]) in JSONValue.object(values.mapValues { .string($0) }) }
        let document: JSONValue = [
            "api": 1, "call": .string(scene.call), "flow": .string((part ?? flowID).rawValue),
            "node": .string(self.node),
            "step": .number(Double(script.asked)), "caller": .string(caller), "called": .string(called),
            "language": .string(language(in: scene)), "attributes": texts(attributes),
            "values": texts((node.values ?? [:]).mapValues { expand($0) }), "event": event.json,
            "state": script.state ?? .null,
        ]
        return FlowRequest(
            method: "POST", url: node.url, headers: filledHeaders(node.headers ?? [:]), body: Self.written(document),
            timeoutSeconds: min(max(node.timeoutSeconds ?? 5, 1), 30))
    }

    /// What a caller has typed names no secret.
    private static func written(_ document: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        return text.replacing("{" + FlowSecrets.prefix, with: "\\u007b" + FlowSecrets.prefix)
    }

    mutating func programAnswered(_ answer: FlowAnswer, in scene: FlowScene) -> [Step] {
        guard case .response(let status, let body) = answer else {
            return scriptFailed("The program did not answer.", in: scene)
        }
        guard (200..<300).contains(status), let body else {
            return scriptFailed("The program answered \(status)\(body == nil ? " without JSON" : "").", in: scene)
        }
        do throws(Failure) {
            let answer = try ScriptAnswer.read(body)
            script?.todo = answer.steps
            script?.state = answer.state
        } catch {
            return scriptFailed(error.message, in: scene)
        }
        return nextOfScript(in: scene)
    }

    /// Does what is still to be done, up to what takes time.
    private mutating func nextOfScript(in scene: FlowScene) -> [Step] {
        while let next = script?.todo.first {
            script?.todo.removeFirst()
            if case .set(let set) = next {
                for (name, value) in set.values.sorted(by: { $0.key < $1.key }) { remember(name, value) }
                continue
            }
            return begin(next, in: scene)
        }
        return askProgram(.done, in: scene)
    }

    private mutating func begin(_ next: ScriptStep, in scene: FlowScene) -> [Step] {
        guard case .script(let node) = present(in: scene) else { return [] }
        script?.doing = next
        step += 1
        switch next {
        case .play(let play):
            waits = .prompt
            return [.play(heard(play.prompts, in: scene), stopsOnDigit: play.interruptible ?? true)]
        case .say(let say):
            waits = .prompt
            let prompt = Prompt.speech(expand(say.text), language: say.language ?? language(in: scene))
            return [.play([prompt], stopsOnDigit: say.interruptible ?? true)]
        case .collect(let collect): return ask(collect.prompts ?? [], timeout: collect.timeoutSeconds, in: scene)
        case .transfer(let transfer):
            waits = .transfer
            tried = nil
            return tryNext(transfer, in: scene)
        case .exit(let exit): return leave(node, by: exit.name, in: scene)
        case .hangUp: return hangUp(in: scene)
        case .set: return nextOfScript(in: scene)
        }
    }

    private mutating func leave(_ node: FlowNode.Script, by exit: String, in scene: FlowScene) -> [Step] {
        if exit == "next" { return go("next", to: node.next, in: scene) }
        guard let target = node.exits?[exit] else {
            return scriptFailed("The node has no exit “\(exit.prefix(64))”.", in: scene)
        }
        return go("exits.\(exit)", to: target, in: scene)
    }

    private mutating func scriptFailed(_ sentence: String, in scene: FlowScene) -> [Step] {
        guard case .script(let node) = present(in: scene) else { return [] }
        remember(Self.scriptProblem, sentence)
        return go("onFailed", to: node.onFailed, in: scene)
    }

    // MARK: While a step is done

    mutating func scriptPlayed(in scene: FlowScene) -> [Step] {
        switch script?.doing {
        case .play, .say: waits == .prompt ? nextOfScript(in: scene) : []
        case .collect(let collect): waits == .keys ? listen(collect.timeoutSeconds) : []
        default: []
        }
    }

    mutating func pressedForScript(_ digit: String, in scene: FlowScene) -> [Step] {
        guard case .collect(let collect) = script?.doing else { return [] }
        if digit == collect.endKey ?? "#" { return collectedForScript(collect, by: .key, in: scene) }
        digits += digit
        if digits.count >= collect.maximumDigits { return collectedForScript(collect, by: .length, in: scene) }
        return listen(collect.timeoutSeconds)
    }

    mutating func scriptTimedOut(in scene: FlowScene) -> [Step] {
        guard case .collect(let collect) = script?.doing else { return [] }
        return collectedForScript(collect, by: .timeout, in: scene)
    }

    private mutating func collectedForScript(
        _ collect: ScriptStep.Collect, by ending: ScriptEvent.Ending, in scene: FlowScene
    ) -> [Step] {
        let typed = digits
        digits = ""
        if let attribute = collect.attribute { remember(attribute, typed) }
        // Steps behind a question were meant for another answer to it.
        script?.todo = []
        return askProgram(.collected(digits: typed, by: ending), in: scene)
    }

    mutating func scriptTransferFailed(in scene: FlowScene) -> [Step] {
        script?.todo = []
        return askProgram(.transferFailed, in: scene)
    }

    /// Nobody knows how much of the present step was heard.
    mutating func resumeScript(in scene: FlowScene) -> [Step] {
        guard let doing = script?.doing else { return askProgram(.done, in: scene) }
        digits = ""
        return begin(doing, in: scene)
    }

    /// The program hears that the caller has gone; its answer is nobody's any more.
    func farewell(in scene: FlowScene) -> [Step] {
        guard case .script(let node) = present(in: scene), let script else { return [] }
        return [.ask(.request(question(node, script, .hungUp, in: scene)), step: step + 1)]
    }
}

extension FlowValidation {
    static func contents(of script: FlowNode.Script) -> [String] {
        let request = FlowNode.Request(
            url: script.url, headers: script.headers, timeoutSeconds: script.timeoutSeconds, next: script.next)
        return contents(of: request)
            + (script.values?.count ?? 0 > 32 ? ["“values” has at most 32 entries."] : [])
            + (script.values ?? [:]).keys.sorted().flatMap { name($0, "values") }
            + number(script.mostSteps, "mostSteps", 1...1000)
            + (script.exits?.count ?? 0 > 32 ? ["“exits” has at most 32 entries."] : [])
            + (script.exits ?? [:]).keys.sorted().flatMap { name($0, "exits") }
            + (script.exits?["next"] == nil ? [] : ["“exits”: the exit “next” is the field “next”."])
    }
}
