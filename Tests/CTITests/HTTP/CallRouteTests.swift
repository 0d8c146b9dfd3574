import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct CallRouteTests {
    @Test func `an agent answers by button, holds, retrieves and hangs up`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            let leg = try await board.ring("amy", for: "c1")
            try await people.amy.gets(204, .post, "/v1/calls/c1/answer")
            await board.media.told.first { $0 == .init(leg: leg, command: .askToAnswer) }
            try await people.amy.gets(409, "notTalking", .post, "/v1/calls/c1/hold")
            board.media.answer(leg)
            await board.media.told.first { $0.command == .bridge(with: leg) }
            try await people.amy.gets(204, .post, "/v1/calls/c1/hold")
            #expect(try await people.amy.gets(200, .get, "/v1/calls/c1").decode(CallView.self).isHeld)
            try await people.amy.gets(204, .post, "/v1/calls/c1/retrieve")
            try await people.amy.gets(204, .post, "/v1/calls/c1/hang-up")
            #expect(try await board.ended("c1").reason == .agentHungUp)
            try await people.amy.gets(404, "callNotFound", .post, "/v1/calls/c1/hang-up")
        }
    }

    @Test func `a call is its own agent's, and may be looked at by supervisors`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            for verb in ["answer", "hold", "retrieve", "hang-up"] {
                try await people.bob.gets(404, "callNotFound", .post, "/v1/calls/c1/\(verb)")
            }
            try await people.bob.gets(404, "callNotFound", .post, "/v1/calls/c1/decline", "{}")
            try await people.bob.gets(404, "callNotFound", .post, "/v1/calls/c1/transfer", #"{"number": "123"}"#)
            try await people.bob.gets(404, "callNotFound", .get, "/v1/calls/c1")
            #expect(try await people.sue.gets(200, .get, "/v1/calls/c1").decode(CallView.self).phase == .talking)
            try await people.sue.gets(404, "callNotFound", .get, "/v1/calls/c9")
            try await people.bob.gets(403, .get, "/v1/calls")
        }
    }

    @Test func `an agent declines an offer and says why`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.ring("amy", for: "c1")
            let long = String(repeating: "x", count: 65)
            try await people.amy.gets(
                400, "reasonInvalid", .post, "/v1/calls/c1/decline", #"{"reason": "\#(long)"}"#)
            try await people.amy.gets(204, .post, "/v1/calls/c1/decline", #"{"reason": "not my subject"}"#)
            #expect(await board.acd.ended.first { _ in true }.outcome == .rejected)
            let agent = try await board.gate.desk(of: "amy", tenant: "t").desk.agent
            #expect(agent.pauseReason == AgentState.missed)
            #expect(try await board.gate.call("c1", tenant: "t").phase == .waiting)
        }
    }

    @Test func `a transfer names a queue that there is, or a number, and never both`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            let path = "/v1/calls/c1/transfer"
            try await people.amy.gets(400, "targetInvalid", .post, path, "{}")
            try await people.amy.gets(400, "targetInvalid", .post, path, #"{"queue": "tech", "number": "1"}"#)
            try await people.amy.gets(404, .post, path, #"{"queue": "none"}"#)
            try await people.amy.gets(400, "numberInvalid", .post, path, #"{"number": "call me"}"#)
            #expect(try await board.gate.call("c1", tenant: "t").phase == .talking)
            try await people.amy.gets(204, .post, path, #"{"queue": "tech"}"#)
            #expect(await board.acd.enqueued.first { $0.queueID == "tech" }.callID == "c1")
        }
    }

    @Test func `calls are listed page by page, oldest first`() async throws {
        try await Switchboard.serve { board, people in
            for call: CallID in ["c3", "c1", "c2"] { await board.wait(call) }
            let first = try await people.sue.gets(200, .get, "/v1/calls?limit=2").decode(Page<CallView>.self)
            #expect(first.items.map(\.callID) == ["c3", "c1"])
            let cursor = try #require(first.nextCursor)
            let rest = try await people.sue.gets(200, .get, "/v1/calls?cursor=\(cursor)").decode(Page<CallView>.self)
            #expect(rest.items.map(\.callID) == ["c2"])
            #expect(rest.nextCursor == nil)
            let agents = try await people.sue.gets(200, .get, "/v1/agents?limit=1")
            #expect(try agents.decode(Page<AgentSnapshot>.self).items.isEmpty)
        }
    }
}
