import Contracts
import ServiceKit

/// Who of the callers of a queue comes first: beside the priority that the flow gave, what is known of the caller, and how
/// long he has waited.
struct PriorityRules: Codable, Sendable, Equatable {
    static let most = 20

    /// What a caller gets who is so and so; who is several things gets it all.
    struct Rule: Codable, Sendable, Equatable {
        enum Test: String, Codable, Sendable, CaseIterable { case exists, equals, oneOf, beginsWith, atLeast }

        /// An attribute of the call, as `vip`; `caller` and `called` for the numbers.
        let attribute: String
        let test: Test
        /// Compared with; any of them will do. None for `exists`; whole numbers for `atLeast`.
        var values: [String]?
        /// Added to the priority; callers who can wait have less than 0.
        let add: Int

        func holds(_ attributes: [String: String]) -> Bool {
            guard let found = attributes[attribute] else { return false }
            let values = values ?? []
            return switch test {
            case .exists: true
            case .equals, .oneOf: values.contains(found)
            case .beginsWith: values.contains { found.hasPrefix($0) }
            case .atLeast:
                Int(found).map { number in values.compactMap { Int($0) }.contains { number >= $0 } } ?? false
            }
        }
    }

    var rules: [Rule]?
    /// So many seconds of waiting weigh as much as one point of priority: nobody waits for ever behind those who matter more.
    /// Without it no wait does.
    var secondsPerPoint: Int?

    /// - Returns: the priority with all that is added to it, -20000 to 21000.
    func priority(of call: WaitingCall) -> Int {
        let attributes = call.attributes ?? [:]
        return (rules ?? []).prefix(Self.most).filter { $0.holds(attributes) }.reduce(call.priority) { $0 + $1.add }
    }

    /// Microseconds of waiting that weigh as much as one point.
    var weight: Int64 { Int64(secondsPerPoint ?? 604_800) * 1_000_000 }

    /// - Throws: `Failure.invalid`
    func checked() throws -> PriorityRules {
        let rules = rules ?? []
        guard rules.count <= Self.most, rules.allSatisfy(\.isSound),
            secondsPerPoint.map({ (1...86_400).contains($0) }) ?? true
        else {
            throw Failure(
                .invalid,
                """
                priority: at most \(Self.most) rules, each with an attribute of 1 to 64 letters, 1 to 50 values (whole \
                numbers for atLeast; none for exists) and add from -1000 to 1000; secondsPerPoint is 1 to 86400.
                """, code: "priorityInvalid")
        }
        return self
    }
}

extension PriorityRules.Rule {
    fileprivate var isSound: Bool {
        guard attribute.isName(1...64), (-1000...1000).contains(add) else { return false }
        let values = values ?? []
        guard test != .exists else { return values.isEmpty }
        return (1...50).contains(values.count) && values.allSatisfy { (1...256).contains($0.count) }
            && (test != .atLeast || values.allSatisfy { Int($0) != nil })
    }
}
