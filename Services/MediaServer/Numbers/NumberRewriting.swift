import Contracts

/// One rule: a number that looks like this loses so many symbols in front and gets others.
struct RewriteRule: Codable, Sendable, Equatable {
    /// See ``NumberPattern``; `00!` for all that begin with 00.
    let pattern: String
    /// How many symbols are taken away in front; none if left out.
    let strip: Int?
    /// What is put in front then; nothing if left out.
    let prepend: String?
}

/// How a trunk's carrier writes a number.
enum NumberFormat: String, Codable, Sendable, CaseIterable {
    /// As it comes.
    case asIs
    /// `+8613800138000`, where it can be.
    case e164
    /// The same without the plus.
    case digits
}

/// What an operator says of how numbers are changed, in one direction, of caller or called.
struct RewriteSettings: Codable, Sendable, Equatable {
    /// What is done first; `asIs` if left out.
    let format: NumberFormat?
    /// The first that fits is applied; none need fit.
    let rules: [RewriteRule]?
}

/// How numbers are changed between us and a carrier. Pure.
struct NumberRewriting: Sendable, Equatable {
    static let mostRules = 100

    private struct Rule: Sendable, Equatable {
        let pattern: NumberPattern
        let strip: Int
        let prepend: String
    }

    private let format: NumberFormat
    private let rules: [Rule]

    /// Changes nothing.
    init() {
        format = .asIs
        rules = []
    }

    /// - Throws: `Failure.invalid`
    init(_ settings: RewriteSettings?) throws(Failure) {
        format = settings?.format ?? .asIs
        var rules: [Rule] = []
        for rule in settings?.rules ?? [] {
            guard let pattern = NumberPattern(rule.pattern) else {
                throw Failure(.invalid, "“\(rule.pattern)” is no pattern of numbers.", code: "rewriteInvalid")
            }
            let (strip, prepend) = (rule.strip ?? 0, rule.prepend ?? "")
            guard (0...32).contains(strip), prepend.utf8.count <= 32, prepend.utf8.allSatisfy(\.isDialled) else {
                throw Failure(
                    .invalid, "A rule strips 0 to 32 symbols and prepends at most 32 of 0-9*#+.", code: "rewriteInvalid"
                )
            }
            rules.append(Rule(pattern: pattern, strip: strip, prepend: prepend))
        }
        guard rules.count <= Self.mostRules else {
            throw Failure(.invalid, "At most \(Self.mostRules) rules a direction.", code: "rewriteInvalid")
        }
        self.rules = rules
    }

    /// The number as the other side wants it; what would be left without a symbol stays as it is.
    func applied(to number: String, _ plan: NumberPlan) -> String {
        let formatted = formatted(number, plan)
        guard let rule = rules.first(where: { $0.pattern.matches(formatted) }) else { return formatted }
        let changed = rule.prepend + formatted.dropFirst(rule.strip)
        return changed.isEmpty ? formatted : changed
    }

    private func formatted(_ number: String, _ plan: NumberPlan) -> String {
        guard format != .asIs, let normal = plan.normal(number) else { return number }
        return format == .digits && normal.hasPrefix("+") ? String(normal.dropFirst()) : normal
    }
}
