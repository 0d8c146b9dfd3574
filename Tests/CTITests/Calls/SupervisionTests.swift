import Contracts
import TestSupport
import Testing

@testable import CTI

/// A supervisor in an agent's call.
@Suite struct SupervisionTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    let amy: LegID = "c1-1"
    let sue: LegID = "c1-2"

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

    private mutating func listen() {
        tell(.supervise("amy", by: "sue", as: .listening, phone: "299"), 20)
        tell(.legAnswered(sue), 22)
    }

    private func seats(_ supervisor: RoomRole) -> [RoomSeat] {
        [RoomSeat("c1", .talk), RoomSeat(amy, .talk), RoomSeat(sue, supervisor)]
    }

    @Test mutating func `the supervisor's telephone rings, and nothing is heard of him before he answers`() {
        let actions = tell(.supervise("amy", by: "sue", as: .listening, phone: "299"), 20)
        #expect(
            actions.contains(.originate(sue, .phone("299"), from: "13900000001", displayName: nil, ringSeconds: 30)))
        #expect(actions.commands(for: "c1").isEmpty)
        #expect(tell(.legAnswered(sue), 22).commands(for: "c1") == [.confer("c1", seats(.listen))])
    }

    @Test mutating func `from listening to whispering to barging in, and back, is one command each`() {
        listen()
        for (role, seat) in [
            (CallPartyRole.whispering, RoomRole.whisper(to: amy)), (.barging, .talk), (.listening, .listen),
        ] {
            let actions = tell(.supervise("amy", by: "sue", as: role, phone: nil), 30)
            #expect(actions.commands(for: "c1") == [.confer("c1", seats(seat))])
        }
    }

    @Test mutating func `a supervisor who takes over has the call, and the agent is free`() {
        listen()
        let actions = tell(.supervise("amy", by: "sue", as: .takingOver, phone: nil), 30)
        #expect(actions.commands(for: "c1").first == .bridge(with: sue))
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(actions.commands(for: amy).last == .hangUp(.local))
        #expect(call.peer?.agentID == "sue")
        #expect(call.parties.isEmpty)
    }

    @Test mutating func `a supervisor who is not there yet takes over when he answers`() {
        tell(.supervise("amy", by: "sue", as: .takingOver, phone: "299"), 20)
        #expect(call.peer?.agentID == "amy")
        tell(.legAnswered(sue), 22)
        #expect(call.peer?.agentID == "sue")
    }

    @Test mutating func `the supervisor goes where the agent goes`() {
        listen()
        let asking = tell(.consult(by: "amy", .agent("bob", phone: "202")), 30)
        #expect(asking.commands(for: sue) == [.unbridge])
        let answered = tell(.legAnswered("c1-3"), 35)
        #expect(
            answered.commands(for: amy) == [
                .confer("c1-side", [RoomSeat(amy, .talk), RoomSeat("c1-3", .talk), RoomSeat(sue, .listen)])
            ])
        let back = tell(.swap(by: "amy"), 40)
        #expect(back.commands(for: "c1") == [.confer("c1", seats(.listen))])
    }

    @Test mutating func `a supervisor who leaves is not missed`() {
        listen()
        let actions = tell(.stopSupervising("amy", by: "sue"), 30)
        #expect(actions.commands(for: sue).last == .hangUp(.local))
        #expect(actions.commands(for: "c1") == [.bridge(with: amy)])
        #expect(actions.contains(.agent("sue", .callEnded("c1"))))
        #expect(tell(.stopSupervising("amy", by: "sue"), 31).refusal?.code == "notSupervising")
    }

    @Test mutating func `when the call is somebody else's, the supervisor of the first is let go`() {
        listen()
        let actions = tell(.transfer(by: "amy", to: .queue("tech", priority: 1)), 30)
        #expect(actions.commands(for: sue).last == .hangUp(.local))
        #expect(actions.contains(.agent("sue", .callEnded("c1"))))
    }

    @Test mutating func `forced release drops the customer and makes the agent ready`() throws {
        let actions = tell(.release("amy"), 30)
        #expect(actions.commands(for: "c1").last == .hangUp(.local))
        #expect(actions.last == .agent("amy", .forced(.ready)))
        #expect(try #require(actions.ended.first).segments.last?.reason == "released")
    }

    @Test mutating func `nobody is supervised who does not talk`() {
        #expect(tell(.supervise("bob", by: "sue", as: .listening, phone: "299"), 20).refusal?.code == "agentNotTalking")
        tell(.transfer(by: "amy", to: .queue("tech", priority: 1)), 30)
        #expect(tell(.supervise("amy", by: "sue", as: .listening, phone: "299"), 31).refusal?.code == "agentNotTalking")
    }
}
