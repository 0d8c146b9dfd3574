import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct SupervisionRouteTests {
    @Test func `a supervisor sees and touches only the agents of his own groups`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            try await board.ready("bob", phone: "202")
            let all = try await people.sue.gets(200, .get, "/v1/supervision/agents")
            #expect(
                try all.decode(Page<SupervisionRoutes.FloorAgent>.self).items.map(\.agent.agentID) == ["amy", "bob"])
            try await people.sue.gets(
                403, .put, "/v1/monitor-groups/a", #"{"name": "A", "supervisors": ["sue"], "members": ["amy"]}"#)
            try await people.boss.gets(
                200, .put, "/v1/monitor-groups/a", #"{"name": "A", "supervisors": ["sue"], "members": ["amy"]}"#)
            let mine = try await people.sue.gets(200, .get, "/v1/supervision/agents")
            #expect(try mine.decode(Page<SupervisionRoutes.FloorAgent>.self).items.map(\.agent.agentID) == ["amy"])
            try await people.sue.gets(404, "agentNotFound", .post, "/v1/supervision/agents/bob/sign-out")
            try await people.boss.gets(200, .post, "/v1/supervision/agents/bob/sign-out")
            let groups = try await people.sue.gets(200, .get, "/v1/supervision/groups")
            #expect(
                try groups.decode([SupervisionRoutes.GroupFigures].self) == [
                    .init(id: "a", name: "A", members: 1, online: 1, ready: 1, talking: 0, paused: 0)
                ])
            try await people.sue.gets(
                400, "reasonInvalid", .post, "/v1/supervision/agents/amy/pause", #"{"reason": ""}"#)
            let paused = try await people.sue.gets(
                200, .post, "/v1/supervision/agents/amy/pause", #"{"reason": "meeting"}"#)
            #expect(try paused.decode(AgentSnapshot.self).pauseReason == "meeting")
            try await people.boss.gets(204, .delete, "/v1/monitor-groups/a")
        }
    }

    @Test func `a supervisor sees the calls of his own groups' agents, and those that nobody has yet`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            try await people.boss.gets(
                200, .put, "/v1/monitor-groups/b", #"{"name": "B", "supervisors": ["sue"], "members": ["bob"]}"#)
            func seen() async throws -> [CallID] {
                try await people.sue.gets(200, .get, "/v1/calls").decode(Page<CallView>.self).items.map(\.callID)
            }
            #expect(try await seen().isEmpty)
            try await people.sue.gets(404, "callNotFound", .get, "/v1/calls/c1")
            try await people.sue.gets(404, "callNotFound", .patch, "/v1/calls/c1/data", #"{"data": {"a": "b"}}"#)
            let all = try await people.boss.gets(200, .get, "/v1/calls").decode(Page<CallView>.self)
            #expect(all.items.map(\.callID) == ["c1"], "administrators see everybody's")
            await board.wait("c2")
            #expect(try await seen() == ["c2"])
            try await people.boss.gets(
                200, .put, "/v1/monitor-groups/b", #"{"name": "B", "supervisors": ["sue"], "members": ["amy"]}"#)
            #expect(try await seen() == ["c1", "c2"])
        }
    }

    @Test func `who may not supervise may not, and who has no telephone cannot listen`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await people.sue.gets(409, "agentNotTalking", .post, "/v1/supervision/agents/amy/listen")
            try await board.talk("amy", with: "c1")
            try await people.bob.gets(403, .post, "/v1/supervision/agents/amy/listen")
            try await people.sue.gets(409, "signedOut", .post, "/v1/supervision/agents/amy/listen")
            _ = try await board.gate.command("sue", .signIn("299"), tenant: "t")
            try await people.sue.gets(200, .post, "/v1/supervision/agents/amy/listen")
            let leg = await board.media.originated.first { $0.destination == .phone("299") }.legID
            board.media.answer(leg)
            await board.media.told.first {
                if case .confer("c1", let seats) = $0.command { seats.last == RoomSeat(leg, .listen) } else { false }
            }
            #expect(try await people.sue.gets(200, .get, "/v1/calls/c1").decode(CallView.self).parties?.count == 1)
            try await people.sue.gets(200, .post, "/v1/supervision/agents/amy/release")
            #expect(try await board.ended("c1").segments.last?.reason == "released")
        }
    }

    @Test func `an agent asks a colleague, and gives him the call`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            try await board.ready("bob", phone: "202")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            let path = "/v1/calls/c1/consult"
            try await people.amy.gets(400, "targetInvalid", .post, path, "{}")
            try await people.amy.gets(400, "targetInvalid", .post, path, #"{"agent": "bob", "number": "1"}"#)
            try await people.amy.gets(409, "signedOut", .post, path, #"{"agent": "eve"}"#)
            try await people.amy.gets(204, .post, path, #"{"agent": "bob"}"#)
            let leg = await board.media.originated.first { $0.destination == .phone("202") }.legID
            try await people.amy.gets(409, "notAnswered", .post, "/v1/calls/c1/complete")
            try await people.bob.gets(200, .get, "/v1/calls/c1")
            try await people.bob.gets(204, .post, "/v1/calls/c1/answer")
            board.media.answer(leg)
            await board.media.told.first { $0.command == .bridge(with: leg) }
            try await people.amy.gets(204, .post, "/v1/calls/c1/complete")
            #expect(try await people.bob.gets(200, .get, "/v1/calls/c1").decode(CallView.self).agentID == "bob")
            try await people.amy.gets(404, .get, "/v1/calls/c1")
        }
    }

    @Test func `what goes with a call is changed by its agents and by supervisors`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            let path = "/v1/calls/c1/data"
            let set = try await people.amy.gets(200, .patch, path, #"{"data": {"order": "4711", "vip": "yes"}}"#)
            #expect(try set.decode(CallView.self).attributes["order"] == "4711")
            let merged = try await people.sue.gets(200, .patch, path, #"{"data": {"vip": null}}"#)
            #expect(try merged.decode(CallView.self).attributes == ["order": "4711"])
            try await people.bob.gets(404, .patch, path, #"{"data": {"a": "b"}}"#)
            let long = String(repeating: "x", count: 257)
            try await people.amy.gets(400, "dataInvalid", .patch, path, #"{"data": {"a": "\#(long)"}}"#)
        }
    }

    @Test func `a customer is parked, listed and taken back`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            try await board.ready("bob", phone: "202")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            try await people.amy.gets(204, .post, "/v1/calls/c1/park")
            let parked = try await people.bob.gets(200, .get, "/v1/parked-calls").decode([CallView].self)
            #expect(parked.map(\.parkSlot) == [1])
            try await people.bob.gets(204, .post, "/v1/calls/c1/pick-up")
            let leg = await board.media.originated.first { $0.destination == .phone("202") }.legID
            board.media.answer(leg)
            await board.media.told.first { $0.command == .bridge(with: leg) }
            #expect(try await people.bob.gets(200, .get, "/v1/parked-calls").decode([CallView].self).isEmpty)
        }
    }

    @Test func `an agent calls a number: his telephone first, then the number`() async throws {
        try await Switchboard.serve { board, people in
            try await people.amy.gets(409, "signedOut", .post, "/v1/calls", #"{"number": "10086"}"#)
            try await board.ready("amy", phone: "201")
            try await people.amy.gets(400, "numberInvalid", .post, "/v1/calls", #"{"number": "call me"}"#)
            let dialled = try await people.amy.gets(201, .post, "/v1/calls", #"{"number": "10086", "callID": "d1"}"#)
            #expect(try dialled.decode(CallView.self).phase == .calling)
            try await people.amy.gets(201, .post, "/v1/calls", #"{"number": "10086", "callID": "d1"}"#)
            try await people.amy.gets(409, "agentBusy", .post, "/v1/calls", #"{"number": "10086"}"#)
            let phone = await board.media.originated.first { $0.destination == .phone("201") }.legID
            board.media.answer(phone)
            let number = await board.media.originated.first { $0.destination == .number("10086") }.legID
            board.media.answer(number)
            await board.media.told.first { $0 == .init(leg: number, command: .bridge(with: phone)) }
            try await people.amy.gets(204, .post, "/v1/calls/d1/hang-up")
            #expect(try await board.ended("d1").reason == .agentHungUp)
        }
    }

    @Test func `settings of desks are checked, and count from then on`() async throws {
        try await Switchboard.serve { board, people in
            let path = "/v1/desk-settings"
            let settings = try await people.amy.gets(200, .get, path).decode(DeskSettings.self)
            #expect(settings == DeskSettings())
            let good = #"""
                {"pauseReasons": [{"reason": "break", "limitMinutes": 10}], "afterCallWork": "mandatory",
                "extensionSeconds": 30, "mostExtensions": 2, "experts": ["bob"]}
                """#
            try await people.amy.gets(403, .put, path, good)
            try await people.boss.gets(
                400, "reasonInvalid", .put, path, good.replacingOccurrences(of: ": 10}", with: ": 0}"))
            try await people.boss.gets(200, .put, path, good)
            try await board.ready("amy", phone: "201")
            try await board.ready("bob", phone: "202")
            let colleagues = try await people.amy.gets(200, .get, "/v1/colleagues")
                .decode(Page<AgentRoutes.Colleague>.self).items
            #expect(colleagues.map(\.seat) == [.ordinary, .expert])
            try await board.eventually {
                let paused = try await people.amy.gets(200, .post, "/v1/agents/me/pause", #"{"reason": "break"}"#)
                    .decode(AgentSnapshot.self)
                guard paused.until == nil else { return true }
                try await people.amy.gets(200, .post, "/v1/agents/me/ready")
                return false
            }
        }
    }
}

extension Switchboard {
    /// Looks until it is so: what is published reaches the shard a moment later.
    fileprivate func eventually(_ look: () async throws -> Bool) async throws {
        for _ in 0..<200 {
            if try await look() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("It did not come to pass.")
    }
}
