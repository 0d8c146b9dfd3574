import Contracts
import Foundation
import TestSupport
import Testing

@testable import MediaServer

@Suite struct SwitchStateTests {
    var state = SwitchState()

    @Test mutating func `an incoming leg is told of and waits to be claimed`() {
        #expect(told(.arrived(leg("a"))) == ["leg.arrived a", "await claim a"])
    }

    @Test mutating func `a leg that nobody claims is refused`() {
        _ = told(.arrived(leg("a")))
        #expect(told(.claimExpired("a")) == ["hang up a unavailable"])
    }

    @Test mutating func `a claimed leg outlives the time to claim`() {
        _ = told(.arrived(leg("a")))
        _ = told(command("a", .ring))
        #expect(told(.claimExpired("a")) == [])
    }

    @Test mutating func `a leg is answered once its answer is acknowledged`() {
        _ = told(.arrived(leg("a")))
        #expect(told(command("a", .answer)) == ["answer a", "done"])
        #expect(told(command("a", .answer)) == ["done"])
        #expect(told(.answered("a")) == ["expect sound a", "leg.answered a"])
    }

    @Test mutating func `a ringing leg is told of again when it begins to be heard, and may then be bridged`() {
        answer("a")
        dial("o")
        #expect(told(.ringing("o", hasSound: false)) == ["leg.ringing o"])
        #expect(told(.ringing("o", hasSound: false)) == [])
        #expect(told(command("a", .bridge(with: "o"))) == ["refused conflict"])
        #expect(told(.ringing("o", hasSound: true)) == ["leg.ringing o"])
        #expect(told(.ringing("o", hasSound: true)) == [])
        #expect(told(command("a", .bridge(with: "o"))) == ["bridge a o", "done"])
        #expect(told(.answered("o")) == ["expect sound o", "leg.answered o"])
        #expect(told(command("a", .bridge(with: "o"))) == ["done"])
        #expect(told(.ringing("o", hasSound: true)) == [])
    }

    @Test mutating func `only an answered leg ends for its silence`() {
        _ = told(.arrived(leg("a")))
        #expect(told(.mediaTimedOut("a")) == [])
        answer("b")
        #expect(told(.mediaTimedOut("b")) == ["hang up b mediaTimeout"])
    }

    @Test mutating func `a stopping switch hangs everybody up and takes no more`() {
        answer("a", "b")
        _ = told(command("b", .hangUp(.local)))
        #expect(told(.stop) == ["hang up a unavailable"])
        #expect(!state.canTakeMore())
    }

    @Test mutating func `keys come no faster than a hand can press them`() {
        answer("a")
        let told = (1...100).flatMap { _ in state.handle(.digit("a", "1"), at: Timestamp(microseconds: 1)) }
        #expect(told.count == KeyAllowance.perSecond)
        #expect(state.handle(.digit("a", "1"), at: Timestamp(microseconds: 1_000_001)).count == 1)
    }

