import Contracts
import TestSupport
import Testing

@testable import MediaServer

extension SwitchStateTests {
    private static let listening = [RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("s", .listen)]

    private mutating func confer(_ seats: RoomSeat...) -> [String] { told(command("a", .confer("c", seats))) }

    @Test mutating func `a supervisor joins a bridged call, and being told again changes nothing`() {
        answer("a", "b", "s")
        _ = told(command("a", .bridge(with: "b")))
        let confer = command("a", .confer("c", Self.listening))
        #expect(told(confer) == ["unbridge a b", "arrange c a b s", "done"])
        #expect(told(confer) == ["done"])
        #expect(state.legs["a"]?.bridgedWith == nil)
        #expect(state.legs["s"]?.snapshot(state.rooms).room == "c")
        #expect(state.legs["s"]?.snapshot(state.rooms).role == .listen)
    }

    @Test mutating func `a role is changed without anybody leaving`() {
        answer("a", "b", "s")
        _ = told(command("a", .confer("c", Self.listening)))
        #expect(
            confer(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("s", .whisper(to: "b")))
                == ["arrange c a b s", "done"])
        #expect(state.rooms.role(of: "s") == .whisper(to: "b"))
    }

    @Test mutating func `who is not named any more is parted`() {
        answer("a", "b", "s")
        _ = told(command("a", .confer("c", Self.listening)))
        #expect(confer(RoomSeat("a", .talk), RoomSeat("s", .talk)) == ["part b", "arrange c a s", "done"])
        #expect(state.rooms.room(of: "b") == nil)
        #expect(confer() == ["part a", "part s", "arrange c", "done"])
        #expect(state.rooms == Rooms())
    }

    @Test mutating func `a leg that ends leaves the room, and the others go on`() {
        answer("a", "b", "s")
        _ = told(command("a", .confer("c", Self.listening)))
        #expect(told(.ended("a", .remote, sipStatus: nil)) == ["arrange c b s", "release a", "leg.ended a"])
        #expect(told(command("b", .unbridge)) == ["part b", "arrange c s", "done"])
        #expect(told(.ended("s", .remote, sipStatus: nil)) == ["arrange c", "release s", "leg.ended s"])
        #expect(state.rooms == Rooms())
    }

    @Test mutating func `a leg sits in one room, or is on one bridge`() {
        answer("a", "b", "s", "x")
        _ = told(command("a", .confer("c", Self.listening)))
        let other = command("x", .confer("d", [RoomSeat("x", .talk), RoomSeat("s", .talk)]))
        #expect(told(other) == ["part s", "arrange c a b", "arrange d x s", "done"])
        #expect(
            told(command("b", .bridge(with: "x"))) == [
                "part b", "arrange c a", "part x", "arrange d s", "bridge b x", "done",
            ])
    }

    @Test mutating func `what is played to a leg ends when it sits down, not when its role changes`() {
        answer("a", "b", "s")
        let play = LegCommand.play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false)
        _ = told(command("s", play))
        #expect(
            told(command("a", .confer("c", Self.listening))) == ["stop playing s", "arrange c a b s", "done"])
        _ = told(command("s", play))
        #expect(
            confer(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("s", .talk)) == ["arrange c a b s", "done"])
    }

    @Test mutating func `all who talk in a call's room are on its recording, the customer left, the others right`() {
        answer("a", "b", "s")
        _ = told(command("a", .record("r", of: "c", customer: "a", agent: "b")))
        #expect(
            told(command("a", .confer("c", Self.listening))) == ["arrange c a b s", "record r a b", "done"])
        #expect(
            confer(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("s", .talk))
                == ["arrange c a b s", "record r a b+s", "done"])
        #expect(
            confer(RoomSeat("a", .talk), RoomSeat("b", .apart), RoomSeat("s", .talk))
                == ["arrange c a b s", "record r a s", "done"])
        #expect(
            told(.ended("s", .remote, sipStatus: nil))
                == ["arrange c a b", "record r a -", "release s", "leg.ended s"])
        #expect(confer() == ["part a", "part b", "arrange c", "record r a b", "done"])
    }

    @Test mutating func `a room is for the tenant's own legs that are heard, each once`() {
        answer("a", "b")
        _ = told(.arrived(leg("x", tenant: "other")))
        _ = told(.answered("x"))
        _ = told(.arrived(leg("early")))
        let talk = { (id: LegID) in RoomSeat(id, .talk) }
        #expect(confer(talk("a"), talk("x")) == ["refused notFound"])
        #expect(confer(talk("a"), talk("gone")) == ["refused notFound"])
        #expect(confer(talk("a"), talk("early")) == ["refused conflict"])
        #expect(confer(talk("a"), talk("a")) == ["refused invalid"])
        #expect(
            told(command("a", .confer("c", (0..<33).map { talk(LegID(rawValue: "l\($0)")) }))) == ["refused invalid"])
        _ = confer(talk("a"), talk("b"))
        let stranger = SwitchState.Input.command(
            CommandLeg(legID: "x", commands: [.confer("c", [])]), tenant: "other", reply: ReplyToken(number: 1))
        #expect(told(stranger) == ["refused notFound"])
        #expect(state.rooms["c"].count == 2)
    }
}
