import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Reporting

@Suite struct ContactFoldTests {
    let tenant: TenantID = "demo"

    @Test func `a call is one record whatever the order and however often its facts come`() async throws {
        try await withReporting { database in
            let started = CallStarted(
                callID: "c1", direction: .inbound, customerNumber: "13800138000", accessNumber: "4001", flowID: "main",
                campaignID: nil, attemptID: nil, startedAt: at(0))
            let work = AfterCallWorkEnded(
                callID: "c1", agentID: "amy", startedAt: at(50), endedAt: at(60), disposition: "sold")
            let recording = RecordingClosed(
                recordingID: "r1", callID: "c1", instance: InstanceID(.mediaServer, 1), startedAt: at(12),
                durationMicroseconds: 38_000_000, bytes: 608_044, problem: nil)
            try await fold(database) { tenant, connection in
                try ContactFold.afterCallWorkEnded(work, tenant: tenant, in: connection)
                try ContactFold.recordingClosed(recording, tenant: tenant, in: connection)
                for _ in 1...2 {
                    try ContactFold.ended(ended("c1"), tenant: tenant, in: connection)
                    try ContactFold.started(started, tenant: tenant, in: connection)
                    try ContactFold.afterCallWorkEnded(work, tenant: tenant, in: connection)
                    try ContactFold.recordingClosed(recording, tenant: tenant, in: connection)
                }
            }
            let store = ContactStore(database: database)
            let records = try await store.list(ContactFilter(), PageRequest(limit: 10), tenant: tenant)
            #expect(records.items.count == 1)
            let record = try await store.find("c1", tenant: tenant)
            #expect(record.segments.map(\.kind) == [.ivr, .queue, .ring, .talk, .afterCallWork])
            #expect(record.totals.addsUp)
            #expect(record.totals.afterCallWork == 10_000_000)
            #expect(record.recordings.map(\.recordingID) == ["r1"])
            #expect(record.startedAt == at(0) && record.endedAt == at(50))
            #expect(record.attributes == ["language": "zh"])
            // The work was told of before the call was.
            #expect(record.disposition == "sold")
        }
    }

    @Test func `a call whose clock went back, or who said what is no text, is a record all the same`() async throws {
        try await withReporting { database in
            let story = [segment(.ivr, 0, 4), segment(.queue, 4, 2), segment(.talk, 4, 50, agent: "amy")]
            try await fold(database) { tenant, connection in
                try ContactFold.ended(ended("c1", segments: story), tenant: tenant, in: connection)
                let odd = CallEnded(
                    callID: "c2", direction: .inbound, customerNumber: "1", accessNumber: "4001", flowID: nil,
                    campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(0), reason: .abandoned,
                    segments: [], agentID: nil, queueID: nil, recordings: [], attributes: ["name": "a\0b"])
                try ContactFold.ended(odd, tenant: tenant, in: connection)
            }
            let store = ContactStore(database: database)
            let record = try await store.find("c1", tenant: tenant)
            #expect(record.segments.map(\.kind) == [.ivr, .queue, .talk])
            #expect(record.totals.queue == 0)
            #expect(record.totals.addsUp)
            #expect(try await store.find("c2", tenant: tenant).attributes == ["name": "a\u{fffd}b"])
        }
    }

    @Test(arguments: [[0, 1], [1, 0], [0, 1, 0, 1]])
    func `an end that a successor tells again closes nothing twice: who was there when it ended is believed`(
        order: [Int]
    ) async throws {
        let accounts = [ended("c1"), ended("c1", segments: [segment(.ivr, 0, 4), segment(.queue, 4, 53)], until: 53)]
        try await withReporting { database in
            try await fold(database) { tenant, connection in
                for index in order { try ContactFold.ended(accounts[index], tenant: tenant, in: connection) }
            }
            let store = ContactStore(database: database)
            #expect(try await store.list(ContactFilter(), PageRequest(), tenant: tenant).items.count == 1)
            let record = try await store.find("c1", tenant: tenant)
            #expect(record.endedAt == at(50))
            #expect(record.segments.map(\.kind) == [.ivr, .queue, .ring, .talk])
            #expect(record.totals.addsUp)
        }
    }

