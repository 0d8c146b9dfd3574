/// Reads a ``FlowExpression``: words first, then what binds weakest. Bounded in length and depth.
struct FlowExpressionParser {
    /// What is wrong, and where.
    struct Wrong: Error {
        let sentence: String
    }

    private enum Word: Equatable {
        case text(String), number(Double), name(String), attribute(String), sign(String)
    }

    private var words: [Word]
    private var next = 0
    private var depth = 0

    static func parse(_ text: String) throws(Wrong) -> FlowExpression {
        guard !text.isEmpty, text.count <= FlowExpression.longest else {
            throw Wrong(sentence: "It must have 1 to \(FlowExpression.longest) characters.")
        }
        var parser = FlowExpressionParser(words: try words(in: text))
        let expression = try parser.either()
        guard parser.next == parser.words.count else { throw parser.unexpected("the end") }
        return expression
    }

    private init(words: [Word]) { self.words = words }

    // MARK: What binds weakest first

    private mutating func either() throws(Wrong) -> FlowExpression {
        guard depth < FlowExpression.deepest else {
            throw Wrong(sentence: "It is nested more than \(FlowExpression.deepest) deep.")
        }
        depth += 1
        defer { depth -= 1 }
        var left = try both()
        while take(.name("or")) { left = .or(left, try both()) }
        return left
    }

    private mutating func both() throws(Wrong) -> FlowExpression {
        var left = try negation()
        while take(.name("and")) { left = .and(left, try negation()) }
        return left
    }

    private mutating func negation() throws(Wrong) -> FlowExpression {
        var isNegated = false
        var isNot = false
        while take(.name("not")) {
            isNegated.toggle()
            isNot = true
        }
        let inner = try comparison()
        guard isNot else { return inner }
        return isNegated ? .not(inner) : .not(.not(inner))
    }

    private mutating func comparison() throws(Wrong) -> FlowExpression {
        let left = try term()
        guard case .sign(let sign)? = word, let comparison = FlowExpression.Comparison(rawValue: sign) else {
            return left
        }
        next += 1
        return .compare(left, comparison, try term())
    }

    private mutating func term() throws(Wrong) -> FlowExpression {
        guard let word else { throw unexpected("a value") }
        next += 1
        switch word {
        case .text(let text): return .value(.text(text))
        case .number(let number): return .value(.number(number))
        case .attribute(let name): return .attribute(name)
        case .name("true"): return .value(.truth(true))
        case .name("false"): return .value(.truth(false))
        case .name(let name) where !["and", "or", "not"].contains(name):
            return take(.sign("(")) ? try call(name) : .attribute(name)
        case .sign("("):
            let inner = try either()
            guard take(.sign(")")) else { throw unexpected("“)”") }
            return inner
        case .name, .sign:
            next -= 1
            throw unexpected("a value")
        }
    }

    private mutating func call(_ name: String) throws(Wrong) -> FlowExpression {
        guard let function = FlowExpression.Function(rawValue: name) else {
            let known = FlowExpression.Function.allCases.map(\.rawValue).joined(separator: ", ")
            throw Wrong(sentence: "“\(name)” is not a function; functions are \(known).")
        }
        var arguments: [FlowExpression] = []
        if !take(.sign(")")) {
            repeat { arguments.append(try either()) } while take(.sign(","))
            guard take(.sign(")")) else { throw unexpected("“)”") }
        }
        guard function.arguments.contains(arguments.count) else {
            throw Wrong(sentence: "“\(name)” takes another number of arguments than \(arguments.count).")
        }
        return .call(function, arguments)
    }

    private var word: Word? { words.indices.contains(next) ? words[next] : nil }

    private mutating func take(_ wanted: Word) -> Bool {
        guard word == wanted else { return false }
        next += 1
        return true
    }

    private func unexpected(_ wanted: String) -> Wrong {
        guard let word else { return Wrong(sentence: "It ends where \(wanted) is expected.") }
        let found =
            switch word {
            case .text(let text): "'\(text)'"
            case .number(let number): "\(number)"
            case .name(let name), .attribute(let name), .sign(let name): name
            }
        return Wrong(sentence: "“\(found)” stands where \(wanted) is expected.")
    }

    // MARK: Words

    private static func words(in text: String) throws(Wrong) -> [Word] {
        var words: [Word] = []
        var rest = text[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "'" || first == "\"" {
                words.append(.text(try quoted(&rest, until: first)))
            } else if first == "{" {
                words.append(.attribute(try quoted(&rest, until: "}")))
            } else if isDigit(first) {
                let digits = cut(&rest) { isDigit($0) || $0 == "." }
                guard let number = Double(digits) else { throw Wrong(sentence: "“\(digits)” is not a number.") }
                words.append(.number(number))
            } else if isLetter(first) {
                words.append(.name(cut(&rest) { isLetter($0) || isDigit($0) || $0 == "." }))
            } else {
                words.append(.sign(try sign(&rest)))
            }
        }
        return words
    }

    private static func quoted(_ rest: inout Substring, until end: Character) throws(Wrong) -> String {
        let inner = rest.dropFirst()
        guard let close = inner.firstIndex(of: end) else { throw Wrong(sentence: "“\(end)” is missing.") }
        rest = inner[inner.index(after: close)...]
        return String(inner[..<close])
    }

    private static func cut(_ rest: inout Substring, while belongs: (Character) -> Bool) -> String {
        let word = rest.prefix(while: belongs)
        rest = rest[word.endIndex...]
        return String(word)
    }

    private static func sign(_ rest: inout Substring) throws(Wrong) -> String {
        for sign in ["==", "!=", "<=", ">=", "<", ">", "(", ")", ",", "="] where rest.hasPrefix(sign) {
            rest = rest.dropFirst(sign.count)
            return sign == "=" ? "==" : sign
        }
        throw Wrong(sentence: "“\(rest.prefix(1))” is not understood.")
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static func isLetter(_ character: Character) -> Bool {
        ("a"..."z").contains(character) || ("A"..."Z").contains(character) || character == "_"
    }
}
