import Contracts

/// What is known of the caller: set by nodes, asked for by conditions, put into texts.
extension FlowRun {
    mutating func remember(_ name: String, _ value: String) {
        guard attributes[name] != nil || attributes.count < Self.mostAttributes else { return }
        attributes[name] = String(value.prefix(Self.longestValue))
    }

    func value(of name: String) -> String? {
        switch name {
        case "caller": caller
        case "called": called
        default: attributes[name]
        }
    }

    func holds(_ condition: FlowNode.Condition) -> Bool {
        if let expression = condition.expression {
            return FlowExpression.holds(expression) { self.value(of: $0) }
        }
        guard let attribute = condition.attribute, let test = condition.test else { return false }
        let value = self.value(of: attribute)
        let wanted = condition.value ?? ""
        return switch test {
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
    func expand(_ text: String) -> String { Self.expand(text) { self.value(of: $0) ?? "" } }

    /// Puts what `value` says in place of each `{name}`.
    static func expand(_ text: String, _ value: (String) -> String) -> String {
        guard text.contains("{") else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open] + value(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// What the caller chose, if the flow has set the attribute `language`; else the flow's.
    func language(in scene: FlowScene) -> String {
        attributes["language"].flatMap { $0 == "zh" || $0 == "en" ? $0 : nil }
            ?? scene.program.part(part)?.flow.language ?? scene.program.main.flow.language
    }

    func heard(_ prompts: [FlowPrompt], in scene: FlowScene) -> [Prompt] {
        prompts.compactMap { prompt in
            if let file = prompt.file { return .file(file) }
            if let text = prompt.say { return .speech(expand(text), language: prompt.language ?? language(in: scene)) }
            return prompt.music == true ? .music : nil
        }
    }

    func wish(_ queue: FlowNode.Queue, in scene: FlowScene) -> QueueWish {
        let agent = AgentID(rawValue: expand(queue.agent ?? ""))
        let named = queue.queueAttribute.flatMap(value).flatMap { QueueID.isAcceptable($0) ? $0 : nil }
        return QueueWish(
            queueID: QueueID(rawValue: named ?? queue.queue), priority: queue.priority ?? 100,
            skills: queue.skills ?? [],
            language: language(in: scene), music: heard(queue.music ?? [], in: scene),
            announcement: heard(queue.announcement ?? [], in: scene),
            announceEverySeconds: queue.announceEverySeconds,
            timeoutSeconds: queue.onTimeout == nil ? nil : queue.timeoutSeconds,
            leavesIfNoAgents: queue.onNoAgents != nil,
            wants: AgentID.isAcceptable(agent.rawValue)
                ? WantedAgent(agentID: agent, seconds: queue.agentSeconds ?? 20) : nil,
            keys: queue.keys.map { $0.keys.sorted() }, agentAnnouncement: queue.agentAnnouncement)
    }
}
