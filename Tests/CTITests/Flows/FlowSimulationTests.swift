import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct FlowSimulationTests {
    private func simulate(_ script: FlowSimulation.Script, _ program: FlowProgram = .menu) -> FlowSimulation.Result {
        FlowSimulation.run(program, script, at: second(0))
    }

    @Test func `a key leads into the queue, where an agent takes the call`() {
        let result = simulate(.init(caller: "139", keys: ["1"]))
        #expect(result.steps.map(\.node) == ["welcome", "menu", "sales"])
        #expect(result.steps.map(\.type) == ["play", "menu", "queue"])
        #expect(result.steps.map(\.exit) == ["next", "keys.1", nil])
        #expect(
            result.steps.map(\.said) == [
                [.init(file: "welcome")], [.init(say: "Press 1 for sales", language: "en")], [],
            ])
        #expect(result.end == .agent)
        #expect(result.endedAt == "sales")
        #expect(result.queue == "sales")
        #expect(result.seconds == 0)
    }

    @Test func `who types nothing is asked again, and hung up in the end`() {
        let result = simulate(.init())
        #expect(result.end == .hungUp)
        #expect(result.endedAt == "bye")
        #expect(result.steps.map(\.exit) == ["next", "onFailed", "hungUp"])
        #expect(result.steps[1].said.count == 3, "the question, then “Sorry” and the question again")
        #expect(result.seconds == 8)
    }

    @Test func `each asking takes the next of the keys`() {
        let result = simulate(.init(keys: ["7", "2", "80#"]))
        #expect(result.steps.map(\.node) == ["welcome", "menu", "account", "greet", "vip", "mark", "sales"])
        #expect(result.steps.map(\.keys) == ["", "72", "80#", "", "", "", ""])
        #expect(result.attributes == ["account": "80", "vip": "yes"])
    }

    @Test func `a queue may be left, and a number not answer`() {
        let timeout = simulate(.init(keys: ["1"], queues: [.timeout]))
        #expect(timeout.end == .transferred)
        #expect(timeout.number == "+8613800000000")
        #expect(timeout.seconds == 60)
        let failed = simulate(.init(keys: ["1"], queues: [.timeout], transfers: [.failed]))
        #expect(failed.end == .hungUp)
        #expect(failed.steps.map(\.exit).suffix(3) == ["onTimeout", "onFailed", "hungUp"])
        #expect(failed.seconds == 90)
        #expect(simulate(.init(keys: ["1"], queues: [.refused])).steps.last?.exit == "hungUp")
    }

    @Test func `the clock of the script decides`() {
        let flow = Flow(
            schema: 1, name: "x", language: "en", start: "a",
            nodes: [
                "a": .calendar(
                    .init(timeZone: "UTC", hours: ["tue": ["09:00-23:00"]], open: "day", closed: "night")),
                "day": .queue(.init(queue: "sales")), "night": .hangUp,
            ])
        let program = FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow))
        #expect(simulate(.init(), program).end == .agent)
        #expect(simulate(.init(at: second(3600)), program).end == .hungUp)
    }

    @Test func `a flow that goes round for ever is left`() {
        let flow = Flow(
            schema: 1, name: "x", language: "en", start: "a",
            nodes: ["a": .say(.init(text: "again", next: "a"))])
        let result = simulate(.init(), FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow)))
        #expect(result.end == .tooLong)
        #expect(result.steps.count <= FlowSimulation.mostInputs + 1)
    }

    @Test func `a simulated caller hears what a real one hears`() {
        let keys = ["7", "2", "8", "1", "#"]
        var call = CallState.inbound(
            "c1", tenant: "t", from: "139", to: "400", on: media, flow: .menu, at: second(0))
        var heard: [Prompt] = []
        func listen(_ actions: [CallAction]) {
            for case .play(_, let prompts, _, _) in actions.commands(for: "c1") { heard += prompts }
        }
        _ = call.handle(.begin, at: second(0))
        listen(call.handle(.legAnswered("c1"), at: second(0)))
        listen(call.handle(.playFinished("c1", playID: call.plays, .finished), at: second(0)))
        for key in keys { listen(call.handle(.digit("c1", key), at: second(0))) }
        listen(call.handle(.playFinished("c1", playID: call.plays, .finished), at: second(0)))
        let simulated = simulate(.init(caller: "139", called: "400", keys: ["7", "2", "81#"])).steps.flatMap(\.said)
        #expect(heard.last == .music, "he waits")
        #expect(
            heard.dropLast().map { prompt in
                if case .speech(let text, _) = prompt { text } else { "welcome" }
            } == simulated.map { $0.say ?? $0.file ?? "" })
        #expect(call.attributes == simulate(.init(keys: ["7", "2", "81#"])).attributes)
    }

    @Test func `a script is bounded`() {
        for script: FlowSimulation.Script in [
            .init(keys: ["1a"]), .init(keys: Array(repeating: "1", count: 501)),
            .init(at: Timestamp(microseconds: -1)), .init(queues: Array(repeating: .timeout, count: 101)),
        ] { #expect(throws: Failure.self) { try script.check() } }
        #expect(throws: Never.self) { try FlowSimulation.Script(caller: "1", keys: ["1#"]).check() }
    }
}
