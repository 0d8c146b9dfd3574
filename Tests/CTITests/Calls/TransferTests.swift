import Contracts
import TestSupport
import Testing

@testable import CTI

/// Blind and confirmed transfers, parking, data.
@Suite struct TransferTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    let amy: LegID = "c1-1"
    let bob: LegID = "c1-2"

    init() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.offer(.to("amy"), phone: "201"), 5)
        tell(.legAnswered(amy), 8)
    }

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    @Test mutating func `a blind transfer to an agent frees who sends, and rings who is to have it`() {
        let actions = tell(.transfer(by: "amy", to: .agent("bob", phone: "202")), 20)
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(actions.commands(for: amy) == [.hangUp(.local)])
        #expect(call.phase == .transferring)
        let answered = tell(.legAnswered(bob), 25)
        #expect(
            answered.commands(for: "c1").prefix(2)
                == [.bridge(with: bob), .record("c1-r2", of: "c1", customer: "c1", agent: bob)])
        #expect(answered.contains(.agent("bob", .answered("c1"))))
        #expect(call.phase == .talking)
    }

    @Test mutating func `whom nobody takes goes back to his queue before all others`() {
        tell(.transfer(by: "amy", to: .agent("bob", phone: "202")), 20)
        let actions = tell(.legEnded(bob, .noAnswer), 50)
        #expect(actions.contains(.agent("bob", .offerEnded("c1", .noAnswer))))
        #expect(call.phase == .waiting)
        #expect(call.waitingCall?.priority == 1000)
        #expect(call.waitingCall?.queueID == "sales")
    }

    @Test mutating func `a confirmed transfer leaves the customer where he is until the other answers`() {
        let actions = tell(.transfer(by: "amy", to: .agent("bob", phone: "202"), confirms: true), 20)
        #expect(actions.commands(for: "c1").isEmpty)
        #expect(call.phase == .talking)
        var declined = self
        let no = declined.tell(.decline(by: "bob", because: "busy"), 25)
        #expect(no.contains(.agent("bob", .offerEnded("c1", .rejected))))
        #expect(declined.call.phase == .talking)
        #expect(declined.call.peer?.agentID == "amy")
        let yes = tell(.legAnswered(bob), 25)
        #expect(yes.commands(for: "c1").first == .bridge(with: bob))
        #expect(yes.contains(.agent("amy", .callEnded("c1"))))
        #expect(call.peer?.agentID == "bob")
    }

    @Test mutating func `a queue cannot confirm`() {
        #expect(
            tell(.transfer(by: "amy", to: .queue("tech", priority: 1), confirms: true), 20).refusal?.code
                == "targetInvalid")
    }

    @Test mutating func `a transfer to a flow goes through it with all that is known`() {
        tell(.setData(["order": "4711"], by: "amy"), 10)
        let actions = tell(.transfer(by: "amy", to: .flow(.menu)), 20)
        #expect(call.phase == .inFlow)
        #expect(call.run?.attributes["order"] == "4711")
        #expect(actions.commands(for: "c1").first == .unbridge)
        #expect(actions.playID(on: "c1") != nil)
    }

    @Test mutating func `a parked customer hears music until somebody takes him back`() throws {
        let parked = tell(.park(by: "amy", slot: 3), 20)
        #expect(call.phase == .parked)
        #expect(parked.contains(.agent("amy", .callEnded("c1"))))
        #expect(call.playing?.purpose == .music)
        #expect(parked.contains(.publish(.parked(CallParked(callID: "c1", agentID: "amy", slot: 3)))))
        tell(.pickUp(by: "bob", phone: "202"), 30)
        let taken = tell(.legAnswered(bob), 35)
        #expect(taken.commands(for: "c1").first == .bridge(with: bob))
        #expect(call.phase == .talking)
        let ended = try #require(tell(.legEnded("c1", .remote), 60).ended.first)
        #expect(ended.segments.map(\.kind) == [.ivr, .queue, .ring, .talk, .hold, .talk])
    }

    @Test mutating func `whom nobody takes back goes to his queue, and who leaves is abandoned`() {
        let parked = tell(.park(by: "amy", slot: 3), 20)
        #expect(parked.contains(.startTimer(.parked(entry: call.entries), at: second(140))))
        var other = self
        #expect(other.tell(.legEnded("c1", .remote), 30).ended.first?.reason == .abandoned)
        tell(.timer(.parked(entry: call.entries)), 140)
        #expect(call.phase == .waiting)
        #expect(tell(.pickUp(by: "bob", phone: "202"), 141).refusal?.code == "notParked")
    }

    @Test mutating func `what goes with a call is set and taken away, within limits`() throws {
        tell(.setData(["order": "4711", "colour": "red"], by: "crm"), 10)
        let actions = tell(.setData(["colour": nil, "size": "L"], by: "crm"), 11)
        #expect(call.attributes == ["order": "4711", "size": "L"])
        guard case .publish(.dataChanged(let fact))? = actions.first else {
            Issue.record("not told")
            return
        }
        #expect(fact.agents == ["amy"])
        let long = String(repeating: "x", count: 257)
        #expect(tell(.setData(["a": long], by: "crm"), 12).refusal?.code == "dataInvalid")
        #expect(tell(.setData(["": "x"], by: "crm"), 12).refusal?.code == "dataInvalid")
        let many = Dictionary(uniqueKeysWithValues: (0..<64).map { ("n\($0)", Optional("x")) })
        #expect(tell(.setData(many, by: "crm"), 12).refusal?.code == "dataInvalid")
        #expect(call.attributes == ["order": "4711", "size": "L"])
    }
}
