import Contracts
import TestSupport
import Testing

@testable import CTI

/// What an agent may do with the recording of his call.
@Suite struct CallRecordingTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    let agentLeg: LegID = "c1-1"

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    private mutating func ring(byHandOnly: Bool = false) {
        if byHandOnly { call.isRecordedByHandOnly = true }
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.offer(.to("amy"), phone: "201"), 5)
    }

    private mutating func wish(_ wish: RecordingWish, _ agent: AgentID = "amy") -> [CallAction] {
        tell(.record(by: agent, wish), 20)
    }

    private func told(_ actions: [CallAction]) -> [CallRecordingState] {
        actions.compactMap {
            guard case .publish(.recordingChanged(let fact)) = $0 else { return nil }
            return fact.state
        }
    }

    @Test mutating func `every talk is recorded from its first word, and described`() {
        ring()
        let actions = tell(.legAnswered(agentLeg), 8)
        let about = RecordingAbout(
            direction: .inbound, customerNumber: call.customerNumber, line: call.accessNumber,
            agentID: "amy", queueID: call.queueID, answeredAt: second(8))
        #expect(actions.commands(for: "c1").last == .describeRecording("c1-r1", about))
        #expect(told(actions) == [.on])
        #expect(CallView(call).recording == .on)
    }

    @Test mutating func `what began by itself can be paused and goes on, and is not stopped`() {
        ring()
        tell(.legAnswered(agentLeg), 8)
        let paused = wish(.pause)
        #expect(paused.commands(for: "c1") == [.pauseRecording("c1-r1")])
        #expect(told(paused) == [.paused])
        #expect(wish(.pause).isEmpty)
        #expect(told(wish(.resume)) == [.on])
        #expect(wish(.stop).refusal?.code == "alwaysRecorded")
        #expect(wish(.start).isEmpty)
        #expect(wish(.pause, "bob").refusal?.code == "callNotFound")
    }

    @Test mutating func `where agents begin recordings, nothing is recorded until one does`() {
        ring(byHandOnly: true)
        let answered = tell(.legAnswered(agentLeg), 8)
        #expect(answered.commands(for: "c1") == [.bridge(with: agentLeg)])
        #expect(told(answered).isEmpty)
        #expect(wish(.pause).refusal?.code == "notRecorded")
        let started = wish(.start)
        #expect(
            started.commands(for: "c1").first
                == .record("c1-r1", of: "c1", customer: "c1", agent: agentLeg))
        #expect(told(started) == [.on])
        #expect(CallView(call).isRecordingByHand)
        let stopped = wish(.stop)
        #expect(stopped.commands(for: "c1") == [.stopRecording("c1-r1")])
        #expect(told(stopped) == [.off])
        #expect(wish(.start).commands(for: "c1").count == 2)
        #expect(call.recordings == ["c1-r1", "c1-r2"])
    }

    @Test mutating func `nobody records a call that is not talked on`() {
        ring()
        #expect(wish(.start).refusal?.code == "notTalking")
    }
}
