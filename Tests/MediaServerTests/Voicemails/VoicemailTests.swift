import Contracts
import Database
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(1))) struct VoicemailTests {
    private func message(
        _ id: RecordingID, queue: QueueID? = "sales", agent: AgentID? = nil, number: String = "138",
        at second: Int64 = 0
    ) -> VoicemailLeft {
        VoicemailLeft(
            recordingID: id, callID: "c1", queueID: queue, agentID: agent, customerNumber: number,
            accessNumber: "400", leftAt: Timestamp(microseconds: 1_700_000_000_000_000 + second * 1_000_000),
            durationMicroseconds: 7_000_000, attributes: ["vip": "yes\0"])
    }

    private func keep(_ messages: [VoicemailLeft], in database: Database) async throws {
        try await database.transaction(tenant: "*") { connection in
            for message in messages { try VoicemailStore.left(message, tenant: "t", in: connection) }
        }
    }

    @Test func `a message is kept once, is new, then heard, then done, each by whom`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            try await keep([message("r1"), message("r1")], in: database)
            let store = VoicemailStore(database: database)
            let new = try await store.find("r1", tenant: "t")
            #expect(new.state == .new && new.attributes == ["vip": "yes\u{fffd}"] && new.queueID == "sales")
            try await store.heard("r1", by: "amy", tenant: "t")
            try await store.heard("r1", by: "bob", tenant: "t")
            let heard = try await store.find("r1", tenant: "t")
            #expect(heard.state == .heard && heard.heardBy == "amy")
            try await store.change(
                "r1", VoicemailChange(assignedTo: "bob", isDone: true, note: "called back"), by: "bob", tenant: "t")
            let done = try await store.find("r1", tenant: "t")
            #expect(done.state == .done && done.doneBy == "bob" && done.assignedTo == "bob")
            #expect(done.note == "called back" && done.heardBy == "amy")
            try await store.change("r1", VoicemailChange(assignedTo: "", isDone: false), by: "bob", tenant: "t")
            let open = try await store.find("r1", tenant: "t")
            #expect(open.state == .heard && open.assignedTo == nil && open.doneBy == nil)
            await #expect(throws: Failure.self) { try await store.find("r1", tenant: "other") }
            await #expect(throws: Failure.self) {
                try await store.change("r9", VoicemailChange(isDone: true), by: "bob", tenant: "t")
            }
        }
    }

    @Test func `messages are found by box, state and whose they are, page by page`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            try await keep(
                [
                    message("r1", at: 1), message("r2", number: "139", at: 2),
                    message("r3", queue: nil, agent: "amy", at: 3), message("r4", queue: "help", at: 4),
                ], in: database)
            let store = VoicemailStore(database: database)
            func found(_ filter: VoicemailFilter) async throws -> [RecordingID] {
                try await store.list(filter, PageRequest(), tenant: "t").items.map(\.id)
            }
            #expect(try await found(VoicemailFilter()) == ["r4", "r3", "r2", "r1"])
            #expect(try await found(VoicemailFilter(queue: "sales")) == ["r2", "r1"])
            #expect(try await found(VoicemailFilter(agent: "amy")) == ["r3"])
            #expect(try await found(VoicemailFilter(number: "139", line: "400")) == ["r2"])
            #expect(try await found(VoicemailFilter(number: "13*")) == ["r4", "r3", "r2", "r1"])
            #expect(try await found(VoicemailFilter(number: "139*")) == ["r2"])
            #expect(try await found(VoicemailFilter(number: "1%*")).isEmpty)
            #expect(try await found(VoicemailFilter(visibleTo: "amy")) == ["r3"])
            try await store.change("r1", VoicemailChange(assignedTo: "amy", isHeard: true), by: "boss", tenant: "t")
            #expect(try await found(VoicemailFilter(visibleTo: "amy")) == ["r3", "r1"])
            #expect(try await found(VoicemailFilter(assignedTo: "amy", state: .heard)) == ["r1"])
            #expect(try await found(VoicemailFilter(state: .new)) == ["r4", "r3", "r2"])
            #expect(try await found(VoicemailFilter(state: .done)).isEmpty)
            let first = try await store.list(VoicemailFilter(), PageRequest(limit: 3), tenant: "t")
            let last = try #require(first.items.last)
            let rest = PageRequest(limit: 3, after: ["\(last.leftAt.microseconds)", last.id.rawValue])
            #expect(try await store.list(VoicemailFilter(), rest, tenant: "t").items.map(\.id) == ["r1"])
            #expect(try await store.isFor("amy", "r1", tenant: "t"))
            #expect(try await !store.isFor("bob", "r1", tenant: "t"))
        }
    }

    @Test func `a message whose recording is deleted is not in anybody's list any more`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            try await keep([message("r1"), message("r2")], in: database)
            let recordings = RecordingStore(database: database)
            let recording = Recording(
                id: "r1", callID: "c1", instance: "media-server/1", file: "r1.wav", state: .verified,
                startedAt: Timestamp(microseconds: 1_700_000_000_000_000), durationMicroseconds: 7_000_000, bytes: 100,
                problem: nil)
            try await recordings.put([OwnedRecording(tenant: "t", recording: recording)])
            try await recordings.setDeleted("r1", tenant: "t")
            let store = VoicemailStore(database: database)
            #expect(try await store.list(VoicemailFilter(), PageRequest(), tenant: "t").items.map(\.id) == ["r2"])
            #expect(try await recordings.find("r1", tenant: "t").state == .deleted)
        }
    }

    @Test(arguments: [["x", "r1"], ["-1", "r1"], ["9223372036854775807", "r1"], ["1"]])
    func `a cursor of another list is refused`(keys: [String]) async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let page = PageRequest(limit: 3, after: keys)
            await #expect(throws: Failure.self) {
                try await VoicemailStore(database: database).list(VoicemailFilter(), page, tenant: "t")
            }
        }
    }

    @Test func `an agent sees his own messages and deals with them, and assigns none`() async throws {
        try await withDatabase("media", Outbox.migrations + MediaServer.schema) { database in
            try await keep([message("r1"), message("r2", queue: nil, agent: "amy")], in: database)
            let routes = VoicemailRoutes(voicemails: VoicemailStore(database: database)).routes
            try await withDesk(user: "amy", roles: ["agent"]) {
                APIServer(service: "media-server", routes: routes, tokens: $0)
            } _: { desk in
                let list = try await desk.send("GET", "/v1/voicemails").decode(Page<Voicemail>.self)
                #expect(list.items.map(\.id) == ["r2"])
                try await desk.gets(404, "GET", "/v1/voicemails/r1")
                try await desk.gets(200, "GET", "/v1/voicemails/r2")
            }
        }
    }
}
