import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// Calls that agents hand on by themselves, and calls that they make.
extension CallStateTests {
    @Test mutating func `a blind transfer to a queue frees the agent and keeps the customer`() {
        talk()
        let actions = tell(.transfer(by: "amy", to: .queue("tech", priority: 300)), 20)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.local)])
        #expect(Array(actions.commands(for: "c1").prefix(2)) == [.unbridge, .stopRecording("c1-r1")])
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(call.waitingCall?.queueID == "tech")
        #expect(tell(.legEnded(agentLeg, .local), 21) == [])
    }

    @Test mutating func `a blind transfer to a number rings outside`() {
        talk()
        let actions = tell(.transfer(by: "amy", to: .number("13800000000")), 20)
        #expect(
            actions.contains(
                .originate("c1-2", .number("13800000000"), from: "4008000000", displayName: nil, ringSeconds: 60)))
        #expect(tell(.legAnswered("c1-2"), 25).commands(for: "c1") == [.bridge(with: "c1-2")])
        #expect(tell(.legEnded("c1-2", .remote), 60).ended.map(\.reason) == [.transferred])
    }

    @Test mutating func `the transfer key of the agent's telephone is the same command`() {
        talk()
        let actions = tell(.transferAsked(LegTransferAsked(legID: agentLeg, number: "13800000000")), 20)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.local)])
        #expect(call.phase == .transferring)
    }

    @Test mutating func `what may not be transferred goes on, and the telephone is told`() {
        talk()
        let nowhere = LegTransferAsked(legID: agentLeg, number: "nowhere")
        #expect(tell(.transferAsked(nowhere), 20) == [.command(agentLeg, [.refuseTransfer(.rejected)])])
        let customer = LegTransferAsked(legID: "c1", number: "13800000000")
        #expect(tell(.transferAsked(customer), 20) == [.command("c1", [.refuseTransfer(.rejected)])])
        #expect(call.phase == .talking)
    }

    private mutating func dial() {
        let arrived = LegArrived(legID: "c9", from: "201", to: "13900000009", trunkID: nil, phoneID: "201")
        call = .dialled(arrived, by: "amy", from: "4008000000", tenant: "t", on: media, at: second(0))
    }

    @Test mutating func `an agent who dials on his telephone talks with whom he called`() {
        dial()
        #expect(tell(.begin, 0).commands(for: "c9") == [.answer])
        #expect(
            tell(.legAnswered("c9"), 1).contains(
                .originate("c9-0", .number("13900000009"), from: "4008000000", displayName: nil, ringSeconds: 60)))
        #expect(tell(.legAnswered("c9-0"), 5).commands(for: "c9-0").first == .bridge(with: "c9"))
        #expect(call.phase == .talking)
        let end = tell(.legEnded("c9", .remote), 20)
        #expect(end.commands(for: "c9-0").contains(.hangUp(.local)))
        #expect(end.contains(.agent("amy", .callEnded("c9"))))
        #expect(end.ended.first?.segments.map(\.kind) == [.dial, .talk])
    }

    @Test mutating func `an agent whom nobody answers is free again, and so is one who gives up`() {
        for (leg, cause, reason) in [("c9-0", .busy, .busy), ("c9", .remote, .agentHungUp)]
            as [(LegID, EndCause, CallEndReason)]
        {
            dial()
            tell(.begin, 0)
            tell(.legAnswered("c9"), 1)
            let end = tell(.legEnded(leg, cause), 9)
            #expect(end.ended.map(\.reason) == [reason])
            #expect(end.contains(.agent("amy", .callEnded("c9"))))
        }
    }

    @Test mutating func `what a number outside sounds like before its answer is heard instead of our ring-back tone`() {
        talk()
        _ = tell(.transfer(by: "amy", to: .number("13800000000")), 20)
        #expect(tell(.legRinging("c1-2"), 21) == [])
        #expect(tell(.earlySound("c1-2"), 22).commands(for: "c1") == [.bridge(with: "c1-2")])
        #expect(call.phase == .transferring)
        #expect(call.playing == nil)
    }

    @Test mutating func `an agent's telephone that sounds before its answer is not connected`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(tell(.earlySound(agentLeg), 6) == [])
    }
}
