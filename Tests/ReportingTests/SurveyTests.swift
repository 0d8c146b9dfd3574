import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Reporting

@Suite struct SurveyTests {
    let tenant: TenantID = "demo"

    private func answer(
        _ call: CallID, _ score: Int, agent: AgentID? = "amy", question: String = "satisfaction", at second: Int64 = 60
    ) -> CallSurveyAnswered {
        CallSurveyAnswered(
            callID: call, agentID: agent, queueID: "sales", question: question, key: "\(score)", score: score,
            answeredAt: at(second))
    }

    private func keep(_ answers: [CallSurveyAnswered], in database: Database) async throws {
        try await fold(database) { tenant, connection in
            for answer in answers { try SurveyStore.answered(answer, tenant: tenant, in: connection) }
        }
    }

    @Test func `an answer is part of the contact's record, and told twice it counts once`() async throws {
        try await withReporting { database in
            try await keep([answer("c1", 5), answer("c1", 5)], in: database)
            try await fold(database) { tenant, connection in
                try ContactFold.ended(ended("c1"), tenant: tenant, in: connection)
            }
            let record = try await ContactStore(database: database).find("c1", tenant: tenant)
            #expect(record.surveys.map(\.score) == [5])
            #expect(record.surveys.first?.agentID == "amy")
            #expect(ContactCSV.line(record).contains("satisfaction=5"))
        }
    }

    @Test func `the last answer counts, in whatever order they come`() async throws {
        try await withReporting { database in
            try await keep([answer("c1", 1, at: 70), answer("c1", 5, at: 60)], in: database)
            let totals = try await SurveyStore(database: database).totals(
                from: nil, to: nil, queue: nil, least: 4, tenant: tenant)
            #expect(totals.map(\.scores) == [["1": 1]])
        }
    }

    @Test func `satisfaction is counted by agent and question`() async throws {
        try await withReporting { database in
            try await keep(
                [
                    answer("c1", 5), answer("c2", 4), answer("c3", 1), answer("c4", 2, agent: "bob"),
                    answer("c5", 3, agent: nil), answer("c1", 1, question: "solved"),
                ], in: database)
            let store = SurveyStore(database: database)
            let totals = try await store.totals(from: nil, to: nil, queue: nil, least: 4, tenant: tenant)
            #expect(totals.map(\.agentID) == ["amy", "amy", "bob", nil])
            let amy = try #require(totals.first)
            #expect(amy.answers == 3 && amy.satisfied == 2 && amy.scores == ["1": 1, "4": 1, "5": 1])
            #expect(abs(amy.rate - 2.0 / 3) < 1e-9 && abs(amy.average - 10.0 / 3) < 1e-9)
            #expect(totals.dropFirst().first?.question == "solved")
            #expect(try await store.totals(from: at(61), to: nil, queue: nil, least: 4, tenant: tenant).isEmpty)
            #expect(try await store.totals(from: nil, to: nil, queue: "help", least: 4, tenant: tenant).isEmpty)
            #expect(try await store.totals(from: nil, to: nil, queue: nil, least: 4, tenant: "other").isEmpty)
        }
    }

    private func lost(_ call: CallID, _ reason: CallEndReason, _ story: [CallSegment], queue: QueueID?) -> CallEnded {
        CallEnded(
            callID: call, direction: .inbound, customerNumber: "138", accessNumber: "4001", flowID: "main",
            campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(9), reason: reason, segments: story,
            agentID: nil, queueID: queue, recordings: [], attributes: ["chosen": "2"])
    }

    @Test func `a call in which nobody talked is lost, with where, unless the flow served it`() async throws {
        try await withReporting { database in
            let ivr = segment(.ivr, 0, 4)
            try await fold(database) { tenant, connection in
                for call in [
                    lost("ivr", .customerHungUp, [segment(.ivr, 0, 9)], queue: nil),
                    lost("queue", .abandoned, [ivr, segment(.queue, 4, 9)], queue: "sales"),
                    lost("ring", .abandoned, [ivr, segment(.queue, 4, 6), segment(.ring, 6, 9)], queue: "sales"),
                    lost("full", .flowEnded, [ivr, segment(.queue, 4, 5), segment(.ivr, 5, 9)], queue: "sales"),
                    lost("served", .flowEnded, [segment(.ivr, 0, 9)], queue: nil), ended("talked"),
                ] { try ContactFold.ended(call, tenant: tenant, in: connection) }
            }
            let store = ContactStore(database: database)
            func calls(_ filter: ContactFilter) async throws -> [ContactRecord] {
                try await store.list(filter, PageRequest(), tenant: tenant).items
            }
            let records = try await calls(ContactFilter(isLost: true))
            #expect(Set(records.map(\.callID)) == ["ivr", "queue", "ring", "full"])
            let places = Dictionary(uniqueKeysWithValues: records.map { ($0.callID, $0.lostIn) })
            #expect(places == ["ivr": .ivr, "queue": .queue, "ring": .ring, "full": .ivr])
            #expect(records.allSatisfy { $0.attributes["chosen"] == "2" })
            let others = try await calls(ContactFilter(isLost: false))
            #expect(Set(others.map(\.callID)) == ["served", "talked"])
            #expect(others.allSatisfy { $0.lostIn == nil })
            #expect(try await calls(ContactFilter(line: "4002", isLost: true)).isEmpty)
        }
    }

    private func withReporting(_ test: (Database) async throws -> Void) async throws {
        try await withDatabase("reporting", Outbox.migrations + Reporting.schema) { try await test($0) }
    }

    private func fold(
        _ database: Database, _ body: @Sendable @escaping (TenantID, isolated Connection) throws -> Void
    ) async throws {
        let tenant = tenant
        try await database.transaction(tenant: "*") { connection in try body(tenant, connection) }
    }
}
