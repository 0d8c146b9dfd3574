import Contracts
import TestSupport
import Testing

@testable import ACD

/// Who comes first: what is known of the caller, and how long he has waited.
@Suite struct PriorityTests {
    private func floor(_ rules: [PriorityRules.Rule], secondsPerPoint: Int? = nil) -> RoutingState {
        var sales = Queue(id: "sales", name: "Sales")
        sales.priority = PriorityRules(rules: rules, secondsPerPoint: secondsPerPoint)
        return .open(sales, members: ["amy"])
    }

    private func come(_ call: WaitingCall, _ state: inout RoutingState) {
        _ = state.handle(.callEnqueued(call), at: call.enqueuedAt)
    }

    @Test func `whom a rule fits comes before those who came earlier`() {
        var state = floor([.init(attribute: "vip", test: .equals, values: ["yes"], add: 100)])
        come(.to("sales", "c1", at: 10, attributes: ["vip": "no"]), &state)
        come(.to("sales", "c2", at: 20, attributes: ["vip": "yes"]), &state)
        #expect(state.position(of: "c2") == 1)
        #expect(state.ready("amy", at: 30).map(\.callID) == ["c2"])
    }

    @Test func `rules add up, and may also let somebody wait`() {
        let rules: [PriorityRules.Rule] = [
            .init(attribute: "caller", test: .beginsWith, values: ["00", "+44"], add: 20),
            .init(attribute: "orders", test: .atLeast, values: ["10"], add: 30),
            .init(attribute: "spam", test: .exists, add: -50),
        ]
        let known = PriorityRules(rules: rules)
        func priority(_ attributes: [String: String]) -> Int {
            known.priority(of: .to("sales", priority: 100, attributes: attributes))
        }
        #expect(priority([:]) == 100)
        #expect(priority(["caller": "+441", "orders": "12"]) == 150)
        #expect(priority(["caller": "139", "orders": "9"]) == 100)
        #expect(priority(["orders": "many"]) == 100)
        #expect(priority(["spam": ""]) == 50)
    }

    @Test func `without ageing no wait outweighs a point of priority`() {
        var state = floor([])
        come(.to("sales", "c1", priority: 1, at: 0), &state)
        come(.to("sales", "c2", priority: 2, at: 80_000), &state)
        #expect(state.position(of: "c2") == 1)
    }

    @Test func `with ageing who has waited long enough comes before those who matter more`() {
        var state = floor([], secondsPerPoint: 10)
        come(.to("sales", "c1", priority: 1, at: 0), &state)
        come(.to("sales", "c2", priority: 4, at: 29), &state)
        come(.to("sales", "c3", priority: 4, at: 31), &state)
        #expect(state.position(of: "c2") == 1)
        #expect(state.position(of: "c1") == 2)
        #expect(state.position(of: "c3") == 3)
        #expect(state.ready("amy", at: 40).map(\.callID) == ["c2"])
    }

    @Test func `new rules put those who wait in another order, and nobody loses the time he came`() {
        var state = floor([])
        come(.to("sales", "c1", at: 10), &state)
        come(.to("sales", "c2", at: 20, attributes: ["vip": "1"]), &state)
        var sales = Queue(id: "sales", name: "Sales")
        sales.priority = PriorityRules(rules: [.init(attribute: "vip", test: .exists, add: 1)])
        _ = state.handle(.queueChanged(StaffedQueue(queue: sales, members: ["amy"])), at: 30)
        #expect(state.position(of: "c2") == 1)
        #expect(state.calls["c1"]?.call.enqueuedAt == 10)
    }

    @Test func `priorities and times from outside do not overflow`() {
        var state = floor([.init(attribute: "vip", test: .exists, add: 1000)])
        come(
            .to("sales", "c1", priority: 1000, at: Timestamp(microseconds: .min + 5), attributes: ["vip": ""]), &state)
        come(.to("sales", "c2", at: 5), &state)
        #expect(state.position(of: "c1") == 1)
    }
}
