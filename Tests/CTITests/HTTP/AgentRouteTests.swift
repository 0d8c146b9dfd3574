import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct AgentRouteTests {
    private let me = "/v1/agents/me"

    @Test func `an agent signs in at a telephone, takes calls, pauses for a reason and leaves`() async throws {
        try await Switchboard.serve { _, people in
            let fresh = try await people.amy.gets(200, .get, me).decode(Shown.self)
            #expect(fresh.agent.status == .signedOut)
            let steps: [(path: String, body: String?, status: AgentStatus, reason: String?)] = [
                ("sign-in", #"{"phone": "201"}"#, .paused, "signedIn"), ("ready", nil, .ready, nil),
                ("pause", #"{"reason": "lunch"}"#, .paused, "lunch"), ("ready", nil, .ready, nil),
                ("sign-out", nil, .signedOut, nil),
            ]
            for step in steps {
                let agent = try await people.amy.gets(200, .post, "\(me)/\(step.path)", step.body)
                    .decode(AgentSnapshot.self)
                #expect(agent.status == step.status, "\(step.path)")
                #expect(agent.pauseReason == step.reason, "\(step.path)")
                #expect(agent.phoneID == (step.status == .signedOut ? nil : "201"), "\(step.path)")
            }
        }
    }

    @Test func `what makes no sense is refused in words`() async throws {
        try await Switchboard.serve { _, people in
            try await people.amy.gets(409, "signedOut", .post, "\(me)/ready")
            try await people.amy.gets(400, "phoneInvalid", .post, "\(me)/sign-in", #"{"phone": "a b/../c"}"#)
            try await people.amy.gets(400, .post, "\(me)/sign-in", "{}")
            try await people.amy.gets(400, .post, "\(me)/sign-in", "201")
            try await people.amy.gets(200, .post, "\(me)/sign-in", #"{"phone": "201"}"#)
            try await people.amy.gets(400, "reasonInvalid", .post, "\(me)/pause", #"{"reason": ""}"#)
            let long = String(repeating: "x", count: 65)
            try await people.amy.gets(400, "reasonInvalid", .post, "\(me)/pause", #"{"reason": "\#(long)"}"#)
            try await people.amy.gets(409, "noAfterCallWork", .post, "\(me)/after-call-work/end", "{}")
            let disposition = String(repeating: "x", count: 201)
            try await people.amy.gets(
                400, "dispositionInvalid", .post, "\(me)/after-call-work/end",
                #"{"disposition": "\#(disposition)"}"#)
            try await people.bob.gets(409, "phoneInUse", .post, "\(me)/sign-in", #"{"phone": "201"}"#)
        }
    }

    @Test func `an agent signs in at the telephone in his own browser, and in nobody else's`() async throws {
        try await Switchboard.serve { _, people in
            try await people.amy.gets(403, "phoneNotYours", .post, "\(me)/sign-in", #"{"phone": "browser:bob"}"#)
            try await people.amy.gets(200, .post, "\(me)/sign-in", #"{"phone": "browser:amy"}"#)
        }
    }

    @Test func `after-call work ends with what became of the call`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            await board.wait("c1")
            try await board.talk("amy", with: "c1")
            try await people.amy.gets(204, .post, "/v1/calls/c1/hang-up")
            let working = try await people.amy.gets(200, .get, me).decode(Shown.self)
            #expect(working.agent.status == .afterCallWork)
            let agent = try await people.amy.gets(
                200, .post, "\(me)/after-call-work/end", #"{"disposition": "sold"}"#
            ).decode(AgentSnapshot.self)
            #expect(agent.status == .ready)
        }
    }

    @Test func `agents are listed page by page, for supervisors`() async throws {
        try await Switchboard.serve { board, people in
            for (agent, phone) in [("bob", "202"), ("amy", "201"), ("eve", "203")] {
                _ = try await board.gate.command(
                    AgentID(rawValue: agent), .signIn(PhoneID(rawValue: phone)), tenant: "t")
            }
            let first = try await people.sue.gets(200, .get, "/v1/agents?limit=2").decode(Page<AgentSnapshot>.self)
            #expect(first.items.map(\.agentID) == ["amy", "bob"])
            let cursor = try #require(first.nextCursor)
            let rest = try await people.sue.gets(200, .get, "/v1/agents?limit=2&cursor=\(cursor)")
                .decode(Page<AgentSnapshot>.self)
            #expect(rest.items.map(\.agentID) == ["eve"])
            #expect(rest.nextCursor == nil)
            try await people.sue.gets(400, .get, "/v1/agents?cursor=nonsense")
            try await people.sue.gets(400, .get, "/v1/agents?limit=0")
            try await people.amy.gets(403, .get, "/v1/agents")
        }
    }

    @Test func `nobody is let in without a token`() async throws {
        try await Switchboard.serve { _, people in
            let stranger = Client(http: people.amy.http, token: "nonsense")
            try await stranger.gets(401, .get, me)
            try await stranger.gets(401, .post, "\(me)/ready")
            try await stranger.gets(401, .get, "/v1/events")
        }
    }
}

/// What `GET /v1/agents/me` answers.
private struct Shown: Decodable {
    struct Call: Decodable { let callID: CallID }
    let agent: AgentSnapshot
    let call: Call?
}