    @Test mutating func `nothing is played before the answer`() {
        _ = told(.arrived(leg("a")))
        let play = LegCommand.play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false)
        #expect(told(command("a", play)) == ["refused conflict"])
    }

    @Test mutating func `the commands before a refused one are done`() {
        _ = told(.arrived(leg("a")))
        let play = LegCommand.play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false)
        #expect(told(command("a", .ring, play, .answer)) == ["ring a", "refused conflict"])
    }

    @Test mutating func `two answered legs are bridged and come apart when one ends`() {
        answer("a", "b")
        #expect(told(command("a", .bridge(with: "b"))) == ["bridge a b", "done"])
        #expect(state.legs["b"]?.bridgedWith == "a")
        #expect(told(.ended("b", .remote, sipStatus: nil)) == ["unbridge b a", "release b", "leg.ended b"])
        #expect(state.legs["a"]?.bridgedWith == nil)
    }

    @Test mutating func `a bridge with a third leg takes the old one apart first`() {
        answer("a", "b", "c")
        _ = told(command("a", .bridge(with: "b")))
        #expect(told(command("a", .bridge(with: "c"))) == ["unbridge a b", "bridge a c", "done"])
        #expect(state.legs["b"]?.bridgedWith == nil)
    }

    @Test mutating func `legs of two tenants are never bridged`() {
        answer("a")
        _ = told(.arrived(leg("x", tenant: "other")))
        _ = told(.answered("x"))
        #expect(told(command("a", .bridge(with: "x"))) == ["refused notFound"])
    }

    @Test mutating func `a command for another tenant's leg finds no leg`() {
        answer("a")
        let stranger = SwitchState.Input.command(
            CommandLeg(legID: "a", commands: [.hangUp(.local)]), tenant: "other", reply: ReplyToken(number: 1))
        #expect(told(stranger) == ["refused notFound"])
    }

    @Test mutating func `a leg is hung up once and ends once`() {
        answer("a")
        #expect(told(command("a", .hangUp(.local))) == ["hang up a local", "done"])
        #expect(told(command("a", .hangUp(.local))) == ["done"])
        #expect(told(.ended("a", .local, sipStatus: nil)) == ["release a", "leg.ended a"])
        #expect(told(.ended("a", .local, sipStatus: nil)) == [])
    }

    @Test mutating func `a leg that is told to end is heard no more, though its telephone has still to answer that`() {
        answer("a", "b")
        _ = told(command("a", .bridge(with: "b")))
        #expect(told(command("b", .hangUp(.local))) == ["unbridge b a", "hang up b local", "done"])
        #expect(state.legs["a"]?.bridgedWith == nil)
        #expect(told(.ended("b", .local, sipStatus: nil)) == ["release b", "leg.ended b"])
    }

    @Test mutating func `a recording ends with the leg that asked for it`() {
        answer("a", "b")
        #expect(told(command("a", .record("r", of: "c1", customer: "a", agent: "b"))) == ["record r a b", "done"])
        #expect(told(.ended("a", .remote, sipStatus: nil)) == ["stop recording r", "release a", "leg.ended a"])
        #expect(told(command("b", .stopRecording("r"))) == ["done"])
    }

    @Test mutating func `a recording is described, paused and resumed while it runs, and not after`() {
        answer("a")
        #expect(told(command("a", .pauseRecording("r"))) == ["refused notFound"])
        _ = told(command("a", .record("r", of: "c1", customer: "a", agent: nil)))
        #expect(
            told(
                command(
                    "a", .describeRecording("r", RecordingAbout(agentID: "amy")), .pauseRecording("r"),
                    .resumeRecording("r"), .stopRecording("r")))
                == ["describe r amy", "pause recording r", "resume recording r", "stop recording r", "done"])
        #expect(told(command("a", .resumeRecording("r"))) == ["refused notFound"])
        #expect(told(command("a", .describeRecording("r", RecordingAbout()))) == ["done"])
    }

    @Test mutating func `a recording that another leg has taken over goes on when the first leg ends`() {
        answer("a", "b")
        _ = told(command("a", .record("r", of: "c1", customer: "a", agent: "b")))
        _ = told(command("b", .record("r", of: "c1", customer: "a", agent: "b")))
        #expect(told(.ended("a", .remote, sipStatus: nil)) == ["release a", "leg.ended a"])
        #expect(told(.ended("b", .remote, sipStatus: nil)) == ["stop recording r", "release b", "leg.ended b"])
    }

    @Test mutating func `a call asked for twice is made once`() {
        let request = OriginateLeg(
            legID: "o", destination: .phone("1001"), from: "4001", ringSeconds: 20, context: Data())
        let outbound = leg("o", isOutbound: true)
        #expect(told(.originate(outbound, request, reply: ReplyToken(number: 1))) == ["dial o", "done"])
        #expect(told(.originate(outbound, request, reply: ReplyToken(number: 2))) == ["done"])
    }

    @Test mutating func `a full switch makes no more calls`() {
        state.capacity = 1
        _ = told(.arrived(leg("a")))
        let request = OriginateLeg(
            legID: "o", destination: .phone("1001"), from: "4001", ringSeconds: 20, context: Data())
        #expect(
            told(.originate(leg("o", isOutbound: true), request, reply: ReplyToken(number: 1))) == [
                "refused unavailable"
            ])
    }

    @Test mutating func `the context stays until it is replaced`() {
        answer("a")
        let tagged = CommandLeg(legID: "a", commands: [], context: Data("one".utf8))
        _ = told(.command(tagged, tenant: nil, reply: ReplyToken(number: 1)))
        _ = told(command("a", .stopPlaying))
        #expect(state.legs["a"]?.context == Data("one".utf8))
    }

    // MARK: Words

    mutating func answer(_ ids: LegID...) {
        for id in ids {
            _ = told(.arrived(leg(id)))
            _ = told(command(id, .answer))
            _ = told(.answered(id))
        }
    }

    mutating func dial(_ id: LegID) {
        let request = OriginateLeg(
            legID: id, destination: .phone("1001"), from: "4001", ringSeconds: 20, context: Data())
        _ = told(.originate(leg(id, isOutbound: true), request, reply: ReplyToken(number: 1)))
    }

    func leg(_ id: LegID, tenant: TenantID = "demo", isOutbound: Bool = false) -> Leg {
        Leg(
            id: id, tenant: tenant, isOutbound: isOutbound, from: "13800138000", to: "4001", trunkID: "carrier",
            phoneID: nil, arrivedAt: Timestamp(microseconds: 0), state: isOutbound ? .dialling : .arrived)
    }

    func command(_ id: LegID, _ commands: LegCommand...) -> SwitchState.Input {
        .command(CommandLeg(legID: id, commands: commands), tenant: "demo", reply: ReplyToken(number: 1))
    }

    mutating func told(_ input: SwitchState.Input) -> [String] {
        state.handle(input, at: Timestamp(microseconds: 1)).map(words)
    }

    func words(_ action: SwitchState.Action) -> String {
        switch action {
        case .dial(let leg, _): "dial \(leg.id)"
        case .ring(let leg): "ring \(leg)"
        case .answer(let leg): "answer \(leg)"
        case .hangUp(let leg, let cause): "hang up \(leg) \(cause)"
        case .play(let leg, let playID, _, _, _): "play \(leg) \(playID)"
        case .stopPlaying(let leg): "stop playing \(leg)"
        case .bridge(let left, let right): "bridge \(left) \(right)"
        case .unbridge(let left, let right): "unbridge \(left) \(right)"
        case .sendDigits(let leg, let digits): "send \(digits) \(leg)"
        case .relayDigit(let leg, let digit): "relay \(digit) \(leg)"
        case .acceptReferral(let leg): "accept transfer \(leg)"
        case .refuseReferral(let leg, let status): "refuse transfer \(leg) \(status)"
        case .concludeReferral(let leg, let status): "conclude transfer \(leg) \(status)"
        case .detectAnswer(let leg, _): "detect answer \(leg)"
        case .askToAnswer(let leg): "ask to answer \(leg)"
        case .part(let leg): "part \(leg)"
        case .arrange(let call, let seats):
            "arrange \(call)" + seats.map { " \($0.legID)" }.joined()
        case .record(let id, _, _, let customer, let agents):
            "record \(id) \(customer?.rawValue ?? "-") \(agents.isEmpty ? "-" : agents.map(\.rawValue).joined(separator: "+"))"
        case .describeRecording(let id, let about): "describe \(id) \(about.agentID?.rawValue ?? "-")"
        case .pauseRecording(let id): "pause recording \(id)"
        case .resumeRecording(let id): "resume recording \(id)"
        case .stopRecording(let id): "stop recording \(id)"
        case .fax(let id, let order): "\(order.sends ? "send" : "receive") fax \(order.id) on \(id)"
        case .recognize(let leg, let order): "recognize \(order.recognitionID) on \(leg)"
        case .stopRecognizing(let leg): "stop recognizing \(leg)"
        case .expectSound(let leg): "expect sound \(leg)"
        case .release(let leg, _): "release \(leg)"
        case .awaitClaim(let leg): "await claim \(leg)"
        case .publish(let fact, _): "\(type(of: fact).topic) \(fact.subject)"
        case .reply(_, let failure): failure.map { "refused \($0.kind)" } ?? "done"
        }
    }
}
