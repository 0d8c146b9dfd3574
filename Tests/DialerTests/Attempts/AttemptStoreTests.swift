import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Dialer

/// The dialer's schema as the service has it, with a campaign "spring" that runs.
func withDialer(_ body: (Database) async throws -> Void) async throws {
    try await withDatabase("dialer", Outbox.migrations + Schema.migrations) { database in
        let campaigns = CampaignStore(database: database)
        try await campaigns.insert(.named("spring"), of: "t")
        _ = try await campaigns.setRunning(true, "spring", of: "t")
        try await body(database)
    }
}

@Suite struct CampaignStoreTests {
    @Test func `a campaign is read as it was written, changed and started`() async throws {
        try await withDialer { database in
            let campaigns = CampaignStore(database: database)
            var spring = Campaign.named("spring")
            spring.isRunning = true
            #expect(try await campaigns.find("spring", of: "t") == spring)
            let changed = try await campaigns.change("spring", CampaignWish(ringSeconds: 45), of: "t")
            #expect(changed.ringSeconds == 45)
            #expect(changed.name == "spring")
            #expect(try await campaigns.list(PageRequest(), of: "t").items == [changed])
            let paused = try await campaigns.setRunning(false, "spring", of: "t")
            #expect(!paused.isRunning)
        }
    }

    @Test func `a name is taken once in a tenant, and tenants do not see each other`() async throws {
        try await withDialer { database in
            let campaigns = CampaignStore(database: database)
            var twin = Campaign.named("other")
            twin.name = "spring"
            let other = twin
            await #expect(throws: Failure.self) { try await campaigns.insert(other, of: "t") }
            try await campaigns.insert(other, of: "u")
            #expect(try await campaigns.list(PageRequest(), of: "u").items.map(\.id) == ["other"])
            await #expect(throws: Failure.self) { try await campaigns.find("spring", of: "u") }
        }
    }

    @Test func `running campaigns of all tenants are found with their time zones`() async throws {
        try await withDialer { database in
            let numbers = NumberStore(database: database)
            _ = try await numbers.add(
                [.init(number: "100"), .init(number: "101", timeZone: "Asia/Tokyo")], to: "spring", of: "t", at: 0)
            try await CampaignStore(database: database).insert(.named("paused"), of: "u")
            let running = try await CampaignStore(database: database).running()
            #expect(running.map(\.campaign.id) == ["spring"])
            #expect(running.first?.zones == ["", "Asia/Tokyo"])
        }
    }

    @Test func `a campaign that runs or dials is not removed`() async throws {
        try await withDialer { database in
            let campaigns = CampaignStore(database: database)
            await #expect(throws: Failure.self) { try await campaigns.remove("spring", of: "t") }
            _ = try await campaigns.setRunning(false, "spring", of: "t")
            try await campaigns.remove("spring", of: "t")
            await #expect(throws: Failure.self) { try await campaigns.find("spring", of: "t") }
        }
    }
}

@Suite struct AttemptStoreTests {
    private func fill(_ database: Database, _ numbers: String...) async throws {
        _ = try await NumberStore(database: database).add(
            numbers.map { .init(number: $0, attributes: ["name": "Li"]) }, to: "spring", of: "t", at: 0)
    }

    private func claim(
        _ database: Database, _ count: Int, zones: [String] = [""], at now: Timestamp = 1
    ) async throws -> [ClaimedNumber] {
        try await AttemptStore(database: database).claim(count, of: .named("spring"), "t", in: zones, at: now)
    }

