import Contracts
import Hummingbird
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct DeskFeedTests {
    private let amy = AgentKey(tenant: "t", agentID: "amy")

    /// Signs in, and reads a screen up to the pause that follows; returns that event's id.
    private func read(_ board: Switchboard, _ cti: CTI) async throws -> String {
        let events = try await cti.desks.events(of: amy)
        try await board.ready("amy", phone: "201")
        _ = try await board.gate.command("amy", .pause(reason: "tea"), tenant: "t")
        for await event in events where event.data.contains("tea") { return event.id ?? "" }
        return ""
    }

    private func first(_ cti: CTI, after id: String) async throws -> ServerEvent? {
        var events = try await cti.desks.events(of: amy, after: id).makeAsyncIterator()
        return await events.next()
    }

    @Test func `a screen that was cut off goes on where it was`() async throws {
        try await Switchboard.run { board in
            let cti = try await board.start(1)
            let id = try await read(board, cti)
            _ = try await board.gate.command("amy", .pause(reason: "lunch"), tenant: "t")
            _ = try await board.gate.command("amy", .ready, tenant: "t")
            var names: [String] = []
            var data = ""
            for await event in try await cti.desks.events(of: amy, after: id) {
                names.append(event.name)
                data += event.data
                if names.count == 2 { break }
            }
            #expect(names == ["agent.state_changed", "agent.state_changed"])
            #expect(data.contains("lunch"))
            #expect(data.contains(#""status":"ready""#))
            #expect(!data.contains("tea"), "it has seen that")
        }
    }

    @Test func `a screen that comes from nowhere begins with a snapshot`() async throws {
        try await Switchboard.run { board in
            let cti = try await board.start(1)
            let id = try await read(board, cti)
            let stream = try #require(EventPlace(id)).stream
            for id in ["", "nonsense", "\(stream)#\(UInt64.max)", "\(stream)#1000", "other#1"] {
                #expect(try await first(cti, after: id)?.name == "snapshot", "\(id)")
            }
        }
    }

    @Test func `after a change of owner a screen begins with a snapshot`() async throws {
        try await Switchboard.run { board in
            let id = try await read(board, try await board.start(1))
            board.kill(1)
            let heir = try await board.start(2)
            #expect(try await first(heir, after: id)?.name == "snapshot")
        }
    }

    @Test func `what an agent did last is known to an instance that only listened`() async throws {
        try await Switchboard.run { board in
            let heir = try await board.start(2, owning: false)
            _ = try await board.start(1)
            try await board.ready("amy", phone: "201")
            let told = try await board.gate.command("amy", .pause(reason: "tea"), tenant: "t")
            while heir.tools.gaps.agents(in: .of("t")).first != told { await Task.yield() }
        }
    }

    @Test func `the feed is served over HTTP, and goes on after Last-Event-ID`() async throws {
        try await Switchboard.serve { board, people in
            let id = try await read(board, people.cti)
            let name = try #require(HTTPField.Name("Last-Event-ID"))
            async let answer = people.amy.send(.get, "/v1/events", headers: [name: id])
            while people.cti.desks.connected == 0 { await Task.yield() }
            _ = try await board.gate.command("amy", .ready, tenant: "t")
            board.kill(1)
            let text = try await answer.text
            #expect(!text.contains("event: snapshot"))
        }
    }
}
