import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// The caller leaves messages, leaves the queue, hears who serves him, and says how he was served.
@Suite struct SelfServiceTests {
    let agentLeg: LegID = "c1-1"
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "400", on: media, flow: FlowProgram(main: .service), at: second(0))

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    private mutating func wait() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
    }

    private mutating func talk() {
        wait()
        tell(.offer(.to("agent1001"), phone: "201"), 5)
        tell(.legAnswered(agentLeg), 8)
    }

    private func surveys(_ actions: [CallAction]) -> [CallSurveyAnswered] {
        actions.compactMap { if case .publish(.surveyAnswered(let fact)) = $0 { fact } else { nil } }
    }

    private func messages(_ actions: [CallAction]) -> [VoicemailLeft] {
        actions.compactMap { if case .publish(.voicemailLeft(let fact)) = $0 { fact } else { nil } }
    }

    private func said(_ actions: [CallAction]) -> [[Prompt]] {
        actions.commands(for: "c1").compactMap { if case .play(_, let prompts, _, _) = $0 { prompts } else { nil } }
    }

    private func tasks(_ actions: [CallAction]) -> [(task: FlowTask, step: Int)] {
        actions.compactMap { if case .ask(let task, let step) = $0 { (task, step) } else { nil } }
    }

    private func addsUp(_ ended: CallEnded) -> Bool {
        var edge = ended.startedAt
        for segment in ended.segments {
            guard segment.startedAt == edge else { return false }
            edge = segment.endedAt
        }
        return edge == ended.endedAt
    }

    // MARK: After the talk

    @Test mutating func `when the agent hangs up he is free at once and the customer is asked how it was`() throws {
        talk()
        let actions = tell(.legEnded(agentLeg, .remote), 20)
        #expect(call.phase == .inFlow && call.legIDs == ["c1"])
        #expect(actions.contains(.agent("agent1001", .callEnded("c1"))))
        #expect(
            actions.commands(for: "c1").contains(.unbridge) || actions.commands(for: agentLeg).contains(.hangUp(.local))
        )
        #expect(actions.commands(for: "c1").contains(.stopRecording("c1-r1")))
        #expect(actions.playID(on: "c1") != nil && actions.ended.isEmpty)
        let answered = tell(.digit("c1", "1"), 25)
        let answers = surveys(answered)
        #expect(
            answers == [
                CallSurveyAnswered(
                    callID: "c1", agentID: "agent1001", queueID: "sales", question: "satisfaction", key: "1", score: 5,
                    answeredAt: second(25))
            ])
        let ended = try #require(answered.ended.first)
        #expect(ended.reason == .agentHungUp && ended.agentID == "agent1001")
        #expect(ended.attributes["satisfaction"] == "5")
        #expect(ended.segments.map(\.kind) == [.ivr, .queue, .ring, .talk, .ivr])
        #expect(ended.segments.last?.reason == "flowEnded" && addsUp(ended))
    }

    @Test mutating func `the agent's button leads to the survey as well, and from hold too`() {
        talk()
        tell(.hold(by: "agent1001"), 15)
        let actions = tell(.hangUp(by: "agent1001"), 20)
        #expect(call.phase == .inFlow)
        #expect(actions.contains(.agent("agent1001", .callEnded("c1"))))
    }

    @Test mutating func `who hangs up in the survey has been served`() throws {
        talk()
        tell(.hangUp(by: "agent1001"), 20)
        let ended = try #require(tell(.legEnded("c1", .remote), 23).ended.first)
        #expect(ended.reason == .agentHungUp && ended.segments.last?.reason == "customerHungUp" && addsUp(ended))
    }

    @Test mutating func `the customer hangs up, the agent's line breaks, or he is released: no survey`() {
        for input in [CallInput.legEnded("c1", .remote), .legEnded(agentLeg, .mediaTimeout), .release("agent1001")] {
            let kept = call
            talk()
            #expect(tell(input, 20).ended.count == 1)
            call = kept
        }
    }

    @Test mutating func `a colleague to whom the call is given is followed by the survey in his turn`() throws {
        talk()
        tell(.transfer(by: "agent1001", to: .agent("bob", phone: "202")), 15)
        tell(.legAnswered("c1-2"), 18)
        tell(.hangUp(by: "bob"), 30)
        let answers = surveys(tell(.digit("c1", "2"), 33))
        #expect(answers.map(\.agentID) == ["bob"] && answers.map(\.score) == [1])
    }

    @Test mutating func `the tenant's rule asks whom the queue node does not`() {
        call = .inbound(
            "c1", tenant: "t", from: "139", to: "400", on: media, flow: .queueOnly, at: second(0))
        call.rules = TalkRules(afterTalk: FlowProgram(main: .survey))
        talk()
        tell(.hangUp(by: "agent1001"), 20)
        #expect(call.phase == .inFlow && call.run?.flowID == "survey")
        #expect(tell(.digit("c1", "1"), 22).ended.first?.flowID == "survey")
    }

    @Test mutating func `the survey goes on under a new owner`() throws {
        talk()
        tell(.hangUp(by: "agent1001"), 20)
        var again = try JSONDecoder().decode(CallState.self, from: JSONEncoder().encode(call))
        again.flow = call.flow
        #expect(again.resume(at: second(21)).playID(on: "c1") != nil)
        #expect(again.handle(.digit("c1", "1"), at: second(25)).ended.first?.reason == .agentHungUp)
    }

    // MARK: Before the talk

    private mutating func announced() -> [CallAction] {
        call.rules = TalkRules(announcement: AgentAnnouncement(agentHears: true))
        wait()
        tell(.offer(.to("agent1001"), phone: "201"), 5)
        return tell(.legAnswered(agentLeg), 8)
    }

    @Test mutating func `the caller hears who serves him, then they talk; it is recorded from the answer`() throws {
        let actions = announced()
        let prompt = Prompt.speech("Agent 1 0 0 1 at your service.", language: "en")
        let id = try #require(actions.playID(on: "c1"))
        let commands = actions.commands(for: "c1")
        #expect(commands.contains(.play(playID: id, prompts: [prompt], loop: false, stopsOnDigit: false)))
        #expect(commands.contains(.record("c1-r1", of: "c1", customer: "c1", agent: agentLeg)))
        #expect(!commands.contains(.bridge(with: agentLeg)))
        #expect(actions.commands(for: agentLeg).count == 1, "the agent hears it too")
        #expect(call.phase == .talking)
        #expect(tell(.playFinished("c1", playID: id, .finished), 10).commands(for: "c1") == [.bridge(with: agentLeg)])
    }

    @Test mutating func `an announcement that does not end keeps nobody from talking`() throws {
        let actions = announced()
        let timer = actions.compactMap { action -> (CallTimer, Timestamp)? in
            if case .startTimer(.agentNumber(let id), let due) = action { (.agentNumber(playID: id), due) } else { nil }
        }
        let (fired, due) = try #require(timer.first)
        #expect(due == second(23))
        #expect(tell(.timer(fired), 23).commands(for: "c1") == [.bridge(with: agentLeg)])
    }

    @Test mutating func `hold during the announcement ends it, and they talk when he is back`() {
        _ = announced()
        tell(.hold(by: "agent1001"), 9)
        #expect(call.isAnnouncing == nil)
        #expect(tell(.retrieve(by: "agent1001"), 12).commands(for: "c1") == [.bridge(with: agentLeg)])
    }

    @Test mutating func `a new owner lets them talk at once`() throws {
        _ = announced()
        var again = try JSONDecoder().decode(CallState.self, from: JSONEncoder().encode(call))
        again.flow = call.flow
        #expect(again.resume(at: second(9)).commands(for: "c1") == [.bridge(with: agentLeg)])
    }

    @Test mutating func `the queue node's words come before the tenant's, and none is nothing`() {
        var own = Flow.service
        own.nodes["wait"] = .queue(.init(queue: "sales", agentAnnouncement: [.init(say: "{agent} {vip}")]))
        call = .inbound(
            "c1", tenant: "t", from: "139", to: "400", on: media,
            flow: FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: own)), at: second(0))
        call.attributes["vip"] = "gold"
        let said = said(announced())
        #expect(said.last == [.speech("agent1001 gold", language: "en")])
        own.nodes["wait"] = .queue(.init(queue: "sales", agentAnnouncement: []))
        call = .inbound(
            "c1", tenant: "t", from: "139", to: "400", on: media,
            flow: FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: own)), at: second(0))
        #expect(announced().commands(for: "c1").contains(.bridge(with: agentLeg)))
    }

    @Test mutating func `an agent without digits in his name is announced by his telephone`() {
        call.rules = TalkRules(announcement: AgentAnnouncement(texts: ["en": "{agentNumber}"]))
        wait()
        tell(.offer(.to("amy"), phone: "201"), 5)
        let said = said(tell(.legAnswered(agentLeg), 8))
        #expect(said.last == [.speech("2 0 1", language: "en")])
    }

    @Test mutating func `the agent's name is said where it is known, else his number`() {
        call.rules = TalkRules(announcement: AgentAnnouncement(texts: ["en": "{agentName}, {agentNumber}"]))
        wait()
        tell(.offer(.to("agent1001"), phone: "201"), 5)
        call.names = ["agent1001": "Zhang Wei"]
        #expect(said(tell(.legAnswered(agentLeg), 8)).last == [.speech("Zhang Wei, 1 0 0 1", language: "en")])
    }

    // MARK: Out of the queue

    @Test mutating func `a key leads out of the queue, and a callback keeps the place`() {
        wait()
        #expect(tell(.digit("c1", "7"), 10).isEmpty, "a key that leads nowhere does nothing")
        let actions = tell(.digit("c1", "1"), 31)
        #expect(actions.contains(.dequeue) && call.phase == .inFlow)
        let asked = tasks(actions)
        #expect(
            asked.first?.task
                == .callback(
                    RequestCallback(
                        callID: "c1", queueID: "sales", number: "13900000001", enqueuedAt: second(1), priority: 300,
                        skills: ["english"], attributes: [:], called: call.accessNumber)))
        let done = tell(.flowAnswered(step: asked.first?.step ?? 0, .done), 32)
        #expect(done.ended.first?.reason == .flowEnded)
        #expect(done.ended.first?.segments.map(\.reason) == ["queued", "leftByKey", "flowEnded"])
    }

    @Test mutating func `a key while an agent's telephone rings stops it and frees him`() {
        wait()
        tell(.offer(.to("agent1001"), phone: "201"), 5)
        let actions = tell(.digit("c1", "1"), 8)
        #expect(actions.commands(for: agentLeg) == [.hangUp(.local)])
        #expect(actions.contains(.agent("agent1001", .offerEnded("c1", .callerGone))))
        #expect(actions.contains(.offerEnded("agent1001", offer: 1, .callerGone)))
        #expect(call.peer == nil && call.phase == .inFlow)
    }

    // MARK: Messages

    private mutating func speak() -> [CallAction] {
        wait()
        tell(.digit("c1", "2"), 3)
        return tell(.playFinished("c1", playID: call.playing?.playID ?? 0, .finished), 4)
    }

    @Test mutating func `a message is a recording of the caller alone, in the queue's box`() {
        let began = speak().commands(for: "c1")
        #expect(began.contains(.record("c1-r1", of: "c1", customer: "c1", agent: nil)))
        #expect(
            began.contains(
                .describeRecording(
                    "c1-r1",
                    RecordingAbout(
                        direction: .inbound, customerNumber: "13900000001", line: "400", queueID: "sales"))))
        #expect(began.contains { if case .detectAnswer(let ear) = $0 { ear.problem == nil } else { false } })
        let left = tell(.answerClassified("c1", .human), 14)
        #expect(left.commands(for: "c1").contains(.stopRecording("c1-r1")))
        let messages = messages(left)
        #expect(messages.map(\.recordingID) == ["c1-r1"] && messages.map(\.queueID) == ["sales"])
        #expect(messages.map(\.durationMicroseconds) == [10_000_000])
        #expect(left.ended.first?.recordings == ["c1-r1"] && left.ended.first?.attributes["message"] == "c1-r1")
    }

    @Test mutating func `what he has said is played to him, and then he is asked again`() throws {
        var flow = Flow.service
        flow.nodes["message"] = .voicemail(.init(silenceSeconds: 4, review: true, queue: "sales", next: "bye"))
        call.flow = FlowProgram(main: PublishedFlow(flowID: "service", version: 1, flow: flow))
        _ = speak()
        let asked = tell(.answerClassified("c1", .human), 14)
        let review = FlowPhrase.review(language: "en")
        #expect(asked.commands(for: "c1").first == .stopRecording("c1-r1"))
        let heard = tell(.digit("c1", "3"), 16)
        let id = try #require(heard.playID(on: "c1"))
        #expect(
            heard.commands(for: "c1") == [
                .play(playID: id, prompts: [.recording("c1-r1"), review], loop: false, stopsOnDigit: true)
            ])
        #expect(messages(tell(.digit("c1", "1"), 20)).map(\.recordingID) == ["c1-r1"])
    }

    @Test mutating func `who hangs up while he speaks has left his message, once`() {
        _ = speak()
        let left = tell(.legEnded("c1", .remote), 9)
        #expect(messages(left).count == 1)
        #expect(left.ended.count == 1)
    }
}

extension PublishedFlow {
    static let service = PublishedFlow(flowID: "service", version: 1, flow: .service)
    static let survey = PublishedFlow(
        flowID: "survey", version: 1,
        flow: Flow(
            schema: 1, name: "Survey", language: "en", start: "ask",
            nodes: [
                "ask": .survey(.init(prompts: [.init(say: "Satisfied?")], scores: ["1": 5], next: "bye")),
                "bye": .hangUp,
            ]))
}

extension Flow {
    /// A queue that is left by keys, to be called back or to leave a message, and followed by a survey.
    static let service = Flow(
        schema: 1, name: "Service", language: "en", start: "wait",
        nodes: [
            "wait": .queue(
                .init(
                    queue: "sales", priority: 300, skills: ["english"], keys: ["1": "back", "2": "message"],
                    afterTalk: "ask")),
            "back": .callback(.init(queue: "sales", next: "bye", onFailed: "bye")),
            "message": .voicemail(.init(attribute: "message", silenceSeconds: 4, queue: "sales", next: "bye")),
            "ask": .survey(.init(prompts: [.init(say: "Satisfied?")], scores: ["1": 5, "2": 1], next: "bye")),
            "bye": .hangUp,
        ])
}
