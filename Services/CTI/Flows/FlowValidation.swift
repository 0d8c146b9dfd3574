import Contracts

/// Whether a flow may be published: a pure function from a flow to its problems.
enum FlowValidation {
    static let mostNodes = 500
    static let longestText = 2000

    /// One thing that is wrong, in words for the author.
    struct Problem: Codable, Sendable, Equatable {
        /// The node it is about; nil for the whole flow.
        let node: String?
        let message: String
    }

    /// - Throws: `Failure.invalid` that names every problem.
    static func check(_ flow: Flow) throws(Failure) {
        let problems = problems(of: flow)
        guard problems.isEmpty else {
            let sentences = problems.prefix(20).map { problem in
                problem.node.map { "\($0): \(problem.message)" } ?? problem.message
            }
            throw Failure(.invalid, sentences.joined(separator: " "), code: "flowInvalid")
        }
    }

    /// In the order of the node names.
    static func problems(of flow: Flow) -> [Problem] {
        var problems: [Problem] = []
        if flow.schema != Flow.schema { problems.append(Problem(node: nil, message: "The schema must be 1.")) }
        if flow.name.isEmpty || flow.name.count > 100 {
            problems.append(Problem(node: nil, message: "The name must have 1 to 100 characters."))
        }
        if !isLanguage(flow.language) {
            problems.append(Problem(node: nil, message: "The language must be zh or en."))
        }
        guard flow.nodes.count <= mostNodes else {
            return problems + [Problem(node: nil, message: "There are more than \(mostNodes) nodes.")]
        }
        guard flow.nodes[flow.start] != nil else {
            return problems + [Problem(node: nil, message: "There is no node “\(flow.start)” to start at.")]
        }
        for (name, node) in flow.nodes.sorted(by: { $0.key < $1.key }) {
            problems += contents(of: node).map { Problem(node: name, message: $0) }
            for target in node.targets where flow.nodes[target.node] == nil {
                problems.append(
                    Problem(node: name, message: "“\(target.field)” leads to “\(target.node)”, which is missing."))
            }
        }
        return problems + ways(through: flow)
    }

    private static func ways(through flow: Flow) -> [Problem] {
        let names = flow.nodes.keys.sorted()
        let reachable = closure(from: [flow.start]) { name in flow.nodes[name]?.targets.map(\.node) ?? [] }
        var backwards: [String: [String]] = [:]
        for (name, node) in flow.nodes {
            for target in node.targets { backwards[target.node, default: []].append(name) }
        }
        let exits = names.filter { name in flow.nodes[name].map(mayEnd) ?? false }
        let leaving = closure(from: exits) { backwards[$0] ?? [] }
        let spinning = names.filter { spins($0, in: flow) }
        return names.filter { !reachable.contains($0) }
            .map { Problem(node: $0, message: "It cannot be reached.") }
            + names.filter { reachable.contains($0) && !leaving.contains($0) }
            .map { Problem(node: $0, message: "From here there is no exit: no queue, transfer or hangUp.") }
            + spinning.map { Problem(node: $0, message: "It comes back to itself without waiting for anything.") }
    }

    /// A menu or collect without `onFailed` hangs up after the last try.
    private static func mayEnd(_ node: FlowNode) -> Bool {
        switch node {
        case .menu(let menu): menu.onFailed == nil
        case .collect(let collect): collect.onFailed == nil
        default: node.isExit
        }
    }

    private static func spins(_ name: String, in flow: Flow) -> Bool {
        func onward(_ from: String) -> [String] {
            guard let node = flow.nodes[from], !node.waits else { return [] }
            return node.targets.map(\.node)
        }
        return closure(from: onward(name), onward).contains(name)
    }

