import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct RecognizeNodeTests {
    private let node = FlowNode.Recognize(
        prompts: [.init(say: "Sales or complaints?")], phrases: ["销售": "sales", "投诉": "complaints"], minimumDigits: 2,
        maximumDigits: 4, language: "zh", keys: ["1": "sales"], attribute: "wish", minimumConfidence: 30, retries: 1,
        next: "number", onNothing: "sorry", onFailed: "away")

    private func program(_ node: FlowNode.Recognize? = nil) -> FlowProgram {
        let nodes: [String: FlowNode] = [
            "ask": .recognize(node ?? self.node), "sales": .say(.init(text: "Sales", next: "bye")),
            "complaints": .say(.init(text: "Complaints", next: "bye")),
            "number": .say(.init(text: "Number", next: "bye")), "sorry": .say(.init(text: "Sorry", next: "bye")),
            "away": .say(.init(text: "Away", next: "bye")), "bye": .hangUp,
        ]
        let flow = Flow(schema: 1, name: "x", language: "en", start: "ask", nodes: nodes)
        return FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow))
    }

    private var scene: FlowScene { FlowScene(program: program(), now: Timestamp(microseconds: 0)) }

    private func begun() -> FlowRun {
        var run = FlowRun(program(), caller: "1", called: "2")
        _ = run.handle(.begin, in: scene)
        return run
    }

    private func heard(
        _ outcome: SpeechOutcome, at run: FlowRun, phrase: String? = nil, digits: String? = nil, confidence: Int? = nil
    ) -> FlowRun.Input {
        .recognized(
            LegSpeechRecognized(
                legID: "l", recognitionID: run.step, outcome: outcome, text: phrase ?? digits ?? "", phrase: phrase,
                digits: digits, confidence: confidence))
    }

    @Test func `the caller hears the prompts and is listened to at once`() {
        var run = FlowRun(program(), caller: "1", called: "2")
        let steps = run.handle(.begin, in: scene)
        let order = SpeechRecognition(
            recognitionID: run.step, language: "zh", phrases: ["投诉", "销售"].sorted(), minimumDigits: 2, maximumDigits: 4)
        #expect(
            steps.suffix(2) == [
                .play([.speech("Sales or complaints?", language: "en")], stopsOnDigit: true), .recognize(order),
            ])
        #expect(run.waits == .speech)
        #expect(run.handle(.playFinished, in: scene) == [.startTimer(step: run.step, seconds: 65)])
    }

    @Test func `what he says leads where it is meant to, and is remembered`() {
        var run = begun()
        _ = run.handle(heard(.understood, at: run, phrase: "投诉", confidence: 80), in: scene)
        #expect(run.node == "complaints")
        #expect(run.attributes["wish"] == "投诉")
    }

    @Test func `digits that are said or typed lead on`() {
        var run = begun()
        _ = run.handle(heard(.understood, at: run, digits: "4711"), in: scene)
        #expect(run.node == "number")
        #expect(run.attributes["wish"] == "4711")
        run = begun()
        for key in ["4", "7", "#"] { _ = run.handle(.digit(key), in: scene) }
        #expect(run.node == "number")
        #expect(run.attributes["wish"] == "47")
        run = begun()
        _ = run.handle(.digit("4"), in: scene)
        _ = run.handle(.digit("2"), in: scene)
        _ = run.handle(.timeout(step: run.step), in: scene)
        #expect(run.attributes["wish"] == "42")
    }

    @Test func `keys win: one that leads somewhere does, and what is heard later is too late`() {
        var run = begun()
        let late = heard(.understood, at: run, phrase: "投诉")
        _ = run.handle(.digit("1"), in: scene)
        #expect(run.node == "sales")
        #expect(run.attributes["wish"] == "1")
        #expect(run.handle(late, in: scene) == [])
    }

    @Test(arguments: [SpeechOutcome.silence, .notUnderstood, .timedOut])
    func `who is not understood is asked again, and then goes on`(_ outcome: SpeechOutcome) {
        var run = begun()
        let first = run.step
        let again = run.handle(heard(outcome, at: run), in: scene)
        #expect(run.step > first)
        #expect(again.count == 2)
        _ = run.handle(heard(outcome, at: run), in: scene)
        #expect(run.node == "sorry")
    }

    @Test func `what the engine is unsure of is not understood`() {
        var run = begun()
        _ = run.handle(heard(.understood, at: run, phrase: "投诉", confidence: 29), in: scene)
        #expect(run.node == "ask")
        #expect(run.failures == 1)
    }

    @Test func `without an engine, or its answer, the call goes on another way`() {
        var run = begun()
        _ = run.handle(heard(.engineFailed, at: run), in: scene)
        #expect(run.node == "away")
        run = begun()
        _ = run.handle(.timeout(step: run.step), in: scene)
        #expect(run.node == "away")
    }

    @Test func `a new owner asks and listens anew`() {
        var run = begun()
        let step = run.step
        #expect(run.resume(in: scene).count == 2)
        #expect(run.step > step)
        #expect(run.waits == .speech)
    }

    @Test func `an author is told what cannot be`() {
        func problems(_ change: (inout FlowNode.Recognize) -> Void) -> [String] {
            var changed = node
            change(&changed)
            return FlowValidation.contents(of: changed)
        }
        #expect(problems { _ in } == [])
        #expect(problems { ($0.phrases, $0.maximumDigits, $0.minimumDigits) = (nil, nil, nil) }.count == 1)
        #expect(problems { $0.phrases = ["…": "sales"] }.count == 1)
        #expect(problems { $0.phrases = ["a.b": "sales"] }.count == 1)
        #expect(problems { $0.next = nil } == ["“maximumDigits” needs “next”."])
        #expect(problems { $0.minimumDigits = 5 }.count == 1)
        #expect(problems { $0.language = "de" }.count == 1)
        #expect(problems { $0.keys = ["12": "sales"] }.count == 1)
        #expect(problems { $0.minimumConfidence = 101 }.count == 1)
    }

    @Test func `a simulation is told what is said`() {
        let said = FlowSimulation.run(program(), .init(speech: ["嗯", "我要投诉"]), at: scene.now)
        #expect(said.steps.map(\.node) == ["ask", "complaints", "bye"])
        #expect(said.steps.first?.exit == "phrases.投诉")
        #expect(said.steps.first?.spoken == ["嗯", "我要投诉"])
        #expect(FlowSimulation.run(program(), .init(speech: ["四七幺幺"]), at: scene.now).attributes["wish"] == "4711")
        #expect(FlowSimulation.run(program(), .init(), at: scene.now).steps.map(\.node) == ["ask", "sorry", "bye"])
        #expect(
            FlowSimulation.run(program(), .init(keys: ["1"]), at: scene.now).steps.map(\.node) == [
                "ask", "sales", "bye",
            ])
    }
}
