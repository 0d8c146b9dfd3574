import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Dialer

/// The dialer's schema, with a campaign "spring" that runs and whose records amy and bob look at.
func withPreviews(
    _ campaign: Campaign = .looked(), _ body: (Database, PreviewStore) async throws -> Void
) async throws {
    try await withDatabase("dialer", Outbox.migrations + Schema.migrations) { database in
        let campaigns = CampaignStore(database: database)
        try await campaigns.insert(campaign, of: "t")
        _ = try await campaigns.setRunning(true, "spring", of: "t")
        let store = PreviewStore(database: database)
        for agent in ["amy", "bob"] as [AgentID] { try await store.choose("spring", by: agent, of: "t", at: 0) }
        try await body(database, store)
    }
}

@Suite struct PreviewStoreTests {
    private func fill(_ database: Database, _ numbers: String...) async throws {
        _ = try await NumberStore(database: database).add(
            numbers.map { .init(number: $0, attributes: ["name": "Li"]) }, to: "spring", of: "t", at: 0)
    }

    private func give(_ store: PreviewStore, _ agent: AgentID, at now: Timestamp = 1) async throws -> Preview? {
        try await store.give(.looked(), to: agent, of: "t", in: [""], at: now)
    }

    private func states(_ database: Database) async throws -> [String: String] {
        let rows = try await database.query("SELECT number, state FROM dialer.number", tenant: "*") {
            (try $0.get("number") as String, try $0.get("state") as String)
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    @Test func `a campaign's mode and rules are read as they were written, and changed only while it is paused`()
        async throws
    {
        try await withPreviews { database, _ in
            let campaigns = CampaignStore(database: database)
            #expect(try await campaigns.find("spring", of: "t") == .looked())
            var wish = CampaignWish(mode: .progressive)
            await #expect(throws: Failure.self) { try await campaigns.change("spring", wish, of: "t") }
            wish = CampaignWish(preview: try JSON.decode(PreviewRules.self, #"{"seconds": 20, "whenOver": "dial"}"#))
            let changed = try await campaigns.change("spring", wish, of: "t")
            #expect(changed.preview.seconds == 20 && changed.preview.whenOver == .dial)
            _ = try await campaigns.setRunning(false, "spring", of: "t")
            #expect(
                try await campaigns.change("spring", CampaignWish(mode: .progressive), of: "t").mode == .progressive)
        }
    }

    @Test func `a record is one agent's, and he has one`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100", "101")
            let first = try #require(try await give(store, "amy"))
            #expect(first.number == "100" && first.expiresAt == 301 && first.outcome == nil)
            #expect(try await give(store, "amy") == nil)
            #expect(try await give(store, "bob")?.number == "101")
            #expect(try await store.open(of: "amy", of: "t") == first)
            #expect(try await store.open().map(\.preview.agentID) == ["amy", "bob"])
            #expect(try await states(database) == ["100": "previewed", "101": "previewed"])
            #expect(try await CampaignStore(database: database).progress(of: "spring", of: "t").previewed == 2)
        }
    }

    @Test func `two instances that give at once never give one record twice, nor an agent two`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100", "101", "102", "103")
            let other = PreviewStore(database: database)
            async let one = [give(store, "amy"), give(store, "bob")]
            async let two = [give(other, "bob"), give(other, "amy")]
            let given = try await (one + two).compactMap(\.self)
            #expect(given.count == 2)
            #expect(Set(given.map(\.number)).count == 2 && Set(given.map(\.agentID)) == ["amy", "bob"])
        }
    }

    @Test func `who has chosen no campaign, or another, is given nothing; nor does a paused one give`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100")
            #expect(try await give(store, "eve") == nil)
            #expect(try await store.give(.looked(), to: "amy", of: "t", in: ["Asia/Tokyo"], at: 1) == nil)
            _ = try await CampaignStore(database: database).setRunning(false, "spring", of: "t")
            #expect(try await give(store, "amy") == nil)
            try await store.leave("amy", of: "t")
            #expect(try await store.choice(of: "amy", of: "t") == nil)
            #expect(try await store.choices().map(\.agentID) == ["bob"])
        }
    }

    @Test func `only a campaign of that mode is chosen, by those whom it is for`() async throws {
        try await withPreviews(.looked { $0.agents = ["amy", "bob"] }) { database, store in
            try await CampaignStore(database: database).insert(.named("autumn"), of: "t")
            await #expect(throws: Failure.self) { try await store.choose("autumn", by: "amy", of: "t", at: 0) }
            await #expect(throws: Failure.self) { try await store.choose("spring", by: "eve", of: "t", at: 0) }
            await #expect(throws: Failure.self) { try await store.choose("none", by: "amy", of: "t", at: 0) }
            #expect(try await store.campaigns(for: "amy", of: "t").map(\.id) == ["spring"])
            #expect(try await store.campaigns(for: "eve", of: "t").isEmpty)
        }
    }

    @Test func `a record that comes back is the next agent's at once, and ends once`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100")
            let first = try #require(try await give(store, "amy"))
            #expect(try await store.end(first.id, PreviewEnd(.expired), by: "bob", of: "t", at: 5) == false)
            #expect(try await store.end(first.id, PreviewEnd(.expired), of: "t", at: 5))
            #expect(try await store.end(first.id, PreviewEnd(.skipped), of: "t", at: 6) == false)
            #expect(try await give(store, "bob", at: 7)?.number == "100")
            let listed = try await store.list(of: "spring", PageRequest(), of: "t").items
            #expect(listed.map(\.outcome) == [nil, .expired])
            #expect(
                try await store.list(of: "spring", agent: "amy", PageRequest(), of: "t").items.map(\.id) == [first.id])
        }
    }

    @Test func `a skipped number comes again later, or never`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100", "101")
            let first = try #require(try await give(store, "amy"))
            let later = PreviewEnd.skipped(because: "busy now", isDone: false, retrySeconds: 600, at: 5)
            #expect(try await store.end(first.id, later, by: "amy", of: "t", at: 5))
            let second = try #require(try await give(store, "amy", at: 6))
            #expect(second.number == "101")
            let never = PreviewEnd.skipped(because: "wrong", isDone: true, retrySeconds: 600, at: 7)
            #expect(try await store.end(second.id, never, by: "amy", of: "t", at: 7))
            #expect(try await give(store, "amy", at: 604) == nil)
            #expect(try await give(store, "amy", at: 605)?.number == "100")
            #expect(try await states(database)["101"] == "done")
        }
    }

    @Test func `an appointment is his who made it, before all others, and after half an hour anybody's`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100", "101", "102")
            let first = try #require(try await give(store, "amy"))
            let appointment = PreviewEnd.appointed(at: 1000, isMine: true, because: "at ten")
            #expect(try await store.end(first.id, appointment, by: "amy", of: "t", at: 5))
            let kept = try #require(try await store.list(of: "spring", PageRequest(), of: "t").items.first)
            #expect(kept.outcome == .appointed && kept.appointedAt == 1000 && kept.reason == "at ten")
            // bob does not get it, amy gets it before what is due for longer.
            #expect(try await give(store, "bob", at: 1001)?.number == "101")
            #expect(try await give(store, "amy", at: 1001)?.number == "100")
            let again = try #require(try await store.open(of: "amy", of: "t"))
            #expect(try await store.end(again.id, appointment, by: "amy", of: "t", at: 1002))
            let bobs = try #require(try await store.open(of: "bob", of: "t"))
            #expect(
                try await store.end(
                    bobs.id, PreviewEnd.skipped(because: "x", isDone: true, retrySeconds: 1, at: 3), of: "t", at: 3))
            #expect(try await give(store, "amy", at: 900)?.number == "102")
            #expect(try await give(store, "bob", at: 2799) == nil)
            #expect(try await give(store, "bob", at: 2800)?.number == "100")
        }
    }

    @Test func `a record that is dialled is a try with its call, once, by its own agent`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100")
            let preview = try #require(try await give(store, "amy"))
            await #expect(throws: Failure.self) { try await store.dial(preview.id, by: "bob", of: "t", at: 2) }
            let dialled = try await store.dial(preview.id, by: "amy", of: "t", at: 2)
            #expect(dialled.number.attributes == ["name": "Li"] && dialled.campaign.id == "spring")
            await #expect(throws: Failure.previewOver) { try await store.dial(preview.id, by: "amy", of: "t", at: 3) }
            let attempts = AttemptStore(database: database)
            let open = try await attempts.open()
            #expect(open == [dialled.attempt] && open.first?.isPreview == true)
            #expect(try await store.open().isEmpty)
            #expect(try await states(database) == ["100": "dialling"])
            try await attempts.finish(dialled.attempt, .noAnswer, at: 40)
            #expect(try await give(store, "bob", at: 3639) == nil)
            let again = try #require(try await give(store, "bob", at: 3640))
            let number = try #require(try await store.number(of: again, of: "t"))
            #expect(number.attempts == 1 && number.lastResult == .noAnswer)
            let earlier = try await attempts.earlier("100", of: "spring", of: "t", limit: 5)
            #expect(earlier.map(\.result) == [.noAnswer] && earlier.first?.isPreview == true)
            #expect(earlier.first?.agentID == "amy")
        }
    }

    @Test func `a campaign that is paused, or sleeps at that hour, dials nobody`() async throws {
        var campaign = Campaign.looked()
        campaign.hours.from = "00:00"
        campaign.hours.until = "01:00"
        try await withPreviews(campaign) { database, store in
            try await fill(database, "100")
            let preview = try #require(try await give(store, "amy"))
            await #expect(throws: Failure.self) { try await store.dial(preview.id, by: "amy", of: "t", at: 3600) }
            _ = try await CampaignStore(database: database).setRunning(false, "spring", of: "t")
            await #expect(throws: Failure.self) { try await store.dial(preview.id, by: "amy", of: "t", at: 3) }
            #expect(try await store.open(of: "amy", of: "t") == preview)
            #expect(try await AttemptStore(database: database).open().isEmpty)
        }
    }

    @Test func `what the agent said closes the try, and may open the number again`() async throws {
        try await withPreviews(.looked { $0.againAfter = ["callAgain"] }) { database, store in
            try await fill(database, "100", "101")
            let attempts = AttemptStore(database: database)
            for (agent, disposition) in [("amy", "sold"), ("bob", "callAgain")] as [(AgentID, String)] {
                let preview = try #require(try await give(store, agent))
                let attempt = try await store.dial(preview.id, by: agent, of: "t", at: 2).attempt
                try await attempts.finish(attempt, .connected, at: 50)
                let work = AfterCallWorkEnded(
                    callID: attempt.callID, agentID: agent, startedAt: 50, endedAt: 60, disposition: disposition,
                    note: "tea\0")
                try await database.transaction(tenant: "*") { try $0.noteDisposition(work, of: "t") }
            }
            #expect(try await states(database) == ["100": "done", "101": "open"])
            let listed = try await attempts.list(of: "spring", of: "t", limit: 10)
            #expect(Set(listed.map(\.disposition)) == ["sold", "callAgain"])
            #expect(listed.allSatisfy { $0.note == "tea\u{fffd}" })
            #expect(try await give(store, "amy", at: 3659) == nil)
            #expect(try await give(store, "amy", at: 3660)?.number == "101")
        }
    }

    @Test func `who did not lift his telephone has called nobody, and the number has as many tries left`() async throws
    {
        try await withPreviews { database, store in
            try await fill(database, "100")
            let preview = try #require(try await give(store, "amy"))
            let attempt = try await store.dial(preview.id, by: "amy", of: "t", at: 2).attempt
            let ended = CallEnded.with(.agentHungUp, call: attempt.callID, attempt: attempt.id, at: 30)
            try await database.transaction(tenant: "*") { connection in
                try connection.finishAttempt(
                    attempt.id, of: "t", AttemptResult(ended), counts: ended.calledFor != nil, agent: nil, endedAt: 30)
            }
            let number = try #require(try await store.number(of: preview, of: "t"))
            #expect(number.attempts == 0 && number.lastResult == .failed)
        }
    }

    @Test func `tenants do not see each other's records`() async throws {
        try await withPreviews { database, store in
            try await fill(database, "100")
            let preview = try #require(try await give(store, "amy"))
            #expect(try await store.open(of: "amy", of: "u") == nil)
            #expect(try await store.end(preview.id, PreviewEnd(.skipped), of: "u", at: 5) == false)
            await #expect(throws: Failure.self) { try await store.dial(preview.id, by: "amy", of: "u", at: 2) }
        }
    }
}
