import Contracts
import Foundation

/// What may stand in the nodes that do something for the caller.
extension FlowValidation {
    static func contents(of record: FlowNode.Record) -> [String] {
        let most = record.maximumSeconds ?? 120
        return prompts(record.prompts, "prompts")
            + (record.attribute.map { name($0, "attribute") } ?? [])
            + number(record.maximumSeconds, "maximumSeconds", 1...3600)
            + number(record.minimumSeconds, "minimumSeconds", 0...max(0, min(60, most)))
            + number(record.silenceSeconds, "silenceSeconds", 1...60)
            + (record.finishKey.map(isKey) ?? true ? [] : ["“finishKey” is not a key; keys are 0-9, * and #."])
            + (record.queue.map(QueueID.isAcceptable) ?? true ? [] : ["“queue” is not the id of a queue."])
            + (record.queue != nil && record.agent != nil ? ["Either “queue” or “agent” can be given."] : [])
            + (record.agent.map(isAgent) ?? true ? [] : ["“agent” is not the id of an agent, nor one {attribute}."])
    }

    static func contents(of survey: FlowNode.Survey) -> [String] {
        prompts(survey.prompts, "prompts", atLeastOne: true) + prompts(survey.invalidPrompts, "invalidPrompts")
            + (survey.question.map { name($0, "question") } ?? [])
            + (survey.scores.isEmpty ? ["“scores” is empty."] : [])
            + survey.scores.keys.sorted().filter { !isKey($0) }.map { "“\($0)” is not a key; keys are 0-9, * and #." }
            + survey.scores.sorted { $0.key < $1.key }.flatMap { number($0.value, "scores.\($0.key)", 0...100) }
            + number(survey.timeoutSeconds, "timeoutSeconds", 1...120) + number(survey.retries, "retries", 0...10)
    }

    static func contents(of callback: FlowNode.Callback) -> [String] {
        (QueueID.isAcceptable(callback.queue) ? [] : ["“queue” is not the id of a queue."])
            + (callback.attribute.map { name($0, "attribute") } ?? []) + number(callback.priority, "priority", 0...1000)
            + skills(callback.skills)
    }

    static func contents(of lookup: FlowNode.Lookup) -> [String] {
        (lookup.attribute.map { name($0, "attribute") } ?? [])
            + (lookup.values.isEmpty || lookup.values.count > 32 ? ["“values” must have 1 to 32 entries."] : [])
            + lookup.values.keys.sorted().flatMap { name($0, "values") }
            + lookup.values.values.sorted().filter { $0.isEmpty || $0.count > 64 }
            .map { "“values”: “\($0.prefix(40))” is not a field of a customer." }
    }

    static func contents(of request: FlowNode.Request) -> [String] {
        let methods = FlowNode.Request.methods
        return
            (request.method.map(methods.contains) ?? true
            ? [] : ["“method” is one of \(methods.joined(separator: ", "))."])
            + address(request.url)
            + (request.headers?.count ?? 0 > 20 ? ["There are more than 20 headers."] : [])
            + (request.headers ?? [:]).keys.sorted().filter { !isHeader($0) }
            .map { "“headers”: “\($0.prefix(40))” cannot be set." }
            + (request.body?.count ?? 0 > 8000 ? ["“body” has at most 8000 characters."] : [])
            + number(request.timeoutSeconds, "timeoutSeconds", 1...30)
            + (request.values?.count ?? 0 > 32 ? ["“values” has at most 32 entries."] : [])
            + (request.values ?? [:]).sorted { $0.key < $1.key }.flatMap { attribute, pointer in
                name(attribute, "values")
                    + (pointer.isEmpty || pointer.hasPrefix("/") ? [] : ["“values”: “\(pointer)” is no JSON pointer."])
            }
            + (request.statusAttribute.map { name($0, "statusAttribute") } ?? [])
            + (request.onStatus ?? [:]).keys.sorted().filter { !isStatus($0) }
            .map { "“onStatus”: “\($0.prefix(40))” is not a status as 404 or 4xx." }
    }

    /// The host is written out: no caller chooses whom we ask.
    private static func address(_ url: String) -> [String] {
        let rest = ["https://", "http://"].first(where: url.hasPrefix).map { url.dropFirst($0.count) }
        guard let rest, url.count <= 2000,
            let host = rest.split(separator: "/", omittingEmptySubsequences: false).first,
            !host.isEmpty, !host.contains(where: { "{}@?#\\ ".contains($0) })
        else { return ["“url” begins with http:// or https:// and a host that is written out."] }
        return []
    }

    private static func isHeader(_ name: String) -> Bool {
        let reserved = ["host", "content-length", "transfer-encoding", "connection", "idempotency-key"]
        return (1...64).contains(name.utf8.count) && !reserved.contains(name.lowercased())
            && name.utf8.allSatisfy { ($0 | 0x20) >= 97 && ($0 | 0x20) <= 122 || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    private static func isStatus(_ text: String) -> Bool {
        guard text.count == 3, let first = text.first, "12345".contains(first) else { return false }
        return text.hasSuffix("xx") || Int(text) != nil
    }

    private static func isAgent(_ text: String) -> Bool {
        if text.hasPrefix("{"), text.hasSuffix("}") { return (3...66).contains(text.count) }
        return AgentID.isAcceptable(text)
    }

    static func skills(_ skills: [String]?) -> [String] {
        (skills ?? []).filter { $0.isEmpty || $0.count > 64 }.map { _ in "A skill has 1 to 64 characters." }
    }

    static func contents(of check: FlowNode.Check) -> [String] {
        let formats = CollectedDigits.dateFormats
        return
            (check.lengths.map { !$0.isEmpty && $0.allSatisfy((1...64).contains) } ?? true
            ? [] : ["“check”: “lengths” holds numbers from 1 to 64."])
            + ((check.least ?? 0) <= (check.most ?? Int.max) ? [] : ["“check”: “least” is more than “most”."])
            + (check.date.map(formats.contains) ?? true
                ? [] : ["“check”: “date” is one of \(formats.joined(separator: ", "))."])
    }
}
