import Contracts
import TestSupport
import Testing

@testable import CTI

/// An agent calls somebody.
@Suite struct DiallingTests {
    var call = CallState.dialled(
        "10086", from: "4008000000", by: "amy", at: "201", as: "d1", tenant: "t", on: media, at: second(0))

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    private mutating func answer() {
        tell(.begin, 0)
        tell(.legAnswered("d1-1"), 2)
    }

    @Test mutating func `the agent's telephone rings first, and lifts itself`() {
        let begun = tell(.begin, 0)
        #expect(begun.contains(.originate("d1-1", .phone("201"), from: "10086", displayName: nil, ringSeconds: 30)))
        #expect(!begun.contains { if case .originate("d1-0", _, _, _, _) = $0 { true } else { false } })
        #expect(tell(.legRinging("d1-1"), 1).commands(for: "d1-1") == [.askToAnswer])
    }

    @Test mutating func `then the number is called, and both talk when it answers`() throws {
        tell(.begin, 0)
        let there = tell(.legAnswered("d1-1"), 2)
        #expect(there.contains(.agent("amy", .answered("d1"))))
        #expect(
            there.contains(.originate("d1-0", .number("10086"), from: "4008000000", displayName: nil, ringSeconds: 30)))
        #expect(tell(.earlySound("d1-0"), 3).commands(for: "d1-1") == [.bridge(with: "d1-0")])
        let talk = tell(.legAnswered("d1-0"), 5)
        #expect(
            talk.commands(for: "d1-0").prefix(2)
                == [.bridge(with: "d1-1"), .record("d1-r1", of: "d1", customer: "d1-0", agent: "d1-1")])
        let ended = try #require(tell(.legEnded("d1-0", .remote), 9).ended.first)
        #expect(ended.segments.map(\.kind) == [.dial, .talk])
        #expect(ended.agentID == "amy")
    }

    @Test mutating func `a number that is busy frees the agent`() {
        answer()
        let actions = tell(.legEnded("d1-0", .busy), 5)
        #expect(actions.ended.map(\.reason) == [.busy])
        #expect(actions.contains(.agent("amy", .callEnded("d1"))))
        #expect(actions.commands(for: "d1-1") == [.hangUp(.local)])
    }

    @Test mutating func `an agent who does not lift or changes his mind calls nobody`() {
        tell(.begin, 0)
        var other = self
        #expect(other.tell(.legEnded("d1-1", .noAnswer), 30).ended.count == 1)
        let actions = tell(.hangUp(by: "amy"), 1)
        #expect(actions.ended.count == 1)
        #expect(actions.commands(for: "d1-0").isEmpty)
    }

    @Test mutating func `a dialled call is consulted on and handed over as any other`() {
        answer()
        tell(.legAnswered("d1-0"), 5)
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 10)
        tell(.legAnswered("d1-2"), 12)
        tell(.complete(by: "amy"), 15)
        #expect(call.peer?.agentID == "bob")
    }
}
