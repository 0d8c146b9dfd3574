import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// Callers in a conference, among the calls of a shard: what media-server is told, and what a new owner finds.
@Suite struct ConferenceCallTests {
    private static let flow = Flow(
        schema: 1, name: "Meet", language: "en", start: "meet",
        nodes: [
            "meet": .conference(.init(number: "100", name: "{caller}", next: "bye", onFailed: "bye")),
            "bye": .say(.init(text: "Bye", next: "end")), "end": .hangUp,
        ])
    private static let book = TenantBook(
        flows: ["meet": PublishedFlow(flowID: "meet", version: 1, flow: flow)], numbers: ["400": "meet"],
        conferences: ["100": ConferenceSettings(name: "Daily", moderatorPIN: nil)])

    private var state = ShardState(shard: .of("t"), books: ["t": book])
    private let room: CallID = "a-conference1"

    @discardableResult
    private mutating func tell(_ input: ShardInput, _ at: Double = 1) -> [ShardAction] {
        state.handle(input, at: second(at))
    }

    @discardableResult
    private mutating func joins(_ leg: LegID, at time: Double) -> [ShardAction] {
        let arrived = LegArrived(legID: leg, from: "139-\(leg)", to: "400", trunkID: nil)
        return tell(.leg(.arrived(arrived), tenant: "t", on: media), time)
            + tell(.leg(.answered(leg), tenant: "t", on: media), time)
    }

    private func seats(_ legs: LegID...) -> LegCommand { .confer(room, legs.map { RoomSeat($0, .talk) }) }

    @Test mutating func `the first hears music; then all sit in one room, and those who are there hear who comes`() {
        let first = joins("a", at: 1)
        #expect(first.commands.last?.commands == [.play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false)])
        let second = joins("b", at: 2).commands
        #expect(second.contains { $0.leg == "b" && $0.commands == [seats("a", "b")] })
        #expect(
            second.contains {
                $0.leg == "a"
                    && $0.commands == [
                        .play(
                            playID: 2, prompts: [.speech("139-b has joined.", language: "en")], loop: false,
                            stopsOnDigit: false)
                    ]
            })
        #expect(joins("c", at: 3).commands.contains { $0.commands == [seats("a", "b", "c")] })
        #expect(state.members(of: .init(tenant: "t", number: "100")).map(\.callID) == ["a", "b", "c"])
        #expect(state.calls["a"]?.segments.current.kind == .talk)
    }

    @Test mutating func `who presses the key goes on in his flow, and the others talk on`() {
        for (index, leg) in (["a", "b", "c"] as [LegID]).enumerated() { joins(leg, at: Double(index)) }
        let actions = tell(.leg(.digit("a", "*"), tenant: "t", on: media), 9).commands
        #expect(actions.contains { $0.leg == "c" && $0.commands == [seats("b", "c")] })
        #expect(actions.last?.leg == "a", "he hears the next prompt after he has left the room")
        #expect(state.calls["a"]?.run?.node == "bye")
        #expect(state.calls["a"]?.attributes["conference"] == "left")
    }

    @Test mutating func `who hangs up leaves; who is left alone hears of it, and then music`() {
        joins("a", at: 1)
        joins("b", at: 2)
        let actions = tell(.leg(.ended("b", .remote), tenant: "t", on: media), 5)
        #expect(actions.commands.first?.commands == [.confer(room, [])])
        #expect(actions.ended.first?.reason == .customerHungUp)
        #expect(actions.ended.first?.segments.map(\.kind) == [.talk])
        let play = actions.commands.last?.commands
        guard case .play(let playID, let prompts, _, _)? = play?.first else {
            return #expect(Bool(false), "\(play ?? [])")
        }
        #expect(prompts == [.speech("139-b has left.", language: "en")])
        let music = tell(.leg(.playFinished("a", playID: playID, .finished), tenant: "t", on: media), 6).commands
        #expect(music.first?.commands.first?.isMusic == true)
    }

    @Test mutating func `the moderator leaves and it is over: all go on in their flows`() throws {
        state.books["t"]?.conferences["100"] = ConferenceSettings(
            name: "Board", moderatorPIN: "9999", endsWithModerator: true)
        joins("a", at: 1)
        joins("b", at: 2)
        // Who leads says so by his PIN; here nobody is asked for one.
        let key = ConferenceKey(tenant: "t", number: "100")
        let seat = Conference.Seat(number: "100", room: room, isModerator: true, name: nil, joinedAt: second(3))
        _ = state.conferences[key]?.join(
            .init(callID: "m", legID: "m", seat: seat), state.books["t"]?.conferences["100"])
        let actions = state.leave(key, "m", at: second(4))
        #expect(actions.commands.contains { $0.commands == [.confer(room, [])] })
        for call in ["a", "b"] as [CallID] {
            #expect(state.calls[call]?.run?.node == "bye")
            #expect(state.calls[call]?.attributes["conference"] == "over")
        }
        #expect(state.conferences.isEmpty)
        #expect(actions.contains { if case .forgetRoom(room) = $0 { true } else { false } })
    }

    @Test mutating func `a supervisor sends somebody out, who is no member cannot be`() {
        joins("a", at: 1)
        joins("b", at: 2)
        _ = tell(.call("b", tenant: "t", .dismissedFromConference(number: "100")), 3)
        #expect(state.calls["b"]?.attributes["conference"] == "dismissed")
        #expect(tell(.call("b", tenant: "t", .dismissedFromConference(number: "100")), 4).refusal?.kind == .notFound)
    }

    @Test mutating func `a new owner finds the conference and seats who does not sit where he should`() throws {
        for (index, leg) in (["a", "b", "c"] as [LegID]).enumerated() { joins(leg, at: Double(index)) }
        var inheritance = try state.inheritance()
        // Two sit; the command that was to seat the third was lost with the former owner.
        inheritance.legs = inheritance.legs.map { instance, leg in
            (instance, leg.legID == "c" ? leg : leg.seated(in: room, as: .talk))
        }
        var heir = ShardState(shard: .of("t"), epoch: 2, books: ["t": Self.book])
        let actions = heir.takeOver(inheritance, at: second(10))
        #expect(heir.members(of: .init(tenant: "t", number: "100")).map(\.callID) == ["a", "b", "c"])
        #expect(actions.commands.map(\.commands) == [[seats("a", "b", "c")]], "and nothing else is done to anybody")
        let left = heir.handle(.leg(.ended("c", .remote), tenant: "t", on: media), at: second(11)).commands
        #expect(left.first?.commands == [seats("a", "b")])
    }

    @Test mutating func `all that is said to those in a conference goes in one lane`() throws {
        joins("a", at: 1)
        let call = try #require(state.calls["a"])
        #expect(call.lane(of: []) == room)
        #expect(call.lane(of: [.confer("other", [])]) == "other")
        _ = tell(.leg(.digit("a", "*"), tenant: "t", on: media), 2)
        #expect(state.calls["a"]?.lane(of: []) == "a")
    }
}