    private static func closure(from start: [String], _ onward: (String) -> [String]) -> Set<String> {
        var seen = Set(start)
        var open = start
        while let name = open.popLast() {
            for next in onward(name) where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }

    private static func contents(of node: FlowNode) -> [String] {
        switch node {
        case .play(let play): prompts(play.prompts, "prompts", atLeastOne: true)
        case .say(let say):
            (say.text.isEmpty || say.text.count > longestText
                ? ["“text” must have 1 to \(longestText) characters."] : [])
                + (say.language.map(isLanguage) ?? true ? [] : ["“language” must be zh or en."])
        case .menu(let menu):
            prompts(menu.prompts, "prompts") + prompts(menu.invalidPrompts, "invalidPrompts")
                + (menu.keys.isEmpty ? ["“keys” is empty."] : [])
                + menu.keys.keys.sorted().filter { !isKey($0) }.map { "“\($0)” is not a key; keys are 0-9, * and #." }
                + number(menu.timeoutSeconds, "timeoutSeconds", 1...120) + number(menu.retries, "retries", 0...10)
        case .collect(let collect):
            prompts(collect.prompts, "prompts") + prompts(collect.invalidPrompts, "invalidPrompts")
                + name(collect.attribute, "attribute")
                + number(collect.maximumDigits, "maximumDigits", 1...64)
                + number(collect.minimumDigits, "minimumDigits", 0...max(0, min(64, collect.maximumDigits)))
                + (collect.endKey.map(isKey) ?? true ? [] : ["“endKey” is not a key; keys are 0-9, * and #."])
                + number(collect.timeoutSeconds, "timeoutSeconds", 1...120) + number(collect.retries, "retries", 0...10)
        case .set(let set):
            (set.values.isEmpty || set.values.count > 32 ? ["“values” must have 1 to 32 entries."] : [])
                + set.values.keys.sorted().flatMap { name($0, "values") }
        case .condition(let condition): contents(of: condition)
        case .queue(let queue): contents(of: queue)
        case .transfer(let transfer):
            (isNumber(transfer.number) ? [] : ["“number” must be 1 to 32 of 0-9, +, * and #, or one {attribute}."])
                + (transfer.from.map(isDialable) ?? true ? [] : ["“from” must be 1 to 32 of 0-9, +, * and #."])
                + number(transfer.ringSeconds, "ringSeconds", 1...300)
        case .hangUp: []
        }
    }

    private static func contents(of condition: FlowNode.Condition) -> [String] {
        let missing: [String] =
            switch condition.test {
            case .exists, .missing: []
            case .oneOf: condition.values?.isEmpty ?? true ? ["“values” is needed for oneOf."] : []
            case .lessThan, .moreThan:
                condition.value.flatMap(Double.init) == nil ? ["“value” must be a number for this test."] : []
            default: condition.value == nil ? ["“value” is needed for this test."] : []
            }
        return name(condition.attribute, "attribute") + missing
    }

    private static func contents(of queue: FlowNode.Queue) -> [String] {
        (QueueID.isAcceptable(queue.queue) ? [] : ["“queue” is not the id of a queue."])
            + number(queue.priority, "priority", 0...1000)
            + (queue.skills ?? []).filter { $0.isEmpty || $0.count > 64 }.map { _ in "A skill has 1 to 64 characters." }
            + prompts(queue.music, "music") + prompts(queue.announcement, "announcement")
            + number(queue.announceEverySeconds, "announceEverySeconds", 5...3600)
            + number(queue.timeoutSeconds, "timeoutSeconds", 1...86400)
            + (queue.onTimeout != nil && queue.timeoutSeconds == nil ? ["“onTimeout” needs “timeoutSeconds”."] : [])
    }

    private static func prompts(_ prompts: [FlowPrompt]?, _ field: String, atLeastOne: Bool = false) -> [String] {
        guard let prompts else { return [] }
        if prompts.count > 20 || (atLeastOne && prompts.isEmpty) { return ["“\(field)” must have 1 to 20 entries."] }
        return prompts.flatMap { prompt -> [String] in
            let kinds = [prompt.file != nil, prompt.say != nil, prompt.music == true].filter { $0 }.count
            if kinds != 1 { return ["“\(field)”: each entry is one of file, say and music."] }
            if let text = prompt.say, text.isEmpty || text.count > longestText {
                return ["“\(field)”: a text has 1 to \(longestText) characters."]
            }
            if let file = prompt.file, file.isEmpty || file.count > 128 || file.contains("..") || file.hasPrefix("/") {
                return ["“\(field)”: “\(file)” is not the name of a prompt."]
            }
            return prompt.language.map(isLanguage) ?? true ? [] : ["“\(field)”: the language must be zh or en."]
        }
    }

    private static func number(_ value: Int?, _ field: String, _ range: ClosedRange<Int>) -> [String] {
        guard let value, !range.contains(value) else { return [] }
        return ["“\(field)” must be \(range.lowerBound) to \(range.upperBound)."]
    }

    private static func name(_ text: String, _ field: String) -> [String] {
        QueueID.isAcceptable(text) && text.count <= 64 ? [] : ["“\(field)”: “\(text)” is not a name."]
    }

    private static func isLanguage(_ text: String) -> Bool { text == "zh" || text == "en" }

    static func isKey(_ text: String) -> Bool { text.count == 1 && text.allSatisfy { "0123456789*#".contains($0) } }

    /// Whether it can be dialled, or stands for an attribute that can.
    static func isNumber(_ text: String) -> Bool {
        if text.hasPrefix("{"), text.hasSuffix("}") { return (3...66).contains(text.count) }
        return isDialable(text)
    }

    static func isDialable(_ text: String) -> Bool {
        (1...32).contains(text.count) && text.allSatisfy { "0123456789+*#".contains($0) }
    }
}
