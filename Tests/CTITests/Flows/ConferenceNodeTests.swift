import Contracts
import TestSupport
import Testing

@testable import CTI

/// A flow leads callers into conferences, and on when they come out.
@Suite struct ConferenceNodeTests {
    private static let node = FlowNode.Conference(
        number: "{room}", pin: "{pin}", name: "{who}", next: "bye", onFailed: "again")
    private static let flow = Flow(
        schema: 1, name: "Meet", language: "en", start: "meet",
        nodes: ["meet": .conference(node), "bye": .hangUp, "again": .say(.init(text: "No", next: "meet"))])

    private func run() -> FlowRun {
        FlowRun(
            flowID: "f", version: 1, caller: "139", called: "400",
            attributes: ["room": "100", "pin": "1234", "who": "Li Lei"])
    }

    @Test func `the conference is asked for with what the caller has typed`() {
        var run = run()
        #expect(
            run.handle(.begin, in: Self.flow) == [
                .joinConference(ConferenceWish(number: "100", pin: "1234", name: "Li Lei"))
            ])
        #expect(run.handle(.digit("1"), in: Self.flow).isEmpty, "other keys are the conference's")
        #expect(run.handle(.digit("*"), in: Self.flow) == [.leaveConference, .hangUp])
        #expect(run.attributes["conference"] == "left")
    }

    @Test func `it is over, or he is sent out: the flow goes on`() {
        for (outcome, steps) in [
            (ConferenceOutcome.over, [FlowRun.Step.hangUp]), (.dismissed, [.leaveConference, .hangUp]),
        ] {
            var run = run()
            _ = run.handle(.begin, in: Self.flow)
            #expect(run.handle(.conference(outcome), in: Self.flow) == steps)
            #expect(run.attributes["conference"] == outcome.rawValue)
        }
    }

    @Test func `who is not let in goes another way, and who guesses at PINs is hung up`() {
        var run = run()
        _ = run.handle(.begin, in: Self.flow)
        for _ in 1..<FlowRun.mostWrongPINs {
            #expect(
                run.handle(.conference(.wrongPIN), in: Self.flow) == [
                    .play([.speech("No", language: "en")], stopsOnDigit: true)
                ])
            #expect(run.attributes["conference"] == "wrongPIN")
            _ = run.handle(.playFinished, in: Self.flow)
        }
        #expect(run.handle(.conference(.wrongPIN), in: Self.flow) == [.hangUp])
    }

    @Test func `a full conference is no guess`() {
        var run = run()
        _ = run.handle(.begin, in: Self.flow)
        for _ in 0...FlowRun.mostWrongPINs {
            _ = run.handle(.conference(.full), in: Self.flow)
            _ = run.handle(.playFinished, in: Self.flow)
        }
        #expect(run.waits == .conference)
    }

    @Test func `what cannot be is named with its node`() {
        func problems(_ node: FlowNode.Conference) -> Int { FlowValidation.contents(of: node).count }
        #expect(problems(Self.node) == 0)
        #expect(problems(.init(number: "12a", next: "bye")) == 1)
        #expect(problems(.init(number: "1", name: "", attribute: "a b", leaveKey: "x", next: "bye")) == 3)
    }

    @Test func `it is tried without a telephone`() {
        let program = FlowProgram(main: PublishedFlow(flowID: "meet", version: 1, flow: Self.flow))
        let result = FlowSimulation.run(
            program, .init(attributes: ["room": "100"], conferences: [.unknown, .left]), at: second(0))
        #expect(result.steps.map(\.node) == ["meet", "again", "meet", "bye"])
        #expect(result.steps.map(\.exit) == ["onFailed", "next", "next", "hungUp"])
    }
}
