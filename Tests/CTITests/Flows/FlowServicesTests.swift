import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// Nodes that do something for the caller: record, ask how he was served, call him back, ask others.
@Suite struct FlowServicesTests {
    private func flow(_ node: FlowNode) -> Flow {
        Flow(
            schema: 1, name: "Test", language: "en", start: "a",
            nodes: ["a": node, "next": .queue(.init(queue: "sales")), "failed": .hangUp, "other": .hangUp])
    }

    private func run(_ flow: Flow, attributes: [String: String] = [:]) -> FlowRun {
        FlowRun(flowID: "f", version: 1, caller: "139", called: "400", attributes: attributes)
    }

    private func tell(_ run: inout FlowRun, _ input: FlowRun.Input, _ flow: Flow, at seconds: Double = 0) -> [FlowRun
        .Step]
    {
        run.handle(input, in: .of(flow, at: second(seconds))).filter { if case .passed = $0 { false } else { true } }
    }

    // MARK: Recording

    private let message = FlowNode.Record(
        prompts: [.init(say: "Speak")], attribute: "message", maximumSeconds: 60, silenceSeconds: 4, queue: "sales",
        next: "next", onFailed: "failed")
    private var wish: FlowRecording { FlowRecording(attribute: "message", silenceSeconds: 4, queueID: "sales") }

