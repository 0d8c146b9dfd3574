import Contracts

/// What a tenant's calls out may be: against toll fraud, and against callers who show numbers that are not theirs. A tenant
/// without one has the platform's (`*`), and that is ``standard`` until an operator sets it.
struct DialPolicy: Codable, Sendable, Equatable {
    /// Beginnings of numbers that may be called: `+86138` of E.164. Whatever none of these covers is denied.
    let allowed: [String]
    /// Beginnings that may not; where both cover a number the longer one counts.
    let denied: [String]
    /// Numbers such as 110, 95588 or *31#, which have no E.164 and are dialled as they are.
    let allowsServiceNumbers: Bool
    /// Calls out at once.
    let maxCalls: Int
    let callsPerSecond: Int
    /// Of talk, in all calls of a day together.
    let minutesPerDay: Int
    /// Ten-thousandths of the platform's currency a day; nil for no limit.
    let costPerDay: Int?
    /// How long one call may last.
    let longestCallSeconds: Int
    /// What may be shown to who is called, beside the tenant's own access numbers.
    let callerIDs: [String]
    /// Shown instead of a number that may not be shown; nil: such a call is refused.
    let defaultCallerID: String?

    static let mostEach = 1_000
    /// A call that lasts longer is fraud, or a telephone that was not hung up.
    static let longest = 3 * 3_600

    /// Calls within the country, but none to numbers that are dear by design.
    static func standard(_ plan: NumberPlan) -> DialPolicy {
        DialPolicy(
            allowed: ["+" + plan.countryCode], denied: plan.countryCode == "86" ? ["+86160", "+86168"] : [],
            allowsServiceNumbers: true, maxCalls: 1_000, callsPerSecond: 100, minutesPerDay: 100_000, costPerDay: nil,
            longestCallSeconds: longest, callerIDs: [], defaultCallerID: nil)
    }

    /// Whether a normal number may be called.
    func allows(_ number: String) -> Bool {
        let denial = NumberPrefix.longest(of: denied, in: number)
        guard number.hasPrefix("+") else { return allowsServiceNumbers && denial == nil }
        guard let allowance = NumberPrefix.longest(of: allowed, in: number) else { return false }
        return allowance.utf8.count > denial?.utf8.count ?? 0
    }
}

/// What an operator says of a dial policy; what is left out is as in the platform's.
struct DialPolicySettings: Codable, Sendable {
    var allowed: [String]?
    var denied: [String]?
    var allowsServiceNumbers: Bool?
    var maxCalls: Int?
    var callsPerSecond: Int?
    var minutesPerDay: Int?
    var costPerDay: Int?
    var longestCallSeconds: Int?
    var callerIDs: [String]?
    var defaultCallerID: String?

    /// - Throws: `Failure.invalid`
    func checked(_ base: DialPolicy, _ plan: NumberPlan) throws(Failure) -> DialPolicy {
        let policy = DialPolicy(
            allowed: allowed ?? base.allowed, denied: denied ?? base.denied,
            allowsServiceNumbers: allowsServiceNumbers ?? base.allowsServiceNumbers,
            maxCalls: maxCalls ?? base.maxCalls,
            callsPerSecond: callsPerSecond ?? base.callsPerSecond, minutesPerDay: minutesPerDay ?? base.minutesPerDay,
            costPerDay: costPerDay ?? base.costPerDay,
            longestCallSeconds: longestCallSeconds ?? base.longestCallSeconds,
            callerIDs: callerIDs ?? [], defaultCallerID: defaultCallerID)
        let lists = [policy.allowed, policy.denied, policy.callerIDs]
        guard lists.allSatisfy({ $0.count <= DialPolicy.mostEach }) else {
            throw Failure(.invalid, "A list of a dial policy has at most \(DialPolicy.mostEach) entries.")
        }
        guard (policy.allowed + policy.denied).allSatisfy(NumberPrefix.isSound) else {
            throw Failure(
                .invalid, "A prefix is 1 to 15 digits, with + in front if it is E.164.", code: "prefixInvalid")
        }
        let shown = policy.callerIDs + (defaultCallerID.map { [$0] } ?? [])
        guard shown.allSatisfy({ plan.normal($0) != nil }) else {
            throw Failure(.invalid, "A caller id is a number.")
        }
        guard (0...100_000).contains(policy.maxCalls), (0...10_000).contains(policy.callsPerSecond),
            (0...100_000_000).contains(policy.minutesPerDay),
            (0...1_000_000_000_000).contains(policy.costPerDay ?? 0),
            (1...DialPolicy.longest).contains(policy.longestCallSeconds)
        else {
            throw Failure(
                .invalid,
                "A limit is out of range: maxCalls to 100 000, callsPerSecond to 10 000, minutesPerDay to 100 000 000, "
                    + "longestCallSeconds from 1 to \(DialPolicy.longest).")
        }
        return policy
    }
}

/// Why a tenant may not make a call, for programs and in words.
enum DialRefusal: String, Sendable, CaseIterable {
    case number = "number_not_allowed"
    case callerID = "caller_id_not_allowed"
    case tooManyCalls = "too_many_calls"
    case tooFast = "too_fast"
    case minutes = "minutes_used_up"
    case money = "money_used_up"

    var failure: Failure {
        switch self {
        case .number: Failure(.forbidden, "The tenant's dial policy does not allow that number.", code: rawValue)
        case .callerID: Failure(.forbidden, "The number to be shown is not the tenant's.", code: rawValue)
        case .tooManyCalls: Failure(.unavailable, "The tenant has as many calls out as it may have.", code: rawValue)
        case .tooFast: Failure(.unavailable, "The tenant calls out faster than it may.", code: rawValue)
        case .minutes: Failure(.forbidden, "The tenant's minutes of the day are used up.", code: rawValue)
        case .money: Failure(.forbidden, "The tenant's money of the day is used up.", code: rawValue)
        }
    }
}
