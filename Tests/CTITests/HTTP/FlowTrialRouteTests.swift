import Contracts
import Foundation
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct FlowTrialRouteTests {
    private let guarded = """
        {"schema": 1, "name": "Guarded", "language": "en", "start": "black", "nodes": {
            "black": {"type": "list", "list": "black", "then": "bye", "else": "ask"},
            "ask": {"type": "menu", "prompts": [{"say": "One?"}], "keys": {"1": "line"}, "onFailed": "bye"},
            "line": {"type": "queue", "queue": "sales"}, "bye": {"type": "hangUp"}}}
        """

    @Test func `a blacklisted caller is turned away from the next call on, and let in again`() async throws {
        try await Switchboard.serve { board, people in
            let lists = "/v1/number-lists"
            try await people.ann.gets(400, "flowInvalid", .put, "/v1/flows/guarded", guarded)
            try await people.ann.gets(200, .put, "\(lists)/black", #"{"name": "Blacklist"}"#)
            try await people.ann.gets(200, .put, "/v1/flows/guarded", guarded)
            try await people.ann.gets(200, .put, "/v1/access-numbers/500", #"{"flow": "guarded"}"#)
            let listed = try await people.ann.gets(
                200, .put, "\(lists)/black/numbers/13900000001", #"{"note": "shouts"}"#
            ).decode(ListedNumber.self)
            #expect(listed.note == "shouts")
            #expect(listed.addedBy == "ann")
            board.media.arrive("c1", to: "500")
            #expect(try await board.ended("c1").reason == .flowEnded)
            try await people.ann.gets(204, .delete, "\(lists)/black/numbers/13900000001")
            board.media.arrive("c2", to: "500")
            await board.media.told.first { $0.leg == "c2" && $0.command.isSpeech }
        }
    }

    @Test func `lists and their numbers come in pages, and what is no number is refused`() async throws {
        try await Switchboard.serve { _, people in
            let lists = "/v1/number-lists"
            for list in ["vip", "black"] { try await people.ann.gets(200, .put, "\(lists)/\(list)", #"{"name": "L"}"#) }
            let first = try await people.ann.gets(200, .get, "\(lists)?limit=1").decode(Page<NumberList>.self)
            #expect(first.items.map(\.id) == ["black"])
            let cursor = try #require(first.nextCursor)
            let rest = try await people.ann.gets(200, .get, "\(lists)?cursor=\(cursor)").decode(Page<NumberList>.self)
            #expect(rest.items.map(\.id) == ["vip"])
            for number in ["2", "1"] { try await people.ann.gets(200, .put, "\(lists)/vip/numbers/\(number)", "{}") }
            let numbers = try await people.ann.gets(200, .get, "\(lists)/vip/numbers").decode(Page<ListedNumber>.self)
            #expect(numbers.items.map(\.number) == ["1", "2"])
            try await people.ann.gets(400, "numberInvalid", .put, "\(lists)/vip/numbers/abc", "{}")
            try await people.ann.gets(404, "listNotFound", .put, "\(lists)/none/numbers/1", "{}")
            try await people.ann.gets(400, "nameInvalid", .put, "\(lists)/vip", #"{"name": ""}"#)
            try await people.ann.gets(204, .delete, "\(lists)/vip")
            try await people.ann.gets(404, "listNotFound", .delete, "\(lists)/vip/numbers/1")
            try await people.ann.gets(200, .put, "\(lists)/vip", #"{"name": "Again"}"#)
            let emptied = try await people.ann.gets(200, .get, "\(lists)/vip/numbers").decode(Page<ListedNumber>.self)
            #expect(emptied.items.isEmpty)
            try await people.amy.gets(403, .get, lists)
            try await people.amy.gets(403, .put, "\(lists)/vip/numbers/1", "{}")
        }
    }

    @Test func `a tenant's lists are his own, and each change reaches the books`() async throws {
        try await withDatabase("cti", CTI.schema) { database in
            let store = FlowStore(database: database)
            _ = try await store.keepList("black", name: "Black", tenant: "t")
            _ = try await store.list("139", note: "", in: "black", tenant: "t", by: "ann")
            let (revision, books) = try await store.books(changedAfter: 0)
            #expect(books["t"]?.lists == ["black": ["139"]])
            #expect(try await store.numberLists(tenant: "u").items.isEmpty)
            #expect(try await store.numbers(in: "black", tenant: "u").items.isEmpty)
            await #expect(throws: Failure.self) { try await store.unlist("139", from: "black", tenant: "u") }
            try await store.unlist("139", from: "black", tenant: "t")
            let later = try await store.books(changedAfter: revision)
            #expect(later.books["t"]?.lists == ["black": []])
            try await store.removeList("black", tenant: "t")
            let last = try await store.books(changedAfter: later.revision)
            #expect(last.books["t"]?.lists == [:])
        }
    }

    @Test func `a flow is simulated as it is published, as it is drafted, and as it is sent`() async throws {
        try await Switchboard.serve { _, people in
            try await people.ann.gets(200, .put, "/v1/number-lists/black", #"{"name": "Blacklist"}"#)
            try await people.ann.gets(200, .put, "/v1/number-lists/black/numbers/139", "{}")
            try await people.ann.gets(200, .put, "/v1/flows/guarded", guarded)
            let path = "/v1/flows/guarded/simulate"
            let agent = try await people.ann.gets(200, .post, path, #"{"caller": "138", "keys": ["1"]}"#)
                .decode(FlowSimulation.Result.self)
            #expect(agent.end == .agent)
            #expect(agent.steps.map(\.node) == ["black", "ask", "line"])
            let black = try await people.ann.gets(200, .post, path, #"{"caller": "139"}"#)
                .decode(FlowSimulation.Result.self)
            #expect(black.steps.map(\.exit) == ["then", "hungUp"])
            try await people.ann.gets(404, "draftNotFound", .post, "\(path)?source=draft", "{}")
            let changed = guarded.replacing(#""start": "black""#, with: #""start": "ask""#)
            try await people.ann.gets(200, .put, "/v1/flows/guarded/draft", changed)
            try await people.ann.gets(400, "flowInvalid", .post, "\(path)?source=draft", "{}")
            let sent = try await people.ann.gets(
                200, .post, "/v1/flows/simulate", #"{"flow": \#(guarded), "script": {"caller": "138"}}"#
            ).decode(FlowSimulation.Result.self)
            #expect(sent.end == .hungUp)
            try await people.ann.gets(400, "flowInvalid", .post, "/v1/flows/simulate", #"{"flow": \#(changed)}"#)
            try await people.ann.gets(400, "scriptInvalid", .post, path, #"{"keys": ["abc"]}"#)
            try await people.ann.gets(404, .post, "/v1/flows/none/simulate", "{}")
            try await people.amy.gets(403, .post, path, "{}")
        }
    }

    @Test func `real callers are counted at each node, and simulated ones are not`() async throws {
        try await Switchboard.serve { board, people in
            try await board.ready("amy", phone: "201")
            try await people.ann.gets(200, .put, "/v1/number-lists/black", #"{"name": "Blacklist"}"#)
            try await people.ann.gets(200, .put, "/v1/flows/guarded", guarded)
            try await people.ann.gets(200, .put, "/v1/access-numbers/500", #"{"flow": "guarded"}"#)
            try await people.ann.gets(200, .post, "/v1/flows/guarded/simulate", #"{"keys": ["1"]}"#)
            for leg: LegID in ["c1", "c2"] {
                board.media.arrive(leg, to: "500")
                await board.media.told.first { $0.leg == leg && $0.command.isSpeech }
            }
            board.media.press("1", on: "c1")
            await board.acd.enqueued.first { $0.callID == "c1" }
            try await board.talk("amy", with: "c1")
            board.media.end("c2")
            _ = try await board.ended("c2")
            try await people.cti.tools.counters.write()
            let counts = try await people.ann.gets(200, .get, "/v1/flows/guarded/counters").decode(FlowCounts.self)
            #expect(counts.version == 1)
            #expect(
                counts.nodes == [
                    .init(node: "ask", entered: 2, exits: ["keys.1": 1, "callerGone": 1]),
                    .init(node: "black", entered: 2, exits: ["else": 2]),
                    .init(node: "bye", entered: 0, exits: [:]),
                    .init(node: "line", entered: 1, exits: ["answered": 1]),
                ])
            try await people.ann.gets(404, .get, "/v1/flows/guarded/counters?version=2")
            try await people.amy.gets(403, .get, "/v1/flows/guarded/counters")
        }
    }

    @Test func `counts of several instances add up, each version by itself`() async throws {
        try await withDatabase("cti", CTI.schema) { database in
            let store = FlowStore(database: database)
            for _ in 1...2 { _ = try await store.publish(.queueOnly, as: "main", tenant: "t", by: "ann") }
            let passage = FlowPassage(flowID: "main", version: 2, node: "sales", exit: nil)
            for _ in 1...2 {
                let counters = FlowCounters(store: store, log: Logger(label: "test"))
                counters.add([passage, passage], of: "t")
                counters.add([passage], of: "u")
                try await counters.write()
                try await counters.write()
            }
            let newest = try await store.counters(of: "main", version: nil, tenant: "t")
            #expect(newest.nodes == [.init(node: "sales", entered: 4, exits: [:])])
            let older = try await store.counters(of: "main", version: 1, tenant: "t")
            #expect(older.nodes == [.init(node: "sales", entered: 0, exits: [:])])
        }
    }
}