    @Test(arguments: [[0, 1], [1, 0]])
    func `an end without a story, of a call that nobody knew any more, gives way to any other`(
        order: [Int]
    ) async throws {
        let buried = CallEnded(
            callID: "c1", direction: .inbound, customerNumber: "13800138000", accessNumber: "4001", flowID: nil,
            campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(0), reason: .systemFailed, segments: [],
            agentID: nil, queueID: nil, recordings: [], attributes: [:])
        let accounts = [ended("c1"), buried]
        try await withReporting { database in
            try await fold(database) { tenant, connection in
                for index in order { try ContactFold.ended(accounts[index], tenant: tenant, in: connection) }
            }
            let record = try await ContactStore(database: database).find("c1", tenant: tenant)
            #expect(record.endedAt == at(50) && record.reason == .customerHungUp && record.agentID == "amy")
            #expect(record.segments.count == 4)
        }
    }

    @Test func `a call that is up is listed without an end`() async throws {
        try await withReporting { database in
            let started = CallStarted(
                callID: "c2", direction: .inbound, customerNumber: "1", accessNumber: "4001", flowID: nil,
                campaignID: nil, attemptID: nil, startedAt: at(0))
            try await fold(database) { tenant, connection in
                try ContactFold.started(started, tenant: tenant, in: connection)
                try ContactFold.answered(
                    CallAnswered(callID: "c2", agentID: "amy", queueID: "sales", answeredAt: at(9)), tenant: tenant,
                    in: connection)
            }
            let record = try await ContactStore(database: database).find("c2", tenant: tenant)
            #expect(record.endedAt == nil && record.agentID == "amy" && record.queueID == "sales")
        }
    }

    @Test func `pages go on where the last one ended while contacts are added`() async throws {
        try await withReporting { database in
            try await fold(database) { tenant, connection in
                for number in 1...5 {
                    try ContactFold.ended(ended(CallID(rawValue: "c\(number)")), tenant: tenant, in: connection)
                }
            }
            let store = ContactStore(database: database)
            let first = try await store.list(ContactFilter(), PageRequest(limit: 3), tenant: tenant)
            #expect(first.items.map(\.callID) == ["c5", "c4", "c3"])
            #expect(first.nextCursor != nil)
            let last = try #require(first.items.last)
            let rest = PageRequest(limit: 3, after: ["\(last.startedAt.microseconds)", last.callID.rawValue])
            let second = try await store.list(ContactFilter(), rest, tenant: tenant)
            #expect(second.items.map(\.callID) == ["c2", "c1"])
            #expect(second.nextCursor == nil)
        }
    }

    @Test func `another tenant's contact is not found`() async throws {
        try await withReporting { database in
            try await fold(database) { tenant, connection in
                try ContactFold.ended(ended("c1"), tenant: tenant, in: connection)
            }
            await #expect(throws: Failure.self) {
                try await ContactStore(database: database).find("c1", tenant: "other")
            }
        }
    }

    @Test func `every filter finds the call and its opposite does not`() async throws {
        try await withReporting { database in
            try await fold(database) { tenant, connection in
                try ContactFold.ended(ended("c1"), tenant: tenant, in: connection)
            }
            let store = ContactStore(database: database)
            let fitting = ContactFilter(
                agent: "amy", queue: "sales", direction: .inbound, number: "13800138000", from: at(0), to: at(1))
            #expect(try await store.list(fitting, PageRequest(), tenant: tenant).items.count == 1)
            let others = [
                ContactFilter(agent: "bob"), ContactFilter(queue: "help"), ContactFilter(campaign: "spring"),
                ContactFilter(direction: .outbound), ContactFilter(number: "1"), ContactFilter(from: at(1)),
                ContactFilter(to: at(0)),
            ]
            for other in others {
                #expect(try await store.list(other, PageRequest(), tenant: tenant).items.isEmpty)
            }
        }
    }

    @Test func `an agent's states follow one another and the last has no end`() async throws {
        try await withReporting { database in
            func state(_ status: AgentStatus, _ second: Int64, _ revision: UInt64) -> AgentSnapshot {
                AgentSnapshot(
                    tenant: tenant, agentID: "amy", status: status, pauseReason: nil, since: at(second),
                    phoneID: "1001", callID: nil, isOnHold: false, until: nil, revision: revision)
            }
            let states = [state(.ready, 0, 1), state(.ringing, 10, 2), state(.talking, 12, 3)]
            try await fold(database) { tenant, connection in
                for state in states + states {
                    try AgentTimelineStore.changed(state, tenant: tenant, in: connection)
                }
            }
            let spans = try await AgentTimelineStore(database: database)
                .list("amy", from: at(11), to: at(100), PageRequest(), tenant: tenant).items
            #expect(spans.map(\.status) == [.ringing, .talking])
            #expect(spans.map(\.until) == [at(12), nil])
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
