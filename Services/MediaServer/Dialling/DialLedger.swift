import Contracts

/// What a tenant has used on a day, on one instance or on several.
struct DialUsage: Codable, Sendable, Equatable {
    var calls = 0
    var seconds = 0
    /// Ten-thousandths of the platform's currency.
    var cost = 0

    static func + (one: DialUsage, other: DialUsage) -> DialUsage {
        DialUsage(
            calls: one.calls &+ other.calls, seconds: one.seconds &+ other.seconds, cost: one.cost &+ other.cost)
    }
}

/// Who calls out, and how much: what a dial policy's limits are held against. Pure, times passed in.
///
/// Calls under way count with what they have used so far, so that a day's limit is passed by no more than what the calls under
/// way still talk. Another instance's calls count once they are over.
struct DialLedger: Sendable {
    /// One tenant's use of one day (`2026-11-21`).
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let day: String
    }

    private struct OpenCall: Sendable {
        let tenant: TenantID
        let limit: Duration
        var cost = 0
        var answeredAt: Timestamp?
    }

    private var open: [LegID: OpenCall] = [:]
    private var legs: [TenantID: Set<LegID>] = [:]
    private var rates: [TenantID: RateLimit] = [:]
    private var closed: [Key: DialUsage] = [:]

    /// What an earlier run has noted.
    init(_ restored: [Key: DialUsage] = [:]) { closed = restored }

    func calls(of tenant: TenantID) -> Int { legs[tenant]?.count ?? 0 }

    /// What the tenant has used today on this instance.
    func usage(_ key: Key, at now: Timestamp) -> DialUsage {
        (legs[key.tenant] ?? []).reduce(closed[key] ?? DialUsage()) { usage, leg in
            usage + (open[leg].map { Self.usage($0, at: now) } ?? DialUsage())
        }
    }

    /// Whether the tenant may make a call now, and why not.
    /// - Parameter elsewhere: what it has used today on other instances.
    func refusal(
        _ number: String, _ policy: DialPolicy, _ key: Key, elsewhere: DialUsage, at now: Timestamp
    ) -> DialRefusal? {
        guard policy.allows(number) else { return .number }
        guard calls(of: key.tenant) < policy.maxCalls else { return .tooManyCalls }
        let rate = rates[key.tenant] ?? RateLimit()
        guard policy.callsPerSecond > 0, rate.allows(perSecond: policy.callsPerSecond, at: now) else { return .tooFast }
        let used = usage(key, at: now) + elsewhere
        guard used.seconds / 60 < policy.minutesPerDay else { return .minutes }
        if let most = policy.costPerDay, used.cost >= most { return .money }
        return nil
    }

    mutating func begin(_ leg: LegID, _ tenant: TenantID, _ policy: DialPolicy, at now: Timestamp) {
        rates[tenant, default: RateLimit()].take(perSecond: policy.callsPerSecond, at: now)
        open[leg] = OpenCall(tenant: tenant, limit: .seconds(policy.longestCallSeconds))
        legs[tenant, default: []].insert(leg)
    }

    /// - Parameter cost: of a minute, by the route that it took.
    mutating func answered(_ leg: LegID, cost: Int, at now: Timestamp) {
        guard open[leg] != nil, open[leg]?.answeredAt == nil else { return }
        open[leg]?.answeredAt = now
        open[leg]?.cost = cost
    }

    /// - Returns: what the tenant has used by now on this instance, to be stored; nil for a leg that is not counted.
    mutating func ended(_ leg: LegID, day: String, at now: Timestamp) -> (key: Key, usage: DialUsage)? {
        guard let call = open.removeValue(forKey: leg) else { return nil }
        legs[call.tenant]?.remove(leg)
        if legs[call.tenant]?.isEmpty == true { legs[call.tenant] = nil }
        let key = Key(tenant: call.tenant, day: day)
        let usage = (closed[key] ?? DialUsage()) + Self.usage(call, at: now)
        closed[key] = usage
        // Days that are over are in the database.
        closed = closed.filter { $0.key.day >= day }
        return (key, usage)
    }

    /// Calls that have lasted as long as they may.
    func overdue(at now: Timestamp) -> [LegID] {
        open.filter { _, call in call.answeredAt.map { $0.adding(call.limit) <= now } ?? false }.map(\.key).sorted()
    }

    private static func usage(_ call: OpenCall, at now: Timestamp) -> DialUsage {
        guard let answeredAt = call.answeredAt else { return DialUsage(calls: 1) }
        let seconds = Int(clamping: max(0, now.microseconds(since: answeredAt)) / 1_000_000)
        let (cost, overflow) = call.cost.multipliedReportingOverflow(by: seconds / 60 + 1)
        return DialUsage(calls: 1, seconds: seconds, cost: overflow ? .max / 2 : cost)
    }
}
