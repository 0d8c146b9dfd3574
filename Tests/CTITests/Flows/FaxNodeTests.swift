import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct FaxNodeTests {
    private let program = FlowProgram(
        main: PublishedFlow(
            flowID: "f", version: 1,
            flow: Flow(
                schema: 1, name: "x", language: "en", start: "fax",
                nodes: [
                    "fax": .fax(.init(station: "{line}", next: "thanks", onFailed: "sorry")),
                    "thanks": .say(.init(text: "Thank you", next: "bye")),
                    "sorry": .say(.init(text: "Sorry", next: "bye")), "bye": .hangUp,
                ])))

    private var scene: FlowScene { FlowScene(program: program, now: Timestamp(microseconds: 0)) }

    private func ended(_ outcome: FaxOutcome) -> FlowRun.Input {
        .faxEnded(
            LegFaxEnded(legID: "l", faxID: "f1", direction: .received, outcome: outcome, reason: "", pages: 3))
    }

    @Test func `the node receives, and goes on with what came`() {
        var run = FlowRun(program, caller: "1", called: "2", attributes: ["line": "+86 10 号"])
        #expect(run.handle(.begin, in: scene).last == .receiveFax(station: "+86 10 "))
        #expect(run.waits == .fax)
        #expect(run.resume(in: scene) == [])
        _ = run.handle(ended(.complete), in: scene)
        #expect(run.node == "thanks")
        #expect(run.attributes["fax"] == "f1")
        #expect(run.attributes["faxPages"] == "3")
        #expect(run.handle(ended(.complete), in: scene) == [])
    }

    @Test func `where no fax came the other way is gone`() {
        var run = FlowRun(program, caller: "1", called: "2")
        _ = run.handle(.begin, in: scene)
        _ = run.handle(ended(.noMachine), in: scene)
        #expect(run.node == "sorry")
        #expect(run.attributes["faxOutcome"] == "noMachine")
    }

    @Test func `a simulation says what becomes of the fax`() {
        let well = FlowSimulation.run(program, .init(), at: scene.now)
        #expect(well.steps.map(\.node) == ["fax", "thanks", "bye"])
        #expect(well.end == .hungUp)
        let badly = FlowSimulation.run(program, .init(faxes: [.brokenOff]), at: scene.now)
        #expect(badly.steps.map(\.node) == ["fax", "sorry", "bye"])
    }
}
