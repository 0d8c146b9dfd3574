import Contracts
import Foundation

/// What a flow asks of somebody else: acd, crm, or another system over HTTP.
enum FlowQuestion: Equatable, Sendable {
    /// - Parameters: nil priority and skills are those of the place that the caller has left.
    case callback(QueueID, number: String, priority: Int?, skills: [String]?)
    case customer(number: String)
    case earlierCall(number: String, withinHours: Int)
    case request(FlowRequest)
}

/// A request over HTTP, with the values put in. `{secret:name}` in it is still to be replaced.
struct FlowRequest: Equatable, Sendable {
    var method: String
    var url: String
    var headers: [String: String]
    var body: String?
    var timeoutSeconds: Int
}

/// What came of it.
enum FlowAnswer: Equatable, Sendable {
    case done
    case failed
    /// Nil for a number nobody has.
    case customer(CustomerCard?)
    /// Nil if nobody called him.
    case earlierCall(EarlierCall?)
    /// - Parameter body: nil for what is no JSON.
    case response(status: Int, body: JSONValue?)
}

extension FlowRun {
    mutating func askOthers(_ node: FlowNode, in scene: FlowScene) -> [Step] {
        waits = .answer
        guard let (question, seconds) = question(node) else { return answered(.failed, in: scene) }
        return [.ask(question, step: step), .startTimer(step: step, seconds: seconds)]
    }

    /// A new owner: the former one's question may not have been asked. It has the same step, so that whoever is asked can
    /// tell it from another.
    mutating func askAgain(in scene: FlowScene) -> [Step] {
        if script != nil { return askProgramAgain(in: scene) }
        guard let node = present(in: scene), let (question, seconds) = question(node) else { return [] }
        return [.ask(question, step: step), .startTimer(step: step, seconds: seconds)]
    }

    /// And how long its answer is waited for; nil if it cannot be asked.
    private func question(_ node: FlowNode) -> (FlowQuestion, seconds: Int)? {
        switch node {
        case .callback(let callback):
            let number = value(of: callback.attribute ?? "caller") ?? ""
            guard FlowValidation.isDialable(number) else { return nil }
            let queue = QueueID(rawValue: callback.queue)
            return (
                .callback(queue, number: number, priority: callback.priority, skills: callback.skills), seconds: 10
            )
        case .lookup(let lookup):
            let number = value(of: lookup.attribute ?? "caller") ?? ""
            return number.isEmpty ? nil : (.customer(number: number), seconds: 5)
        case .calledBefore(let before): return question(before)
        case .request(let request):
            let seconds = min(max(request.timeoutSeconds ?? 5, 1), 30)
            return (.request(filled(request, seconds)), seconds: seconds + 1)
        default: return nil
        }
    }

    mutating func answered(_ answer: FlowAnswer, in scene: FlowScene) -> [Step] {
        switch (present(in: scene), answer) {
        case (.callback(let callback), .done): return go("next", to: callback.next, in: scene)
        case (.callback(let callback), _): return go("onFailed", to: callback.onFailed, in: scene)
        case (.lookup(let lookup), .customer(let card?)):
            for (attribute, field) in lookup.values.sorted(by: { $0.key < $1.key }) {
                if let value = card.value(of: field) { remember(attribute, value) }
            }
            return go("next", to: lookup.next, in: scene)
        case (.lookup(let lookup), .customer(nil)):
            return go("onMissing", to: lookup.onMissing ?? lookup.next, in: scene)
        case (.lookup(let lookup), _):
            return go("onFailed", to: lookup.onFailed ?? lookup.onMissing ?? lookup.next, in: scene)
        case (.calledBefore(let before), let answer): return remembered(answer, before, in: scene)
        case (.request(let request), .response(let status, let body)):
            return responded(status, body, request, in: scene)
        case (.request(let request), _): return go("onFailed", to: request.onFailed, in: scene)
        case (.script, let answer): return programAnswered(answer, in: scene)
        default: return []
        }
    }

    private mutating func responded(
        _ status: Int, _ body: JSONValue?, _ request: FlowNode.Request, in scene: FlowScene
    ) -> [Step] {
        if let name = request.statusAttribute { remember(name, String(status)) }
        for (attribute, pointer) in (request.values ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let value = body?.at(pointer)?.plainText { remember(attribute, value) }
        }
        for word in ["\(status)", "\(status / 100)xx"] {
            if let next = request.onStatus?[word] { return go("onStatus.\(word)", to: next, in: scene) }
        }
        return (200..<300).contains(status)
            ? go("next", to: request.next, in: scene) : go("onFailed", to: request.onFailed, in: scene)
    }

    // MARK: Values in a request

    /// A value cannot leave the place it is put in: it is escaped there, and opens no other `{`.
    private func filled(_ request: FlowNode.Request, _ seconds: Int) -> FlowRequest {
        FlowRequest(
            method: request.method ?? "GET", url: fill(request.url, Self.percentEncoded),
            headers: filledHeaders(request.headers ?? [:]),
            body: request.body.map { fill($0, Self.jsonEscaped) }, timeoutSeconds: seconds)
    }

    func filledHeaders(_ headers: [String: String]) -> [String: String] {
        headers.mapValues { fill($0, Self.oneLine) }
    }

    private func fill(_ text: String, _ encode: (String) -> String) -> String {
        FlowTemplate.fill(text) { name in
            name.hasPrefix(FlowSecrets.prefix) ? "{\(name)}" : encode(value(of: name) ?? "")
        }
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func percentEncoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 32 && $0 != "{" && $0.value != 127 }))
    }

    private static func jsonEscaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "{": result += "\\u007b"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}

/// A text of a request: only `{name}` stands for something, so that JSON may be written as it is.
enum FlowTemplate {
    static func fill(_ text: String, _ value: (String) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[rest.index(after: open)...]
            let name = rest.prefix { QueueID.isAcceptable(String($0)) }
            let behind = rest[name.endIndex...]
            guard !name.isEmpty, behind.first == "}" else {
                result += "{"
                continue
            }
            result += value(String(name))
            rest = behind.dropFirst()
        }
        return result + rest
    }
}

/// What only the server knows, named in a flow as `{secret:name}`.
enum FlowSecrets {
    static let prefix = "secret:"

    /// The text with the secrets put in.
    /// - Throws: `Failure.notFound` if one is not there.
    static func reveal(_ text: String, _ secrets: [String: String]) throws(Failure) -> String {
        var missing: String?
        let revealed = FlowTemplate.fill(text) { name in
            guard name.hasPrefix(prefix) else { return "{\(name)}" }
            let known = secrets[String(name.dropFirst(prefix.count))]
            if known == nil { missing = name }
            return known ?? ""
        }
        if let missing { throw Failure(.notFound, "There is no \(missing).", code: "secretNotFound") }
        return revealed
    }
}

extension CustomerCard {
    /// What a flow may read of a customer.
    func value(of field: String) -> String? {
        switch field {
        case "id": customerID.rawValue
        case "name": name
        case "isVIP": isVIP ? "yes" : "no"
        default: fields[field]
        }
    }
}

extension JSONValue {
    /// What a JSON pointer (RFC 6901) leads to.
    func at(_ pointer: String) -> JSONValue? {
        guard !pointer.isEmpty else { return self }
        guard pointer.hasPrefix("/") else { return nil }
        var value = self
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            switch value {
            case .object(let fields):
                guard let next = fields[key] else { return nil }
                value = next
            case .array(let items):
                guard let index = Int(key), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    /// As a text, if it is one thing.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let number): Int64(exactly: number).map { String($0) } ?? String(number)
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
