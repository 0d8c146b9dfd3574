import Contracts
import TestSupport
import Testing

@testable import CTI

/// The agent asks somebody while the customer waits.
@Suite struct ConsultTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    /// Amy's, who has the call, and whoever is called next.
    let amy: LegID = "c1-1"
    let bob: LegID = "c1-2"

    init() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.offer(.to("amy"), phone: "201"), 5)
        tell(.legAnswered(amy), 8)
    }

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    private mutating func askBob() {
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        tell(.legAnswered(bob), 25)
    }

    @Test mutating func `whoever asks leaves the customer to music, and hears it ring`() {
        let actions = tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        #expect(call.phase == .held)
        #expect(actions.commands(for: "c1").first == .unbridge)
        #expect(call.playing?.purpose == .music)
        guard case .play(_, [.ringback], true, _)? = actions.commands(for: amy).first else {
            Issue.record("Amy hears nothing")
            return
        }
        #expect(
            actions.contains(.originate(bob, .phone("202"), from: "13900000001", displayName: nil, ringSeconds: 30)))
        #expect(actions.contains(.agent("amy", .holdChanged("c1", isHeld: true))))
        #expect(call.parties.map(\.role) == [.consulted])
    }

    @Test mutating func `whoever is asked talks with the agent once he answers`() {
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        let actions = tell(.legAnswered(bob), 25)
        #expect(actions.commands(for: amy) == [.bridge(with: bob)])
        #expect(actions.commands(for: "c1").isEmpty, "the music goes on")
        #expect(actions.contains(.agent("bob", .answered("c1"))))
    }

    @Test mutating func `a number that is heard before it answers is heard by who asks`() {
        tell(.consult(by: "amy", .number("10086")), 20)
        #expect(tell(.earlySound(bob), 21).commands(for: amy) == [.bridge(with: bob)])
        #expect(tell(.legAnswered(bob), 25).commands(for: amy).isEmpty)
    }

    @Test mutating func `the agent goes to and fro, and whoever is left alone hears music`() {
        askBob()
        let toCustomer = tell(.swap(by: "amy"), 30)
        #expect(call.phase == .talking)
        #expect(toCustomer.commands(for: "c1") == [.bridge(with: amy)])
        guard case .play(_, [.music], true, _)? = toCustomer.commands(for: bob).last else {
            Issue.record("Bob hears no music")
            return
        }
        let toBob = tell(.swap(by: "amy"), 35)
        #expect(call.phase == .held)
        #expect(toBob.commands(for: amy) == [.bridge(with: bob)])
        #expect(toBob.commands(for: "c1").first == .unbridge)
    }

    @Test mutating func `a consult that is given up leads back to the customer`() {
        askBob()
        let actions = tell(.giveUp(by: "amy"), 30)
        #expect(actions.commands(for: bob).last == .hangUp(.local))
        #expect(actions.contains(.agent("bob", .callEnded("c1"))))
        #expect(actions.commands(for: "c1") == [.bridge(with: amy)])
        #expect(call.parties.isEmpty)
        #expect(tell(.giveUp(by: "amy"), 31).refusal?.code == "noConsult")
    }

    @Test mutating func `whoever does not answer is asked no more, and the customer still waits`() {
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        let actions = tell(.legEnded(bob, .noAnswer), 50)
        #expect(actions.contains(.agent("bob", .offerEnded("c1", .noAnswer))))
        #expect(actions.commands(for: amy) == [.stopPlaying])
        #expect(call.phase == .held)
        #expect(tell(.retrieve(by: "amy"), 51).commands(for: "c1") == [.bridge(with: amy)])
    }

    @Test mutating func `an attended transfer gives the call to whom was asked, with a recording of its own`() throws {
        askBob()
        let actions = tell(.complete(by: "amy"), 30)
        #expect(
            actions.commands(for: "c1").prefix(3) == [
                .bridge(with: bob), .stopRecording("c1-r1"),
                .record("c1-r2", of: "c1", customer: "c1", agent: bob),
            ])
        #expect(actions.commands(for: amy).last == .hangUp(.local))
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(actions.contains(.agent("bob", .tookCharge("c1", afterCallWorkSeconds: 30))))
        let ended = try #require(tell(.legEnded("c1", .remote), 60).ended.first)
        #expect(ended.agentID == "bob")
        #expect(ended.recordings == ["c1-r1", "c1-r2"])
        #expect(ended.segments.map(\.kind) == [.ivr, .queue, .ring, .talk, .hold, .talk])
        #expect(ended.segments.map(\.agentID) == [nil, nil, "amy", "amy", "amy", "bob"])
    }

    @Test mutating func `nobody gets a call who has not answered`() {
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        #expect(tell(.complete(by: "amy"), 21).refusal?.code == "notAnswered")
        #expect(tell(.join(by: "amy"), 21).refusal?.code == "notAnswered")
        #expect(tell(.consult(by: "amy", .number("123")), 22).refusal?.code == "consultUnderWay")
    }

    @Test mutating func `an agent who hangs up while he asks leaves the customer to whom he asked`() {
        askBob()
        let actions = tell(.legEnded(amy, .remote), 30)
        #expect(call.phase == .talking)
        #expect(call.peer?.agentID == "bob")
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
    }

    @Test mutating func `three talk in a room, and the recording goes on`() {
        askBob()
        let actions = tell(.join(by: "amy"), 30)
        let seats = [RoomSeat("c1", .talk), RoomSeat(amy, .talk), RoomSeat(bob, .talk)]
        #expect(actions.commands(for: "c1") == [.confer("c1", seats)])
        #expect(call.recording == "c1-r1")
        #expect(actions.contains(.agent("amy", .holdChanged("c1", isHeld: false))))
    }

    @Test mutating func `of three whoever leaves, the others talk on`() {
        askBob()
        tell(.join(by: "amy"), 30)
        var other = self
        #expect(other.tell(.legEnded(bob, .remote), 40).commands(for: "c1") == [.bridge(with: amy)])
        #expect(other.call.peer?.agentID == "amy")
        let actions = tell(.hangUp(by: "amy"), 40)
        #expect(call.peer?.agentID == "bob")
        #expect(actions.commands(for: "c1").first == .bridge(with: bob))
        #expect(actions.ended.isEmpty)
        #expect(tell(.hangUp(by: "bob"), 50).ended.first?.reason == .agentHungUp)
    }

    @Test mutating func `a conference grows, and its agent removes whom he likes`() {
        askBob()
        tell(.join(by: "amy"), 30)
        let asking = tell(.consult(by: "amy", .number("10086")), 40)
        // Customer and Bob talk on while Amy asks.
        #expect(asking.commands(for: "c1") == [.bridge(with: bob)])
        tell(.legAnswered("c1-3"), 45)
        let four = tell(.join(by: "amy"), 50)
        #expect(
            four.commands(for: "c1") == [
                .confer("c1", ["c1", amy, bob, "c1-3"].map { RoomSeat($0, .talk) })
            ])
        #expect(tell(.remove("c1-9", by: "amy"), 51).refusal?.code == "partyNotFound")
        let three = tell(.remove("c1-3", by: "amy"), 52)
        #expect(three.commands(for: "c1-3") == [.hangUp(.local)])
        #expect(three.commands(for: "c1") == [.confer("c1", ["c1", amy, bob].map { RoomSeat($0, .talk) })])
        #expect(tell(.transfer(by: "amy", to: .number("123")), 53).refusal?.code == "inConference")
    }

    @Test mutating func `a queue is asked: its next best agent rings, and the customer keeps his music`() {
        let actions = tell(.consult(by: "amy", .queue("tech", priority: 5)), 20)
        #expect(call.waitingCall?.queueID == "tech")
        #expect(actions.contains { if case .enqueue(let call) = $0 { call.mustBeTaken == true } else { false } })
        let offered = tell(.offer(.to("bob", number: 7, queue: "tech"), phone: "202"), 22)
        #expect(
            offered.contains(.originate(bob, .phone("202"), from: "13900000001", displayName: nil, ringSeconds: 15)))
        let missed = tell(.legEnded(bob, .noAnswer), 40)
        #expect(missed.contains(.offerEnded("bob", offer: 7, .noAnswer)))
        #expect(call.waitingCall?.refusedBy == ["bob"])
        tell(.offer(.to("cat", number: 8, queue: "tech"), phone: "203"), 41)
        let answered = tell(.legAnswered("c1-3"), 45)
        #expect(answered.contains(.offerEnded("cat", offer: 8, .answered)))
        #expect(answered.commands(for: amy) == [.bridge(with: "c1-3")])
        #expect(call.waitingCall == nil)
    }

    @Test mutating func `whoever gives up asking in a queue leaves it`() {
        tell(.consult(by: "amy", .queue("tech", priority: 5)), 20)
        let actions = tell(.giveUp(by: "amy"), 22)
        #expect(actions.contains(.dequeue))
        #expect(tell(.offer(.to("bob", number: 7, queue: "tech"), phone: "202"), 23).refusal?.kind == .conflict)
    }

    @Test mutating func `when the customer leaves, all are let go`() {
        askBob()
        let actions = tell(.legEnded("c1", .remote), 30)
        #expect(actions.contains(.agent("amy", .callEnded("c1"))))
        #expect(actions.contains(.agent("bob", .callEnded("c1"))))
        #expect(actions.commands(for: bob) == [.hangUp(.local)])
        #expect(actions.ended.count == 1)
    }

    @Test mutating func `all whom it concerns hear who is in the call`() throws {
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        let told = tell(.legAnswered(bob), 25).compactMap { action -> CallPartiesChanged? in
            if case .publish(.partiesChanged(let fact)) = action { fact } else { nil }
        }
        let fact = try #require(told.first)
        #expect(fact.agents == ["amy", "bob"])
        #expect(fact.parties == [CallParty(legID: bob, agentID: "bob", number: nil, role: .consulted, isUp: true)])
    }
}
