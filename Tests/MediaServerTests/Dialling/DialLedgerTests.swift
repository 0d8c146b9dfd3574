import Contracts
import TestSupport
import Testing

@testable import MediaServer

@Suite struct DialLedgerTests {
    var ledger = DialLedger()
    let plan = NumberPlan()
    let key = DialLedger.Key(tenant: "t", day: "2026-11-21")

    @Test(arguments: [
        ("+8613800138000", true), ("95588", true), ("*31#", true), ("+861681234567", false), ("+14155550123", false),
        ("+88213300", false),
    ])
    func `what no operator has allowed is denied: foreign numbers, and those that are dear by design`(
        number: String, isAllowed: Bool
    ) {
        #expect(DialPolicy.standard(plan).allows(number) == isAllowed)
    }

    @Test func `of what is allowed and denied the longer beginning counts, and denial where both are equal`() {
        let policy = policy {
            $0.allowed = ["+", "+447"]; $0.denied = ["+44", "+4479", "+1"]
        }
        #expect(policy.allows("+33123456"))
        #expect(policy.allows("+447123456"))
        #expect(!policy.allows("+447912345"))
        #expect(!policy.allows("+442012345"))
        #expect(!policy.allows("+1415"))
        #expect(
            !self.policy {
                $0.allowed = ["+44"]; $0.denied = ["+44"]
            }.allows("+4412"))
    }

    @Test mutating func `a tenant has so many calls out at once`() {
        let policy = policy { $0.maxCalls = 2 }
        for leg: LegID in ["a", "b"] {
            #expect(refusal(policy) == nil)
            ledger.begin(leg, "t", policy, at: at(0))
        }
        #expect(refusal(policy) == .tooManyCalls)
        #expect(
            ledger.refusal("+8613800138000", policy, .init(tenant: "u", day: key.day), elsewhere: .init(), at: at(0))
                == nil)
        _ = ledger.ended("a", day: key.day, at: at(0))
        #expect(refusal(policy) == nil)
    }

    @Test mutating func `a tenant makes so many calls a second`() {
        let policy = policy { $0.callsPerSecond = 3 }
        for leg: LegID in ["a", "b", "c"] { ledger.begin(leg, "t", policy, at: at(0)) }
        #expect(refusal(policy) == .tooFast)
        #expect(refusal(policy, at: 1) == nil)
    }

    @Test mutating func `minutes and money of a day end, those of calls under way and of other instances too`() {
        let policy = policy {
            $0.minutesPerDay = 10; $0.costPerDay = 1_000
        }
        ledger.begin("a", "t", policy, at: at(0))
        ledger.answered("a", cost: 100, at: at(0))
        #expect(refusal(policy, at: 480) == nil)
        #expect(refusal(policy, at: 480, elsewhere: DialUsage(calls: 1, seconds: 120, cost: 0)) == .minutes)
        #expect(refusal(policy, at: 600) == .minutes)
        #expect(refusal(policy, at: 540, elsewhere: DialUsage(calls: 1, seconds: 0, cost: 100)) == .money)
        let ended = ledger.ended("a", day: key.day, at: at(300))
        #expect(ended?.usage == DialUsage(calls: 1, seconds: 300, cost: 600))
        #expect(refusal(policy, at: 300) == nil)
        #expect(ledger.usage(.init(tenant: "t", day: "2026-11-22"), at: at(300)) == DialUsage())
        #expect(DialLedger([key: DialUsage(calls: 9, seconds: 600, cost: 0)]).usage(key, at: at(0)).seconds == 600)
    }

    @Test mutating func `a call is cut at its longest`() {
        let policy = policy { $0.longestCallSeconds = 60 }
        ledger.begin("a", "t", policy, at: at(0))
        #expect(ledger.overdue(at: at(1_000)).isEmpty)
        ledger.answered("a", cost: 0, at: at(10))
        #expect(ledger.overdue(at: at(69)).isEmpty)
        #expect(ledger.overdue(at: at(70)) == ["a"])
    }

    @Test func `the first refusal is told at once, others as a sum`() {
        var alarms = DialAlarms()
        let kind = DialAlarms.Kind(tenant: "t", refusal: .number)
        #expect(
            alarms.refused(kind, number: "+19005551234", at: at(0))
                == DialRefused(reason: "number_not_allowed", count: 1, example: "+1900555****"))
        for _ in 0..<499 { #expect(alarms.refused(kind, number: "+19005559999", at: at(1)) == nil) }
        #expect(alarms.due(at: at(9)).map(\.fact) == [])
        #expect(alarms.due(at: at(10)).map(\.fact.count) == [499])
        #expect(alarms.due(at: at(20)).map(\.fact) == [])
        #expect(alarms.refused(kind, number: "+1900", at: at(21)) != nil)
    }

    // reliability.md, test 36.
    @Test
    mutating func
        `a stolen sign-in that calls five hundred dear numbers reaches none, and one that calls at home stays within the day's limits`()
    {
        let policy = policy {
            $0.maxCalls = 20; $0.callsPerSecond = 5; $0.minutesPerDay = 100; $0.costPerDay = 10_000
        }
        var alarms = DialAlarms()
        var told = 0
        for number in (0..<500).map({ "+1900555\(1_000 + $0)" }) {
            let refusal = ledger.refusal(number, policy, key, elsewhere: .init(), at: at(0))
            #expect(refusal == .number)
            told +=
                refusal.flatMap { alarms.refused(.init(tenant: "t", refusal: $0), number: number, at: at(0)) }?.count
                ?? 0
        }
        #expect(told == 1)
        // All day long, as many calls of an hour as are let through.
        var open: [(leg: LegID, until: Int)] = []
        for second in 0..<86_400 {
            for call in open where call.until == second { _ = ledger.ended(call.leg, day: key.day, at: at(second)) }
            open.removeAll { $0.until == second }
            guard refusal(policy, at: second) == nil else { continue }
            let leg = LegID(rawValue: "\(second)")
            ledger.begin(leg, "t", policy, at: at(second))
            ledger.answered(leg, cost: 50, at: at(second))
            open.append((leg, second + 600))
        }
        let used = ledger.usage(key, at: at(86_400))
        // What was under way when the limit was reached still ends.
        #expect(used.seconds <= 100 * 60 + 20 * 600)
        #expect(used.cost <= 10_000 + 20 * 11 * 50)
    }

    // MARK: Words

    func at(_ seconds: Int) -> Timestamp { Timestamp(microseconds: Int64(seconds) * 1_000_000) }

    func refusal(_ policy: DialPolicy, at seconds: Int = 0, elsewhere: DialUsage = DialUsage()) -> DialRefusal? {
        ledger.refusal("+8613800138000", policy, key, elsewhere: elsewhere, at: at(seconds))
    }

    func policy(_ change: (inout DialPolicySettings) -> Void) -> DialPolicy {
        var settings = DialPolicySettings()
        change(&settings)
        do {
            return try settings.checked(.standard(plan), plan)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
