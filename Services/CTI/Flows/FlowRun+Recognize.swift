import Contracts

/// The caller is listened to for what he says:
///
///     prompts + listening ─▶ phrase ─▶ its node
///        ▲   │   │ key ─▶ its node, or digits ─▶ next
///        │   ▼   ▼
///        └ nothing, again ─▶ onNothing        no engine ─▶ onFailed
extension FlowRun {
    /// How long, beyond the times that media-server keeps, its answer is waited for.
    private static let patience = 60

    private func presentRecognize(in scene: FlowScene) -> FlowNode.Recognize? {
        guard waits == .speech, case .recognize(let recognize)? = present(in: scene) else { return nil }
        return recognize
    }

    mutating func recognize(_ node: FlowNode.Recognize, in scene: FlowScene) -> [Step] {
        waits = .speech
        while let key = typedAhead.first, waits == .speech {
            typedAhead.removeFirst()
            return pressedRecognizing(String(key), in: scene)
        }
        return listen(node, to: node.prompts, in: scene)
    }

    private mutating func listen(
        _ node: FlowNode.Recognize, to prompts: [FlowPrompt], in scene: FlowScene
    ) -> [Step] {
        step += 1
        digits = ""
        let order = SpeechRecognition(
            recognitionID: step, language: node.language ?? language(in: scene),
            phrases: (node.phrases ?? [:]).keys.sorted(), minimumDigits: node.minimumDigits,
            maximumDigits: node.maximumDigits, initialSilence: (node.timeoutSeconds ?? 5) * 1_000)
        let heard = heard(prompts, in: scene)
        let play: [Step] = heard.isEmpty ? [] : [.play(heard, stopsOnDigit: true)]
        // While he hears prompts, of which nobody knows the length, there is no clock; it is set when they end.
        return play + [.recognize(order)] + (heard.isEmpty ? [clock(node)] : [])
    }

    private func clock(_ node: FlowNode.Recognize) -> Step {
        .startTimer(step: step, seconds: (node.timeoutSeconds ?? 5) + Self.patience)
    }

    /// The prompts are over: media-server counts his silence from here on, and we whether it answers at all.
    mutating func recognizePlayed(in scene: FlowScene) -> [Step] {
        guard let node = presentRecognize(in: scene), digits.isEmpty else { return [] }
        return [clock(node)]
    }

    mutating func recognized(_ fact: LegSpeechRecognized, in scene: FlowScene) -> [Step] {
        guard let node = presentRecognize(in: scene), fact.recognitionID == step else { return [] }
        switch fact.outcome {
        case .understood:
            guard (fact.confidence ?? 100) >= node.minimumConfidence ?? 0 else { return nothing(node, in: scene) }
            if let phrase = fact.phrase, let next = node.phrases?[phrase] {
                return understood(phrase, node, "phrases.\(phrase)", next, in: scene)
            }
            if let said = fact.digits { return understood(said, node, "next", node.next, in: scene) }
            return nothing(node, in: scene)
        case .silence, .notUnderstood, .timedOut: return nothing(node, in: scene)
        case .engineFailed: return go("onFailed", to: node.onFailed ?? node.onNothing, in: scene)
        }
    }

    private mutating func understood(
        _ text: String, _ node: FlowNode.Recognize, _ exit: String, _ next: String?, in scene: FlowScene
    ) -> [Step] {
        if let attribute = node.attribute { remember(attribute, text) }
        return go(exit, to: next, in: scene)
    }

    /// Once more, or on.
    private mutating func nothing(_ node: FlowNode.Recognize, in scene: FlowScene) -> [Step] {
        failures += 1
        guard failures <= node.retries ?? 2 else {
            return go(node.onNothing == nil ? "onFailed" : "onNothing", to: node.onNothing ?? node.onFailed, in: scene)
        }
        return listen(node, to: (node.invalidPrompts ?? []) + node.prompts, in: scene)
    }

    /// A key ends the listening; one that leads nowhere begins or continues digits, where there may be some.
    mutating func pressedRecognizing(_ key: String, in scene: FlowScene) -> [Step] {
        guard let node = presentRecognize(in: scene) else { return [] }
        if digits.isEmpty, let next = node.keys?[key] { return understood(key, node, "keys.\(key)", next, in: scene) }
        guard let most = node.maximumDigits else { return nothing(node, in: scene) }
        if key == "#" { return typed(node, in: scene) }
        digits += key
        return digits.count >= most ? typed(node, in: scene) : listen(node.timeoutSeconds)
    }

    private mutating func typed(_ node: FlowNode.Recognize, in scene: FlowScene) -> [Step] {
        guard digits.count >= node.minimumDigits ?? 1 else { return nothing(node, in: scene) }
        return understood(digits, node, "next", node.next, in: scene)
    }

    /// He types no more, or media-server has said nothing.
    mutating func recognizeTimedOut(in scene: FlowScene) -> [Step] {
        guard let node = presentRecognize(in: scene) else { return [] }
        if !digits.isEmpty { return typed(node, in: scene) }
        return go("onFailed", to: node.onFailed ?? node.onNothing, in: scene)
    }
}
