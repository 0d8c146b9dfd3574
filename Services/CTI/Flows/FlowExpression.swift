import Contracts

/// What a condition may ask in words: `vip == 'yes' and (length(card) >= 4 or not begins(caller, '010'))`.
///
/// Comparisons `= == != < <= > >=`, `and`, `or`, `not`, brackets, texts in `'…'` or `"…"`, numbers, `true`, `false`, and
/// names of attributes (`caller` and `called` are the numbers; `{a-name}` for one with other characters). Functions:
/// `exists length upper lower trim begins ends contains substring concat number`. Two values that both read as numbers
/// compare as numbers under `<` and its like, and under `==` if one of them is a number by itself. What is missing equals
/// only what is missing. Every expression ends, whatever it holds, and none can fail.
indirect enum FlowExpression: Equatable {
    static let longest = 500
    static let deepest = 20

    case value(Value)
    case attribute(String)
    case not(FlowExpression)
    case and(FlowExpression, FlowExpression)
    case or(FlowExpression, FlowExpression)
    case compare(FlowExpression, Comparison, FlowExpression)
    case call(Function, [FlowExpression])

    enum Comparison: String { case equal = "==", differs = "!=", less = "<", atMost = "<=", more = ">", atLeast = ">=" }

    enum Function: String, CaseIterable {
        case exists, length, upper, lower, trim, begins, ends, contains, substring, concat, number

        var arguments: ClosedRange<Int> {
            switch self {
            case .exists, .length, .upper, .lower, .trim, .number: 1...1
            case .begins, .ends, .contains: 2...2
            case .substring: 3...3
            case .concat: 2...10
            }
        }
    }

    enum Value: Equatable {
        case text(String), number(Double), truth(Bool)
        case missing
    }

    /// Whether it is true; an expression that cannot be read is not.
    static func holds(_ text: String, attribute: (String) -> String?) -> Bool {
        guard let expression = try? FlowExpressionParser.parse(text) else { return false }
        return expression.evaluate(attribute).isTrue
    }

    /// What is wrong with it, in words for the author; nil if nothing is.
    static func problem(with text: String) -> String? {
        do throws(FlowExpressionParser.Wrong) {
            _ = try FlowExpressionParser.parse(text)
            return nil
        } catch { return error.sentence }
    }

    func evaluate(_ attribute: (String) -> String?) -> Value {
        switch self {
        case .value(let value): value
        case .attribute(let name): attribute(name).map { .text($0) } ?? .missing
        case .not(let inner): .truth(!inner.evaluate(attribute).isTrue)
        case .and(let left, let right): .truth(left.evaluate(attribute).isTrue && right.evaluate(attribute).isTrue)
        case .or(let left, let right): .truth(left.evaluate(attribute).isTrue || right.evaluate(attribute).isTrue)
        case .compare(let left, let comparison, let right):
            .truth(comparison.holds(left.evaluate(attribute), right.evaluate(attribute)))
        case .call(let function, let arguments): function.apply(arguments.map { $0.evaluate(attribute) })
        }
    }
}

extension FlowExpression.Value {
    var isTrue: Bool {
        switch self {
        case .truth(let truth): truth
        case .text(let text): !text.isEmpty
        case .number(let number): number != 0
        case .missing: false
        }
    }

    /// As it is written; nil for what is missing.
    var text: String? {
        switch self {
        case .text(let text): text
        case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
        case .truth(let truth): truth ? "true" : "false"
        case .missing: nil
        }
    }

    var number: Double? {
        switch self {
        case .number(let number): number
        case .text(let text): text.utf8.allSatisfy { "0123456789.-+".utf8.contains($0) } ? Double(text) : nil
        case .truth, .missing: nil
        }
    }

    fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

extension FlowExpression.Comparison {
    fileprivate func holds(_ left: FlowExpression.Value, _ right: FlowExpression.Value) -> Bool {
        switch self {
        case .equal: Self.areEqual(left, right)
        case .differs: !Self.areEqual(left, right)
        case .less:
            ordered(left, right) {
                $0 < $1
            } texts: {
                $0 < $1
            }
        case .atMost:
            ordered(left, right) {
                $0 <= $1
            } texts: {
                $0 <= $1
            }
        case .more:
            ordered(left, right) {
                $0 > $1
            } texts: {
                $0 > $1
            }
        case .atLeast:
            ordered(left, right) {
                $0 >= $1
            } texts: {
                $0 >= $1
            }
        }
    }

    private static func areEqual(_ left: FlowExpression.Value, _ right: FlowExpression.Value) -> Bool {
        if left.isNumber || right.isNumber, let left = left.number, let right = right.number { return left == right }
        return left.text == right.text
    }

    private func ordered(
        _ left: FlowExpression.Value, _ right: FlowExpression.Value, _ numbers: (Double, Double) -> Bool,
        texts: (String, String) -> Bool
    ) -> Bool {
        if let left = left.number, let right = right.number { return numbers(left, right) }
        guard let left = left.text, let right = right.text else { return false }
        return texts(left, right)
    }
}

extension FlowExpression.Function {
    private static let longestText = 1000

    fileprivate func apply(_ values: [FlowExpression.Value]) -> FlowExpression.Value {
        let first = values.first ?? .missing
        if self == .exists { return .truth(first != .missing) }
        if self == .concat { return .text(String(values.compactMap(\.text).joined().prefix(Self.longestText))) }
        guard let text = first.text else { return .missing }
        let second = values.dropFirst().first?.text ?? ""
        return switch self {
        case .exists, .concat: .missing
        case .length: .number(Double(text.count))
        case .upper: .text(text.uppercased())
        case .lower: .text(text.lowercased())
        case .trim: .text(String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()))
        case .begins: .truth(text.hasPrefix(second))
        case .ends: .truth(text.hasSuffix(second))
        case .contains: .truth(second.isEmpty || text.contains(second))
        case .number: first.number.map { .number($0) } ?? .missing
        case .substring: .text(Self.part(of: text, values))
        }
    }

    /// From character `values[1]`, counted from 1, so many characters.
    private static func part(of text: String, _ values: [FlowExpression.Value]) -> String {
        let bounds = values.dropFirst().map { Int(min(max($0.number ?? 0, 0), Double(longestText))) }
        guard bounds.count == 2 else { return "" }
        return String(text.dropFirst(max(bounds[0] - 1, 0)).prefix(bounds[1]))
    }
}
