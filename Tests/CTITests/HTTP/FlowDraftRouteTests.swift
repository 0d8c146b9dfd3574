import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct FlowDraftRouteTests {
    private func bye(_ name: String) -> String {
        """
        {"schema": 1, "name": "\(name)", "language": "en", "start": "bye", "nodes": {"bye": {"type": "hangUp"}}}
        """
    }
    private let unfinished = #"{"schema": 1, "name": "New", "language": "en", "nodes": {"a": {"type": "say"}}}"#

    @Test func `an unfinished draft is kept, with what is still wrong with it`() async throws {
        try await Switchboard.serve { _, people in
            let saved = try await people.ann.gets(200, .put, "/v1/flows/new/draft", unfinished).decode(FlowDraft.self)
            #expect(saved.revision == 1)
            #expect(saved.savedBy == "ann")
            #expect(
                saved.problems.map { "\($0.node ?? ""): \($0.message)" } == [
                    ": The flow lacks “start”.", "a: It lacks “next”.", "a: It lacks “text”.",
                ])
            let read = try await people.ann.gets(200, .get, "/v1/flows/new/draft").decode(FlowDraft.self)
            #expect(read == saved)
            try await people.ann.gets(400, "flowInvalid", .post, "/v1/flows/new/publish")
            try await people.ann.gets(404, .get, "/v1/flows/new")
            let drafts = try await people.ann.gets(200, .get, "/v1/flow-drafts").decode(Page<FlowDraftSummary>.self)
            #expect(drafts.items.map(\.flowID) == ["new"])
            try await people.ann.gets(204, .delete, "/v1/flows/new/draft")
            try await people.ann.gets(404, "draftNotFound", .get, "/v1/flows/new/draft")
            try await people.ann.gets(400, "flowUnreadable", .put, "/v1/flows/new/draft", "[]")
        }
    }

    @Test func `a draft is published once, and then it is gone`() async throws {
        try await Switchboard.serve { board, people in
            try await people.ann.gets(200, .put, "/v1/flows/bye/draft", bye("Bye"))
            try await people.ann.gets(404, .put, "/v1/access-numbers/500", #"{"flow": "bye"}"#)
            let summary = try await people.ann.gets(200, .post, "/v1/flows/bye/publish").decode(FlowSummary.self)
            #expect(summary.version == 1)
            try await people.ann.gets(404, "draftNotFound", .post, "/v1/flows/bye/publish")
            try await people.ann.gets(200, .put, "/v1/access-numbers/500", #"{"flow": "bye"}"#)
            board.media.arrive("c1", to: "500")
            #expect(try await board.ended("c1").reason == .flowEnded)
        }
    }

    @Test func `two authors do not overwrite each other`() async throws {
        try await Switchboard.serve { _, people in
            try await people.ann.gets(200, .put, "/v1/flows/bye/draft?revision=0", bye("One"))
            try await people.ann.gets(409, "draftChanged", .put, "/v1/flows/bye/draft?revision=0", bye("Two"))
            let second = try await people.ann.gets(200, .put, "/v1/flows/bye/draft?revision=1", bye("Three"))
                .decode(FlowDraft.self)
            #expect(second.revision == 2)
            try await people.ann.gets(409, "draftChanged", .post, "/v1/flows/bye/publish?revision=1")
            try await people.ann.gets(200, .post, "/v1/flows/bye/publish?revision=2")
            let flow = try await people.ann.gets(200, .get, "/v1/flows/bye").decode(FlowDocument.self)
            #expect(flow.flow.name == "Three")
        }
    }

    @Test func `rolling back publishes the older version again, and the history stays`() async throws {
        try await Switchboard.serve { _, people in
            for name in ["First", "Second"] { try await people.ann.gets(200, .put, "/v1/flows/bye", bye(name)) }
            try await people.ann.gets(409, "versionCurrent", .post, "/v1/flows/bye/roll-back", #"{"version": 2}"#)
            try await people.ann.gets(404, .post, "/v1/flows/bye/roll-back", #"{"version": 9}"#)
            try await people.ann.gets(400, "versionInvalid", .post, "/v1/flows/bye/roll-back", #"{"version": 0}"#)
            let back = try await people.ann.gets(200, .post, "/v1/flows/bye/roll-back", #"{"version": 1}"#)
                .decode(FlowSummary.self)
            #expect(back.version == 3)
            #expect(back.name == "First")
            let first = try await people.ann.gets(200, .get, "/v1/flows/bye/versions?limit=2")
                .decode(Page<FlowVersionSummary>.self)
            #expect(first.items.map(\.version) == [3, 2])
            #expect(first.items.map(\.restores) == [1, nil])
            #expect(first.items.map(\.isCurrent) == [true, false])
            let cursor = try #require(first.nextCursor)
            let rest = try await people.ann.gets(200, .get, "/v1/flows/bye/versions?cursor=\(cursor)")
                .decode(Page<FlowVersionSummary>.self)
            #expect(rest.items.map(\.name) == ["First"])
        }
    }

    @Test func `a call that is in the flow keeps its version when another is published`() async throws {
        let asking = """
            {"schema": 1, "name": "Ask", "language": "en", "start": "ask", "nodes": {
                "ask": {"type": "menu", "prompts": [{"say": "One?"}], "keys": {"1": "line"}, "onFailed": "bye"},
                "line": {"type": "queue", "queue": "old"}, "bye": {"type": "hangUp"}}}
            """
        try await Switchboard.serve { board, people in
            try await people.ann.gets(200, .put, "/v1/flows/ask", asking)
            try await people.ann.gets(200, .put, "/v1/access-numbers/500", #"{"flow": "ask"}"#)
            board.media.arrive("c1", to: "500")
            await board.media.told.first { $0.leg == "c1" && $0.command.isSpeech }
            try await people.ann.gets(200, .put, "/v1/flows/ask/draft", asking.replacing("old", with: "new"))
            try await people.ann.gets(200, .post, "/v1/flows/ask/publish")
            board.media.arrive("c2", to: "500")
            await board.media.told.first { $0.leg == "c2" && $0.command.isSpeech }
            for leg: LegID in ["c1", "c2"] { board.media.press("1", on: leg) }
            #expect(await board.acd.enqueued.first { $0.callID == "c1" }.queueID == "old")
            #expect(await board.acd.enqueued.first { $0.callID == "c2" }.queueID == "new")
        }
    }

    @Test func `agents neither read nor publish drafts`() async throws {
        try await Switchboard.serve { _, people in
            try await people.amy.gets(403, .get, "/v1/flow-drafts")
            try await people.amy.gets(403, .put, "/v1/flows/bye/draft", bye("Bye"))
            try await people.amy.gets(403, .post, "/v1/flows/bye/publish")
            try await people.amy.gets(403, .post, "/v1/flows/bye/roll-back", #"{"version": 1}"#)
            try await people.amy.gets(403, .get, "/v1/flow-schema")
        }
    }

    @Test func `a tenant's drafts are his own`() async throws {
        try await withDatabase("cti", CTI.schema) { database in
            let store = FlowStore(database: database)
            _ = try await store.save(["a": 1], asDraftOf: "main", over: nil, tenant: "t", by: "ann")
            await #expect(throws: Failure.self) { try await store.draft(of: "main", tenant: "u") }
            #expect(try await store.drafts(tenant: "u").items.isEmpty)
            try await store.discardDraft(of: "main", tenant: "u")
            #expect(try await store.draft(of: "main", tenant: "t").document == ["a": 1])
        }
    }
}