    @Test func `a message is recorded after the prompt and the beep, and left by a key`() {
        let flow = flow(.voicemail(message))
        var run = run(flow)
        #expect(tell(&run, .begin, flow) == [.play([.speech("Speak", language: "en")], stopsOnDigit: true)])
        #expect(tell(&run, .playFinished, flow) == [.play([.file("beep")], stopsOnDigit: false)])
        #expect(
            tell(&run, .playFinished, flow, at: 3) == [.record(wish), .startTimer(step: run.step, seconds: 60)])
        #expect(tell(&run, .digit("5"), flow, at: 5).isEmpty, "other keys are part of the message")
        let steps = tell(&run, .digit("#"), flow, at: 10)
        #expect(steps.prefix(2) == [.endRecording, .leaveVoicemail(wish, microseconds: 7_000_000)])
        #expect(run.node == "next")
    }

    @Test func `a recording ends by silence and by time, and what is no end is listened on`() {
        let flow = flow(.record(message))
        for isTime in [true, false] {
            var run = run(flow)
            _ = tell(&run, .begin, flow)
            _ = tell(&run, .playFinished, flow)
            _ = tell(&run, .playFinished, flow)
            #expect(tell(&run, .heard(.machine), flow, at: 20) == [.awaitSilence(seconds: 4)])
            let steps = tell(&run, isTime ? .timeout(step: run.step) : .heard(.human), flow, at: 60)
            #expect(steps.first == .endRecording)
            #expect(!steps.contains { if case .leaveVoicemail = $0 { true } else { false } })
            #expect(run.node == "next")
        }
    }

    @Test func `who says nothing has left no message`() {
        var short = message
        short.minimumSeconds = 2
        let flow = flow(.voicemail(short))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .playFinished, flow)
        #expect(tell(&run, .digit("#"), flow, at: 1) == [.endRecording, .hangUp])
        #expect(run.node == "failed")
    }

    @Test func `a message is heard before it is kept, as often as the caller likes`() {
        var reviewed = message
        reviewed.review = true
        let flow = flow(.voicemail(reviewed))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .digit("#"), flow, at: 9)
        for _ in 0..<2 {
            #expect(
                tell(&run, .digit("3"), flow, at: 11) == [.playRecording(then: [FlowPhrase.review(language: "en")])])
            #expect(tell(&run, .playFinished, flow, at: 20) == [.startTimer(step: run.step, seconds: 5)])
        }
        #expect(tell(&run, .digit("1"), flow, at: 30).first == .leaveVoicemail(wish, microseconds: 9_000_000))
    }

    @Test func `a message may be recorded again before it is kept`() {
        var reviewed = message
        reviewed.review = true
        let flow = flow(.voicemail(reviewed))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .playFinished, flow)
        #expect(tell(&run, .digit("#"), flow, at: 5).first == .endRecording)
        #expect(run.node == "a")
        #expect(tell(&run, .digit("2"), flow, at: 6) == [.play([.file("beep")], stopsOnDigit: false)])
        _ = tell(&run, .playFinished, flow, at: 7)
        _ = tell(&run, .digit("#"), flow, at: 10)
        let kept = tell(&run, .digit("1"), flow, at: 12)
        #expect(kept.first == .leaveVoicemail(wish, microseconds: 3_000_000))
        #expect(run.node == "next")
    }

    @Test func `who hangs up while he speaks has left a message, and who hangs up before has not`() {
        let flow = flow(.voicemail(message))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        #expect(tell(&run, .callerGone, flow).isEmpty)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .playFinished, flow)
        #expect(tell(&run, .callerGone, flow, at: 8) == [.leaveVoicemail(wish, microseconds: 8_000_000)])
        #expect(tell(&run, .callerGone, flow, at: 9).isEmpty)
    }

    @Test func `a recording goes on after a take-over for as long as it had left`() throws {
        let flow = flow(.voicemail(message))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .playFinished, flow)
        var again = try JSONDecoder().decode(FlowRun.self, from: JSONEncoder().encode(run))
        let steps = again.resume(in: .of(flow, at: second(20)))
        #expect(steps == [.startTimer(step: run.step, seconds: 40), .awaitSilence(seconds: 4)])
    }

    // MARK: Surveys

    @Test func `an answer to a survey is a score, and is kept`() {
        let flow = flow(
            .survey(.init(prompts: [.init(say: "Satisfied?")], scores: ["1": 5, "2": 1], retries: 0, next: "next")))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        let steps = tell(&run, .digit("1"), flow)
        #expect(steps.first == .surveyed(question: "satisfaction", key: "1", score: 5))
        #expect(run.attributes["satisfaction"] == "5" && run.node == "next")
    }

    @Test func `who does not answer a survey goes on without a score`() {
        let flow = flow(
            .survey(.init(prompts: [.init(say: "Satisfied?")], scores: ["1": 5], retries: 1, next: "next")))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        #expect(tell(&run, .digit("9"), flow) == [.play([.speech("Satisfied?", language: "en")], stopsOnDigit: true)])
        _ = tell(&run, .playFinished, flow)
        _ = tell(&run, .timeout(step: run.step), flow)
        #expect(run.node == "next" && run.attributes.isEmpty)
    }

    // MARK: Questions to others

    @Test func `a callback is asked for with the caller's number, or the one he typed`() {
        let flow = flow(.callback(.init(queue: "sales", attribute: "phone", next: "next", onFailed: "failed")))
        var typed = run(flow, attributes: ["phone": "13800138000"])
        let question = FlowQuestion.callback("sales", number: "13800138000", priority: nil, skills: nil)
        #expect(tell(&typed, .begin, flow).first == .ask(question, step: typed.step))
        #expect(tell(&typed, .answered(step: typed.step - 1, .done), flow).isEmpty, "a late answer matches nothing")
        _ = tell(&typed, .answered(step: typed.step, .done), flow)
        #expect(typed.node == "next")
        var nobody = run(flow, attributes: ["phone": "x"])
        _ = tell(&nobody, .begin, flow)
        #expect(nobody.node == "failed")
        var silent = run(flow, attributes: ["phone": "138"])
        _ = tell(&silent, .begin, flow)
        _ = tell(&silent, .timeout(step: silent.step), flow)
        #expect(silent.node == "failed")
    }

    @Test func `a customer's record becomes attributes`() {
        let flow = flow(
            .lookup(.init(values: ["vip": "isVIP", "card": "cardNumber"], next: "next", onMissing: "other")))
        var known = run(flow)
        #expect(tell(&known, .begin, flow).first == .ask(.customer(number: "139"), step: known.step))
        let card = CustomerCard(
            customerID: "k1", name: "Li", numbers: ["139"], isVIP: true, fields: ["cardNumber": "77"])
        _ = tell(&known, .answered(step: known.step, .customer(card)), flow)
        #expect(known.attributes == ["vip": "yes", "card": "77"] && known.node == "next")
        for answer in [FlowAnswer.customer(nil), .failed] {
            var unknown = run(flow)
            _ = tell(&unknown, .begin, flow)
            _ = tell(&unknown, .answered(step: unknown.step, answer), flow)
            #expect(unknown.node == "other")
        }
    }

    private let balance = FlowNode.Request(
        method: "POST", url: "https://bank.example/accounts/{card}?q={q}",
        headers: ["X-Key": "{secret:bank}", "X-Name": "{name}"],
        body: "{\"name\": \"{name}\", \"k\": \"{secret:bank}\"}",
        values: ["balance": "/accounts/0/balance", "open": "/open"], statusAttribute: "status",
        onStatus: ["404": "other", "5xx": "other"], next: "next", onFailed: "failed")

    @Test func `values cannot leave their place in a request, and secrets are left to the server`() throws {
        let flow = flow(.request(balance))
        var run = run(
            flow, attributes: ["card": "a/b?c", "q": "1&x={secret:bank}", "name": "\"Li\"\r\n{secret:bank}\\"])
        guard case .ask(.request(let request), _)? = tell(&run, .begin, flow).first else {
            Issue.record("nothing asked")
            return
        }
        #expect(request.url == "https://bank.example/accounts/a%2Fb%3Fc?q=1%26x%3D%7Bsecret%3Abank%7D")
        #expect(request.headers["X-Key"] == "{secret:bank}")
        #expect(request.headers["X-Name"] == "\"Li\"secret:bank}\\")
        let body = try FlowSecrets.reveal(request.body ?? "", ["bank": "s3"])
        let read = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
        #expect(read == ["name": "\"Li\"\r\n{secret:bank}\\", "k": "s3"])
        #expect(throws: Failure.self) { try FlowSecrets.reveal("{secret:none}", ["bank": "s3"]) }
        #expect(
            FlowTemplate.fill("{\"a\": {\"b\": \"{x}\"}, {", { $0 == "x" ? "1" : "?" }) == "{\"a\": {\"b\": \"1\"}, {")
    }

    @Test func `of an answer the parts that are asked for become attributes, and its status leads on`() {
        let flow = flow(.request(balance))
        let body: JSONValue = ["accounts": [["balance": 12]], "open": true]
        for (status, node) in [(200, "next"), (404, "other"), (503, "other"), (302, "failed")] {
            var run = run(flow)
            _ = tell(&run, .begin, flow)
            _ = tell(&run, .answered(step: run.step, .response(status: status, body: body)), flow)
            #expect(run.node == node)
            #expect(run.attributes == ["balance": "12", "open": "true", "status": "\(status)"])
        }
        var silent = run(flow)
        _ = tell(&silent, .begin, flow)
        _ = tell(&silent, .answered(step: silent.step, .failed), flow)
        #expect(silent.node == "failed")
    }

    @Test func `a question is asked again after a take-over, under the same step`() {
        let flow = flow(.request(balance))
        var run = run(flow)
        let asked = tell(&run, .begin, flow)
        #expect(run.resume(in: .of(flow)) == asked)
    }

    @Test func `a JSON pointer leads where RFC 6901 says`() {
        let value: JSONValue = ["a/b": 1, "m~n": ["x", "y"], "": 3]
        #expect(value.at("/a~1b") == 1)
        #expect(value.at("/m~0n/1") == "y")
        #expect(value.at("/") == 3)
        #expect(value.at("") == value)
        #expect(value.at("/m~0n/2") == nil && value.at("a") == nil && value.at("/m~0n/x") == nil)
    }

    // MARK: Collecting with checks

    private func collect(_ digits: String, _ check: FlowNode.Check?, confirm: Bool? = nil) -> (FlowRun, Flow) {
        let node = FlowNode.Collect(
            prompts: [.init(say: "Card")], attribute: "card", maximumDigits: 20, check: check, confirm: confirm,
            retries: 1, next: "next", onFailed: "failed")
        let flow = flow(.collect(node))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        for digit in digits + "#" { _ = tell(&run, .digit(String(digit)), flow) }
        return (run, flow)
    }

    @Test func `what is typed is held against its check`() {
        func passes(_ digits: String, _ check: FlowNode.Check) -> Bool { collect(digits, check).0.node == "next" }
        // The example of ISO/IEC 7812 and its neighbour.
        #expect(passes("79927398713", .init(luhn: true)) && !passes("79927398710", .init(luhn: true)))
        #expect(passes("123456", .init(lengths: [4, 6])) && !passes("12345", .init(lengths: [4, 6])))
        #expect(
            passes("18", .init(least: 18, most: 99)) && !passes("17", .init(least: 18))
                && !passes("100", .init(most: 99)))
        #expect(passes("20240229", .init(date: "yyyyMMdd")) && !passes("20230229", .init(date: "yyyyMMdd")))
        #expect(passes("0229", .init(date: "MMdd")) && !passes("1301", .init(date: "MMdd")))
        #expect(passes("31122026", .init(date: "ddMMyyyy")) && !passes("31112026", .init(date: "ddMMyyyy")))
    }

    @Test func `what was typed is said again, digit by digit, to be confirmed or changed`() {
        let (collecting, flow) = collect("12", nil, confirm: true)
        var run = collecting
        #expect(run.node == "a" && run.attributes.isEmpty)
        #expect(tell(&run, .digit("2"), flow) == [.play([.speech("Card", language: "en")], stopsOnDigit: true)])
        _ = tell(&run, .digit("3"), flow)
        let asked = tell(&run, .digit("#"), flow)
        let sentence = "You have entered 3. To confirm, press 1. To change it, press 2."
        #expect(asked == [.play([.speech(sentence, language: "en")], stopsOnDigit: true)])
        _ = tell(&run, .digit("1"), flow)
        #expect(run.node == "next" && run.attributes["card"] == "3")
    }

    @Test func `a menu may keep the key`() {
        let flow = flow(.menu(.init(prompts: [.init(say: "?")], keys: ["1": "next"], attribute: "chosen")))
        var run = run(flow)
        _ = tell(&run, .begin, flow)
        _ = tell(&run, .digit("1"), flow)
        #expect(run.attributes["chosen"] == "1")
    }
}