    @Test func `a number is added once`() async throws {
        try await withDialer { database in
            let numbers = NumberStore(database: database)
            #expect(try await numbers.add([.init(number: "1")], to: "spring", of: "t", at: 0) == 1)
            let again = try await numbers.add(
                [.init(number: "1"), .init(number: "2")], to: "spring", of: "t", at: 0)
            #expect(again == 1)
            await #expect(throws: Failure.self) {
                try await numbers.add([.init(number: "1")], to: "none", of: "t", at: 0)
            }
        }
    }

    private func rows(_ numbers: String...) -> [NumberImport.Row] { numbers.map { .init(number: $0) } }

    @Test func `a number that the campaign has with its country is not added without, nor the other way round`()
        async throws
    {
        try await withDialer { database in
            let numbers = NumberStore(database: database)
            let first = try await numbers.add(
                rows("+8613800138000", "13900139000", "4001"), to: "spring", of: "t", at: 0)
            #expect(first == 3)
            let again = try await numbers.add(
                rows("13800138000", "+8613900139000", "4001"), to: "spring", of: "t", at: 0)
            #expect(again == 0)
            // Another country's, and a short one with the same end.
            let others = try await numbers.add(rows("+13800138000", "014001"), to: "spring", of: "t", at: 0)
            #expect(others == 2)
        }
    }

    @Test func `a number is taken by one, with a try that is stored before it is dialled`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101", "102")
            let first = try await claim(database, 2)
            #expect(first.map(\.number).sorted() == ["100", "101"])
            #expect(first.first?.attributes == ["name": "Li"])
            #expect(try await claim(database, 5).map(\.number) == ["102"])
            #expect(try await claim(database, 5).isEmpty)
            let open = try await AttemptStore(database: database).open()
            #expect(Set(open.map(\.callID)).isSuperset(of: first.map(\.attempt.callID)))
            #expect(open.count == 3)
        }
    }

    @Test func `two who take at once take different numbers`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101", "102", "103")
            async let one = claim(database, 3)
            async let two = claim(database, 3)
            let taken = try await (one + two).map(\.number)
            #expect(Set(taken).count == taken.count)
        }
    }

    @Test func `a paused campaign and a time zone that sleeps give no numbers`() async throws {
        try await withDialer { database in
            try await fill(database, "100")
            #expect(try await claim(database, 1, zones: ["Asia/Tokyo"]).isEmpty)
            _ = try await CampaignStore(database: database).setRunning(false, "spring", of: "t")
            #expect(try await claim(database, 1).isEmpty)
        }
    }

    @Test func `a number that was busy comes again later, one that was reached does not`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101")
            let taken = try await claim(database, 2)
            let store = AttemptStore(database: database)
            for (number, result) in zip(taken, [AttemptResult.busy, .connected]) {
                try await store.finish(number.attempt, result, at: 10)
            }
            #expect(try await store.open().isEmpty)
            #expect(try await claim(database, 5, at: 3609).isEmpty)
            #expect(try await claim(database, 5, at: 3610).map(\.number) == [taken[0].number])
        }
    }

    @Test func `a result is kept once and told once, by the transaction that keeps it`() async throws {
        try await withDialer { database in
            try await fill(database, "100")
            let attempt = try await claim(database, 1)[0].attempt
            let ended = CallEnded.with(
                .customerHungUp, [.talk], call: attempt.callID, attempt: attempt.id, agent: "amy", at: 50)
            for _ in 1...2 {
                try await database.transaction(tenant: "*") { connection in
                    try connection.answerAttempt(of: attempt.callID, of: "t", agent: "amy", at: 30)
                    try connection.finishAttempt(
                        attempt.id, of: "t", AttemptResult(ended), agent: ended.agentID, endedAt: ended.endedAt)
                }
            }
            let facts = try await database.query("SELECT topic, body FROM outbox") {
                (try $0.get("topic") as String, try $0.json("body") as AttemptEnded)
            }
            #expect(facts.map(\.0) == [AttemptEnded.topic])
            #expect(facts.first?.1.result == "connected")
            let listed = try await AttemptStore(database: database).list(of: "spring", of: "t", limit: 10)
            #expect(listed.first?.result == .connected)
            #expect(listed.first?.agentID == "amy")
            #expect(listed.first?.answeredAt == 30)
            #expect(listed.first?.endedAt == 50)
            let progress = try await CampaignStore(database: database).progress(of: "spring", of: "t")
            #expect(progress == CampaignProgress(open: 0, dialling: 0, done: 1, results: ["connected": 1]))
        }
    }

    @Test func `tries are listed newest first, part by part`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101", "102")
            for second in [1, 2, 3] as [Timestamp] { _ = try await claim(database, 1, at: second) }
            let store = AttemptStore(database: database)
            let first = try await store.list(of: "spring", of: "t", limit: 2)
            #expect(first.map(\.startedAt) == [3, 2])
            let last = first[1]
            let rest = try await store.list(of: "spring", of: "t", before: (last.startedAt, last.id), limit: 2)
            #expect(rest.map(\.startedAt) == [1])
            #expect(try await store.list(of: "spring", of: "t", result: .busy, limit: 2).isEmpty)
            #expect(try await store.list(of: "spring", of: "u", limit: 2).isEmpty)
        }
    }

    @Test func `a cell of CSV is quoted where it must be and is no formula`() {
        #expect(AttemptCSV.cell("+86100") == "+86100")
        #expect(AttemptCSV.cell("=1+1") == "'=1+1")
        #expect(AttemptCSV.cell("a,\"b\"") == "\"a,\"\"b\"\"\"")
    }
}
