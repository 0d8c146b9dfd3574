import Contracts
import TestSupport
import Testing

@testable import CTI

/// Who was called by us and calls back (外呼后回电).
@Suite struct CalledBeforeTests {
    private let flow = Flow(
        schema: 1, name: "Back", language: "en", start: "a",
        nodes: [
            "a": .calledBefore(.init(withinHours: 8, then: "agent", else: "menu")),
            "agent": .queue(.init(queue: "desk", queueAttribute: "earlierQueue", agent: "{earlierAgent}")),
            "menu": .menu(.init(prompts: [.init(say: "Press 1")], keys: ["1": "sales"])),
            "sales": .queue(.init(queue: "sales")),
        ])

    private func run(_ answer: FlowAnswer) -> (run: FlowRun, steps: [FlowRun.Step]) {
        var run = FlowRun(flowID: "f", version: 1, caller: "13900000001", called: "400")
        let asked = run.handle(.begin, in: flow)
        #expect(
            asked == [
                .ask(.earlierCall(number: "13900000001", withinHours: 8), step: run.step),
                .startTimer(step: run.step, seconds: 2),
            ])
        return (run, run.handle(.answered(step: run.step, answer), in: flow))
    }

    private func earlier(_ agent: AgentID?, _ queue: QueueID?, wasAnswered: Bool = false) -> FlowAnswer {
        .earlierCall(
            EarlierCall(
                calledAt: second(-60), wasAnswered: wasAnswered, agentID: agent, queueID: queue, campaignID: nil))
    }

    private func queued(_ steps: [FlowRun.Step]) -> QueueWish? {
        steps.compactMap { if case .queue(let wish) = $0 { wish } else { nil } }.first
    }

    @Test func `whom an agent called goes straight to that agent`() throws {
        var run = FlowRun(flowID: "f", version: 1, caller: "13900000001", called: "400")
        _ = run.handle(.begin, in: flow)
        let wish = try #require(queued(run.handle(.answered(step: run.step, earlier("amy", nil)), in: flow)))
        #expect(wish.wants?.agentID == "amy")
        #expect(wish.queueID == "desk", "an agent's own call was for no queue")
        #expect(run.attributes["earlierAgent"] == "amy" && run.attributes["earlierCall"] == "unanswered")
    }

    @Test func `whom a campaign called goes to the campaign's queue`() throws {
        let wish = try #require(queued(run(earlier(nil, "campaign", wasAnswered: true)).steps))
        #expect(wish.queueID == "campaign" && wish.wants == nil)
    }

    @Test func `whom nobody called hears the menu, and so does everybody while acd is away`() {
        for answer in [FlowAnswer.earlierCall(nil), .failed] {
            #expect(run(answer).steps == [.play([.speech("Press 1", language: "en")], stopsOnDigit: true)])
        }
        var late = FlowRun(flowID: "f", version: 1, caller: "13900000001", called: "400")
        _ = late.handle(.begin, in: flow)
        #expect(
            late.handle(.timeout(step: late.step), in: flow)
                == [.play([.speech("Press 1", language: "en")], stopsOnDigit: true)])
    }

    @Test func `what the node may not say is named, and what it says is checked by the schema`() {
        var wrong = flow
        wrong.nodes["a"] = .calledBefore(.init(attribute: "not a name", withinHours: 0, then: "agent", else: "menu"))
        #expect(FlowValidation.problems(of: wrong).filter { $0.node == "a" }.count == 2)
        #expect(FlowValidation.problems(of: flow).isEmpty)
    }

    @Test func `a trial says who called before`() {
        let program = FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow))
        let call = EarlierCall(
            calledAt: second(0), wasAnswered: false, agentID: nil, queueID: "campaign", campaignID: "k")
        let result = FlowSimulation.run(
            program, .init(caller: "139", answers: [.init(earlierCall: call)]), at: second(60))
        #expect(result.queue == "campaign" && result.attributes["earlierCampaign"] == "k")
    }

    @Test func `what becomes of a call tells for whom the number was called`() throws {
        var dialled = CallState.dialled(
            "10086", from: "400", by: "amy", at: "201", as: "d1", tenant: "t", on: media, at: second(0))
        _ = dialled.handle(.begin, at: second(0))
        var unlifted = dialled
        let nobody = try #require(unlifted.handle(.legEnded("d1-1", .noAnswer), at: second(30)).ended.first)
        #expect(nobody.calledFor == nil, "the number was never called")
        _ = dialled.handle(.legAnswered("d1-1"), at: second(2))
        let busy = try #require(dialled.handle(.legEnded("d1-0", .busy), at: second(5)).ended.first)
        #expect(busy.calledFor == CalledFor(agentID: "amy", queueID: nil))
        var attempt = CallState.outbound(
            OriginateCall(
                callID: "c9", campaignID: "k", attemptID: "k-1", number: "10086", from: "400", queueID: "sales",
                priority: 100, ringSeconds: 30, attributes: [:]),
            tenant: "t", on: media, at: second(0))
        _ = attempt.handle(.begin, at: second(0))
        let missed = try #require(attempt.handle(.legEnded("c9-0", .noAnswer), at: second(30)).ended.first)
        #expect(missed.calledFor == CalledFor(agentID: nil, queueID: "sales"))
    }
}
