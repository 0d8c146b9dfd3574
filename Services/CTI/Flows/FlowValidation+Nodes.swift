import Contracts

/// What may stand in a node, each kind by itself.
extension FlowValidation {
    static func contents(of node: FlowNode) -> [String] {
        switch node {
        case .play(let play): prompts(play.prompts, "prompts", atLeastOne: true)
        case .say(let say):
            (say.text.isEmpty || say.text.count > longestText
                ? ["“text” must have 1 to \(longestText) characters."] : [])
                + (say.language.map(isLanguage) ?? true ? [] : ["“language” must be zh or en."])
        case .menu(let menu):
            prompts(menu.prompts, "prompts", atLeastOne: true) + prompts(menu.invalidPrompts, "invalidPrompts")
                + (menu.keys.isEmpty ? ["“keys” is empty."] : [])
                + (menu.attribute.map { name($0, "attribute") } ?? [])
                + menu.keys.keys.sorted().filter { !isKey($0) }.map { "“\($0)” is not a key; keys are 0-9, * and #." }
                + number(menu.timeoutSeconds, "timeoutSeconds", 1...120) + number(menu.retries, "retries", 0...10)
        case .collect(let collect):
            prompts(collect.prompts, "prompts", atLeastOne: true) + prompts(collect.invalidPrompts, "invalidPrompts")
                + name(collect.attribute, "attribute")
                + number(collect.maximumDigits, "maximumDigits", 1...64)
                + number(collect.minimumDigits, "minimumDigits", 0...max(0, min(64, collect.maximumDigits)))
                + (collect.endKey.map(isKey) ?? true ? [] : ["“endKey” is not a key; keys are 0-9, * and #."])
                + number(collect.timeoutSeconds, "timeoutSeconds", 1...120) + number(collect.retries, "retries", 0...10)
                + (collect.check.map(contents) ?? [])
        case .set(let set):
            (set.values.isEmpty || set.values.count > 32 ? ["“values” must have 1 to 32 entries."] : [])
                + set.values.keys.sorted().flatMap { name($0, "values") }
        case .condition(let condition): contents(of: condition)
        case .queue(let queue): contents(of: queue)
        case .transfer(let transfer): contents(of: transfer)
        case .calendar(let calendar): calendar.problems
        case .list(let list): name(list.list, "list") + (list.attribute.map { name($0, "attribute") } ?? [])
        case .subFlow(let sub): FlowID.isAcceptable(sub.flow) ? [] : ["“flow” is not the id of a flow."]
        case .record(let record), .voicemail(let record): contents(of: record)
        case .survey(let survey): contents(of: survey)
        case .callback(let callback): contents(of: callback)
        case .request(let request): contents(of: request)
        case .lookup(let lookup): contents(of: lookup)
        case .calledBefore(let before): contents(of: before)
        case .conference(let conference): contents(of: conference)
        case .script(let script): contents(of: script)
        case .recognize(let recognize): contents(of: recognize)
        case .fax(let fax):
            (fax.station?.count ?? 1) <= 64 && fax.station != "" ? [] : ["“station” has 1 to 64 characters."]
        case .return, .hangUp: []
        }
    }

    private static func contents(of transfer: FlowNode.Transfer) -> [String] {
        let most = FlowNode.Transfer.mostNumbers
        let isOne = (transfer.number == nil) != (transfer.numbers == nil)
        let isMany = transfer.numbers.map { (1...most).contains($0.count) } ?? true
        return (isOne ? [] : ["Either “number” or “numbers” is needed."])
            + (isMany ? [] : ["“numbers” must have 1 to \(most) entries."])
            + wrongNumbers(transfer.number.map { [$0] }, "number") + wrongNumbers(transfer.numbers, "numbers")
            + (transfer.from.map(isDialable) ?? true ? [] : ["“from” must be 1 to 32 of 0-9, +, * and #."])
            + number(transfer.ringSeconds, "ringSeconds", 1...300)
    }

    private static func wrongNumbers(_ numbers: [String]?, _ field: String) -> [String] {
        (numbers ?? []).filter { !isNumber($0) }
            .map { "“\(field)”: “\($0.prefix(40))” is not 1 to 32 of 0-9, +, * and #, nor one {attribute}." }
    }

    private static func contents(of condition: FlowNode.Condition) -> [String] {
        if let expression = condition.expression {
            let extra = condition.attribute != nil || condition.test != nil
            return (extra ? ["Either “expression” or “attribute” and “test” is needed."] : [])
                + (FlowExpression.problem(with: expression).map { ["“expression”: \($0)"] } ?? [])
        }
        guard let attribute = condition.attribute, let test = condition.test else {
            return ["Either “expression” or “attribute” and “test” is needed."]
        }
        let missing: [String] =
            switch test {
            case .exists, .missing: []
            case .oneOf: condition.values?.isEmpty ?? true ? ["“values” is needed for oneOf."] : []
            case .lessThan, .moreThan:
                condition.value.flatMap(Double.init) == nil ? ["“value” must be a number for this test."] : []
            default: condition.value == nil ? ["“value” is needed for this test."] : []
            }
        return name(attribute, "attribute") + missing
    }

    private static func contents(of queue: FlowNode.Queue) -> [String] {
        (QueueID.isAcceptable(queue.queue) ? [] : ["“queue” is not the id of a queue."])
            + (queue.queueAttribute.map { name($0, "queueAttribute") } ?? [])
            + number(queue.priority, "priority", 0...1000)
            + skills(queue.skills) + prompts(queue.agentAnnouncement, "agentAnnouncement")
            + (queue.keys ?? [:]).keys.sorted().filter { !isKey($0) }
            .map { "“\($0)” is not a key; keys are 0-9, * and #." }
            + prompts(queue.music, "music") + prompts(queue.announcement, "announcement")
            + number(queue.announceEverySeconds, "announceEverySeconds", 5...3600)
            + number(queue.agentSeconds, "agentSeconds", 0...3600)
            + number(queue.timeoutSeconds, "timeoutSeconds", 1...86400)
            + (queue.onTimeout != nil && queue.timeoutSeconds == nil ? ["“onTimeout” needs “timeoutSeconds”."] : [])
    }

    static func prompts(_ prompts: [FlowPrompt]?, _ field: String, atLeastOne: Bool = false) -> [String] {
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

    static func number(_ value: Int?, _ field: String, _ range: ClosedRange<Int>) -> [String] {
        guard let value, !range.contains(value) else { return [] }
        return ["“\(field)” must be \(range.lowerBound) to \(range.upperBound)."]
    }

    static func name(_ text: String, _ field: String) -> [String] {
        QueueID.isAcceptable(text) && text.count <= 64 ? [] : ["“\(field)”: “\(text)” is not a name."]
    }

    static func isLanguage(_ text: String) -> Bool { text == "zh" || text == "en" }

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
