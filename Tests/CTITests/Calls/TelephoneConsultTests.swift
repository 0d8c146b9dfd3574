import Contracts
import TestSupport
import Testing

@testable import CTI

/// An agent who asks somebody on another line of his own telephone, and hands the customer over by its transfer key.
@Suite struct TelephoneConsultTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    /// Amy's first line, on which she has the customer; her second; and whoever is asked.
    let amy: LegID = "c1-1"
    let line: LegID = "c7"
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

    private mutating func ask() {
        tell(.asksByTelephone(line, by: "amy", .number("10086")), 20)
        tell(.legAnswered(line), 21)
    }

    private mutating func transfer(_ leg: LegID, _ consultation: LegID) -> [CallAction] {
        tell(.transferAsked(LegTransferAsked(legID: leg, number: "10086", consultation: consultation)), 30)
    }

    @Test mutating func `who dials on a second line asks: the customer waits, and the line hears it ring`() {
        let asked = tell(.asksByTelephone(line, by: "amy", .number("10086")), 20)
        #expect(asked.commands(for: line) == [.answer])
        #expect(
            asked.contains(
                .originate(bob, .number("10086"), from: "4008000000", displayName: nil, ringSeconds: 30)))
        #expect(call.phase == .held && call.playing?.purpose == .music)
        #expect(call.legIDs.contains(line))
        guard case .play(_, [.ringback], true, _)? = tell(.legAnswered(line), 21).commands(for: line).first else {
            Issue.record("the line hears nothing")
            return
        }
        #expect(tell(.legAnswered(bob), 25).commands(for: line) == [.bridge(with: bob)])
    }

    @Test(arguments: [("c1-1", "c7"), ("c7", "c1-1")] as [(LegID, LegID)])
    mutating func `the transfer key joins customer and whom was asked, and both lines go`(
        legs: (LegID, LegID)
    ) {
        ask()
        tell(.legAnswered(bob), 25)
        let actions = transfer(legs.0, legs.1)
        #expect(actions.commands(for: "c1").contains(.bridge(with: bob)))
        #expect(actions.commands(for: amy) == [.hangUp(.local)])
        #expect(actions.commands(for: line) == [.hangUp(.local)])
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(call.phase == .outside && call.peer?.legID == bob)
        #expect(call.legIDs == ["c1", bob])
        // Both lines are hung up by the telephone as well.
        #expect(tell(.legEnded(line, .local), 31) == [] && tell(.legEnded(amy, .local), 31) == [])
    }

    @Test mutating func `who has not answered cannot be given the call, and nor can a stranger's`() {
        ask()
        #expect(transfer(amy, line) == [.command(amy, [.refuseTransfer(.rejected)])])
        tell(.legAnswered(bob), 25)
        for (leg, other) in [(amy, "c9"), ("c9", line), (amy, amy), (bob, line), ("c1", line)] as [(LegID, LegID)] {
            #expect(transfer(leg, other) == [.command(leg, [.refuseTransfer(.rejected)])])
        }
        #expect(call.phase == .held)
    }

    @Test(arguments: [("c7", EndCause.remote), ("c1-2", .busy)] as [(LegID, EndCause)])
    mutating func `when the line is hung up, or whom she asks, she is with the customer again`(
        end: (leg: LegID, cause: EndCause)
    ) {
        ask()
        let actions = tell(.legEnded(end.leg, end.cause), 30)
        #expect(actions.commands(for: line).contains(.hangUp(.local)))
        #expect(actions.commands(for: "c1") == [.bridge(with: amy)])
        #expect(call.phase == .talking && call.parties.isEmpty)
        #expect(call.legIDs == ["c1", amy])
    }

    @Test mutating func `the page joins all three, by the line that has the customer`() {
        ask()
        tell(.legAnswered(bob), 25)
        let actions = tell(.join(by: "amy"), 30)
        #expect(actions.commands(for: line) == [.hangUp(.local)])
        #expect(call.arrangement.main.map(\.legID) == ["c1", amy, bob])
    }

    @Test mutating func `the customer who hangs up takes all lines with him`() {
        ask()
        tell(.legAnswered(bob), 25)
        let actions = tell(.legEnded("c1", .remote), 30)
        for leg in [amy, line, bob] { #expect(actions.commands(for: leg).contains(.hangUp(.local)), "\(leg)") }
    }

    @Test mutating func `one who asks already, or who has no call, is refused`() {
        ask()
        #expect(tell(.asksByTelephone("c8", by: "amy", .number("10010")), 22).refusal != nil)
        #expect(tell(.asksByTelephone("c8", by: "bob", .number("10010")), 22).refusal != nil)
        #expect(!call.legIDs.contains("c8"))
    }
}
