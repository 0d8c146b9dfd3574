import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

@Suite struct CallStateTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    let agentLeg: LegID = "c1-1"

    @discardableResult
    mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    mutating func waitInQueue() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
    }

    mutating func talk() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        tell(.legAnswered(agentLeg), 8)
    }

    @Test mutating func `an arrived leg is announced and answered`() {
        let actions = tell(.begin, 0)
        #expect(actions.commands(for: "c1") == [.answer])
        guard case .publish(.started(let started))? = actions.first else {
            Issue.record("not announced")
            return
        }
        #expect(started.callID == "c1")
        #expect(started.flowID == "queue")
    }

    @Test mutating func `a number without a flow is turned down unanswered`() {
        call = .inbound("c1", tenant: "t", from: "1", to: "2", on: media, flow: nil, at: second(0))
        let actions = tell(.begin, 0)
        #expect(actions.commands(for: "c1") == [.hangUp(.notFound)])
        #expect(actions.ended.map(\.reason) == [.notFound])
        #expect(actions.last == .forget)
    }

    @Test mutating func `the queue node puts the caller in line with music and looks him up`() {
        tell(.begin, 0)
        let actions = tell(.legAnswered("c1"), 1)
        #expect(
            actions.contains(
                .enqueue(
                    WaitingCall(
                        tenant: "t", callID: "c1", queueID: "sales", priority: 100, enqueuedAt: second(1), skills: [],
                        attributes: ["caller": "13900000001", "called": "4008000000"]))))
        #expect(
            actions.commands(for: "c1") == [.play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false)])
        #expect(actions.contains(.findCustomer(number: "13900000001")))
        #expect(actions.contains(.publish(.queued(CallQueued(callID: "c1", queueID: "sales", queuedAt: second(1))))))
    }

    @Test mutating func `an offer rings the agent's telephone`() {
        waitInQueue()
        let actions = tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(
            actions.contains(
                .originate(agentLeg, .phone("201"), from: "13900000001", displayName: nil, ringSeconds: 15)))
        #expect(actions.contains(.startTimer(.offer(number: 1), at: second(20))))
        #expect(tell(.offer(.to("amy"), phone: "201"), 5) == [])
    }

    @Test mutating func `a call that does not wait refuses an offer`() {
        #expect(tell(.offer(.to("amy"), phone: "201"), 0).refusal?.kind == .conflict)
        waitInQueue()
        #expect(tell(.offer(.to("amy", queue: "other"), phone: "201"), 2).refusal?.kind == .conflict)
        tell(.offer(.to("amy"), phone: "201"), 3)
        #expect(tell(.offer(.to("bob", number: 2), phone: "202"), 4).refusal?.kind == .conflict)
    }

    @Test mutating func `the answer bridges and records from the first word`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        let actions = tell(.legAnswered(agentLeg), 8)
        #expect(
            actions.commands(for: "c1").prefix(2)
                == [.bridge(with: agentLeg), .record("c1-r1", of: "c1", customer: "c1", agent: agentLeg)])
        #expect(actions.contains(.offerEnded("amy", offer: 1, .answered)))
        #expect(actions.contains(.agent("amy", .answered("c1"))))
    }

    @Test mutating func `an unanswered offer leaves the caller in his place`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        let actions = tell(.timer(.offer(number: 1)), 20)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.noAnswer)])
        #expect(actions.contains(.offerEnded("amy", offer: 1, .noAnswer)))
        #expect(actions.contains(.agent("amy", .offerEnded("c1", .noAnswer))))
        #expect(call.waitingCall?.enqueuedAt == second(1))
        #expect(call.waitingCall?.refusedBy == ["amy"])
        // Music has gone on all the while.
        #expect(call.playing?.purpose == .music)
    }

    @Test(arguments: [
        (EndCause.busy, OfferOutcome.busy), (.noAnswer, .noAnswer), (.rejected, .rejected), (.notFound, .failed),
    ])
    mutating func `an agent's leg that fails ends the offer`(cause: EndCause, outcome: OfferOutcome) {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(tell(.legEnded(agentLeg, cause), 6).contains(.offerEnded("amy", offer: 1, outcome)))
        #expect(call.phase == .waiting)
    }

    @Test mutating func `a late timer or a late answer of an old offer does nothing`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        tell(.legEnded(agentLeg, .busy), 6)
        tell(.offer(.to("bob", number: 2), phone: "202"), 7)
        #expect(tell(.timer(.offer(number: 1)), 20) == [])
        #expect(tell(.legAnswered(agentLeg), 20) == [])
        #expect(call.phase == .offered)
    }

    @Test mutating func `a caller who leaves the queue is abandoned`() {
        waitInQueue()
        let actions = tell(.legEnded("c1", .remote), 9)
        #expect(actions.contains(.dequeue))
        #expect(actions.ended.map(\.reason) == [.abandoned])
    }

    @Test mutating func `a caller who leaves while it rings frees the agent`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        let actions = tell(.legEnded("c1", .remote), 9)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.local)])
        #expect(actions.contains(.offerEnded("amy", offer: 1, .callerGone)))
        #expect(actions.contains(.agent("amy", .offerEnded("c1", .callerGone))))
        #expect(actions.ended.map(\.reason) == [.abandoned])
    }

    @Test mutating func `the record ends with the talk and its segments add up`() throws {
        talk()
        let actions = tell(.legEnded(agentLeg, .remote), 30)
        #expect(actions.commands(for: "c1") == [.stopRecording("c1-r1"), .hangUp(.local)])
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        let ended = try #require(actions.ended.first)
        #expect(ended.reason == .agentHungUp)
        #expect(ended.segments.map(\.kind) == [.ivr, .queue, .ring, .talk])
        #expect(ended.segments.map(\.endedAt) == [second(1), second(5), second(8), second(30)])
        #expect(ended.agentID == "amy")
        #expect(ended.recordings == ["c1-r1"])
    }

    @Test mutating func `when the customer hangs up the agent's leg goes too`() {
        talk()
        let actions = tell(.legEnded("c1", .remote), 30)
        #expect(actions.commands(for: agentLeg) == [.stopRecording("c1-r1"), .hangUp(.local)])
        #expect(actions.ended.map(\.reason) == [.customerHungUp])
        #expect(tell(.legEnded(agentLeg, .local), 31) == [])
    }

    @Test mutating func `hold gives the customer music and retrieve gives him back`() {
        talk()
        let held = tell(.hold(by: "amy"), 10)
        #expect(
            held.commands(for: "c1")
                == [.unbridge, .play(playID: 2, prompts: [.music], loop: true, stopsOnDigit: false)])
        #expect(held.contains(.agent("amy", .holdChanged("c1", isHeld: true))))
        #expect(tell(.hold(by: "amy"), 11) == [])
        let back = tell(.retrieve(by: "amy"), 14)
        #expect(back.commands(for: "c1") == [.bridge(with: agentLeg)])
        #expect(
            tell(.hangUp(by: "amy"), 20).ended.first?.segments.map(\.kind) == [
                .ivr, .queue, .ring, .talk, .hold, .talk,
            ])
    }

    @Test mutating func `only the call's own agent may command it`() {
        talk()
        for input in [CallInput.hold(by: "bob"), .retrieve(by: "bob"), .hangUp(by: "bob"), .answer(by: "bob")] {
            #expect(tell(input, 10).refusal?.kind == .notFound)
        }
    }

    @Test mutating func `answering by button asks the telephone`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(tell(.answer(by: "amy"), 6) == [.command(agentLeg, [.askToAnswer])])
    }

    @Test mutating func `an agent turns an offer down`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(tell(.hangUp(by: "amy"), 6).contains(.offerEnded("amy", offer: 1, .rejected)))
        #expect(call.phase == .waiting)
    }

    @Test mutating func `an agent declines an offer and says why, and the caller goes on to the next`() {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        #expect(tell(.decline(by: "bob", because: "busy"), 6).refusal?.kind == .notFound)
        let actions = tell(.decline(by: "amy", because: "busy"), 6)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.local)])
        #expect(actions.contains(.agent("amy", .offerEnded("c1", .rejected))))
        let told = CallOfferEnded(callID: "c1", agentID: "amy", outcome: .rejected, reason: "busy")
        #expect(actions.contains(.publish(.offerEnded(told))))
        #expect(call.waitingCall?.refusedBy == ["amy"])
    }

    @Test mutating func `only a call that rings can be declined`() {
        talk()
        #expect(tell(.decline(by: "amy", because: nil), 10).refusal?.code == "notRinging")
        #expect(call.phase == .talking)
    }

    @Test mutating func `a caller whose flow cannot be found any more is not left in silence`() {
        waitInQueue()
        call.flow = nil
        call.place?.isFromFlow = true
        #expect(tell(.queueRefused("sales"), 10).ended.map(\.reason) == [.systemFailed])
    }

    @Test mutating func `the place is told between the music`() {
        waitInQueue()
        let said = tell(.announcePosition(3), 6)
        #expect(
            said.commands(for: "c1") == [
                .play(
                    playID: 2, prompts: [.speech("You are number 3 in line.", language: "en")], loop: false,
                    stopsOnDigit: false)
            ])
        #expect(tell(.playFinished("c1", playID: 1, .stopped), 6) == [])
        #expect(
            tell(.playFinished("c1", playID: 2, .finished), 9).commands(for: "c1")
                == [.play(playID: 3, prompts: [.music], loop: true, stopsOnDigit: false)])
        tell(.offer(.to("amy"), phone: "201"), 10)
        #expect(tell(.announcePosition(2), 11) == [])
    }

    @Test mutating func `how long he will wait is told in whole minutes`() {
        waitInQueue()
        let said = tell(.announcePosition(1, estimatedSeconds: 61), 6)
        let text = "You are next in line. You will wait for about 2 minutes."
        #expect(
            said.commands(for: "c1") == [
                .play(playID: 2, prompts: [.speech(text, language: "en")], loop: false, stopsOnDigit: false)
            ])
    }

    @Test mutating func `a queue that does not exist sends the caller away`() {
        waitInQueue()
        #expect(tell(.queueRefused("sales"), 2).ended.map(\.reason) == [.flowEnded])
    }

    @Test mutating func `the longest wait leads on in the flow but lets a ringing telephone ring`() {
        call = .inbound("c1", tenant: "t", from: "1", to: "2", on: media, flow: .menu, at: second(0))
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.playFinished("c1", playID: 1, .finished), 2)
        tell(.digit("c1", "1"), 3)
        tell(.offer(.to("amy"), phone: "201"), 60)
        #expect(tell(.timer(.queue(entry: 1)), 63) == [])
        let actions = tell(.timer(.offer(number: 1)), 75)
        #expect(actions.contains(.dequeue))
        #expect(
            actions.contains(
                .originate("c1-2", .number("+8613800000000"), from: "2", displayName: nil, ringSeconds: 30)))
    }

    @Test mutating func `a dialled customer who answers waits for an agent at once`() {
        call = .outbound(.example, tenant: "t", on: media, at: second(0))
        let begun = tell(.begin, 0)
        #expect(
            begun.contains(
                .originate("c1-0", .number("13900000001"), from: "4008000000", displayName: nil, ringSeconds: 20)))
        let answered = tell(.legAnswered("c1-0"), 4)
        #expect(answered.contains { if case .enqueue(let call) = $0 { call.queueID == "sales" } else { false } })
        let ended = tell(.legEnded("c1-0", .remote), 5).ended.first
        #expect(ended?.segments.map(\.kind) == [.dial, .queue])
        #expect(ended?.attemptID == "a1")
    }

    @Test(arguments: [
        (EndCause.busy, CallEndReason.busy), (.noAnswer, .noAnswer), (.notFound, .notFound),
        (.congestion, .unavailable),
    ])
    mutating func `a dialled customer who is not reached ends the call`(cause: EndCause, reason: CallEndReason) {
        call = .outbound(.example, tenant: "t", on: media, at: second(0))
        tell(.begin, 0)
        #expect(tell(.legEnded("c1-0", cause), 9).ended.map(\.reason) == [reason])
    }

    @Test mutating func `the customer's card reaches the agent`() {
        waitInQueue()
        let card = CustomerCard(
            customerID: CustomerID(rawValue: "k"), name: "Li", numbers: [], isVIP: true, fields: [:])
        #expect(tell(.customerFound(card), 2) == [])
        #expect(
            tell(.offer(.to("amy"), phone: "201"), 5).contains(
                .originate(agentLeg, .phone("201"), from: "13900000001", displayName: "Li", ringSeconds: 15)))
    }

    @Test mutating func `time that runs backwards does no harm`() throws {
        talk()
        let ended = try #require(tell(.legEnded("c1", .remote), 2).ended.first)
        #expect(ended.endedAt == second(8))
    }

    @Test mutating func `a new owner goes on from the context`() throws {
        waitInQueue()
        tell(.offer(.to("amy"), phone: "201"), 5)
        var other = try JSONDecoder().decode(CallState.self, from: JSONEncoder().encode(call))
        other.flow = .queueOnly
        #expect(other == call)
        #expect(other.resume(at: second(6)) == [.startTimer(.offer(number: 1), at: second(20))])
        _ = other.handle(.legEnded(agentLeg, .busy), at: second(7))
        let again = other.resume(at: second(8))
        #expect(again.first == .enqueue(try #require(other.waitingCall)))
    }
}

extension OriginateCall {
    static let example = OriginateCall(
        callID: "c1", campaignID: "k1", attemptID: "a1", number: "13900000001", from: "4008000000", queueID: "sales",
        priority: 100, ringSeconds: 20, attributes: ["list": "may"])
}
