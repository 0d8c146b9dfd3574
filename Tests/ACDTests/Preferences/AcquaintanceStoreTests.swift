import Contracts
import Database
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import ACD

extension CallEnded {
    /// A call of this number that is over.
    static func of(
        _ number: String, _ id: CallID = "c1", talkedWith agent: AgentID? = nil, in queue: QueueID? = "sales",
        queuedAt: Timestamp = 10, endedAt: Timestamp = 60, reason: CallEndReason = .customerHungUp,
        direction: CallDirection = .inbound
    ) -> CallEnded {
        let waited = CallSegment(
            kind: .queue, startedAt: queuedAt, endedAt: agent == nil ? endedAt : queuedAt, queueID: queue, reason: "x")
        let talk = agent.map {
            CallSegment(
                kind: .talk, startedAt: queuedAt, endedAt: endedAt, queueID: queue, agentID: $0,
                reason: "customerHungUp")
        }
        return CallEnded(
            callID: id, direction: direction, customerNumber: number, accessNumber: "4008001", flowID: nil,
            campaignID: nil, attemptID: nil, startedAt: queuedAt, endedAt: endedAt, reason: reason,
            segments: [waited] + (talk.map { [$0] } ?? []), agentID: agent, queueID: queue, recordings: [],
            attributes: ["vip": "1"])
    }
}

@Suite struct AcquaintanceStoreTests {
    private func hear(_ ended: CallEnded, of tenant: TenantID = "t", in database: Database) async throws {
        try await database.transaction(tenant: "*") { try $0.noteTalk(ended, of: tenant) }
    }

    @Test func `whom a number talked with is remembered, the last first, however the number is written`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = AcquaintanceStore(database: database)
            try await hear(.of("+8613800138000", "c1", talkedWith: "amy", endedAt: 60), in: database)
            try await hear(.of("13800138000", "c2", talkedWith: "bob", endedAt: 90), in: database)
            try await hear(.of("13800138000", "c3", endedAt: 95), in: database)
            let known = try await store.find(number: "013800138000", of: "t")
            #expect(known.talks == [.init(agentID: "bob", at: 90), .init(agentID: "amy", at: 60)])
            #expect(try await store.find(number: "13800138000", of: "u") == CallerKnowledge())
        }
    }

    @Test func `a late report does not make an old talk the last`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = AcquaintanceStore(database: database)
            try await hear(.of("10086", "c2", talkedWith: "amy", endedAt: 90), in: database)
            try await hear(.of("10086", "c1", talkedWith: "amy", endedAt: 60), in: database)
            #expect(try await store.find(number: "10086", of: "t").talks == [.init(agentID: "amy", at: 90)])
        }
    }

    @Test func `old talks are removed`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = AcquaintanceStore(database: database)
            try await hear(.of("10086", talkedWith: "amy", endedAt: 60), in: database)
            let month = 3600 * PreferredAgentRule.longestHours
            try await Sweeper(
                acquaintances: store, called: CalledNumberStore(database: database), now: { .second(month + 59) },
                log: Logger(label: "test")
            ).sweep()
            #expect(try await store.find(number: "10086", of: "t").talks.count == 1)
            try await Sweeper(
                acquaintances: store, called: CalledNumberStore(database: database), now: { .second(month + 61) },
                log: Logger(label: "test")
            ).sweep()
            #expect(try await store.find(number: "10086", of: "t").talks.isEmpty)
        }
    }

    @Test func `a case is opened once a kind, changed, and no longer routed by when it is resolved`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let cases = UnresolvedCaseStore(database: database)
            let store = AcquaintanceStore(database: database)
            let first = try await cases.mark(
                UnresolvedMark(number: "13800138000", kind: "complaint", callID: "c1"), by: "amy", of: "t")
            #expect(first.state == "open" && first.agentID == "amy" && first.callID == "c1")
            let again = try await cases.mark(
                UnresolvedMark(number: "+8613800138000", kind: "complaint", note: "broken"), by: "bob", of: "t")
            #expect(again.id == first.id && again.agentID == "bob" && again.note == "broken" && again.callID == "c1")
            #expect(try await store.find(number: "13800138000", of: "t").cases.map(\.agentID) == ["bob"])
            let changed = try await cases.change(first.id, CaseChange(state: "ordered"), of: "t")
            #expect(changed.state == "ordered" && changed.note == "broken")
            #expect(try await cases.resolve(first.id, of: "t").resolvedAt != nil)
            #expect(try await store.find(number: "13800138000", of: "t").cases.isEmpty)
            await #expect(throws: Failure.self) { try await cases.change(first.id, CaseChange(), of: "t") }
            let later = try await cases.mark(
                UnresolvedMark(number: "13800138000", kind: "complaint"), by: "eve", of: "t")
            #expect(later.id != first.id)
        }
    }

    @Test func `cases are listed part by part, of one number, agent or progress, and a tenant sees its own`()
        async throws
    {
        try await withDatabase("acd", Schema.migrations) { database in
            let cases = UnresolvedCaseStore(database: database)
            for (number, agent) in [("10001", "amy"), ("10002", "bob"), ("10003", "amy")] as [(String, AgentID)] {
                _ = try await cases.mark(UnresolvedMark(number: number, kind: "afterSales"), by: agent, of: "t")
            }
            let first = try await cases.list(
                number: nil, agent: nil, isOpen: true, PageRequest(limit: 2), of: "t")
            #expect(first.items.map(\.number) == ["10003", "10002"])
            let last = try #require(first.items.last)
            let second = try await cases.list(
                number: nil, agent: nil, isOpen: nil,
                PageRequest(limit: 2, after: ["\(last.changedAt.microseconds)", last.id]), of: "t")
            #expect(second.items.map(\.number) == ["10001"])
            let amys = try await cases.list(number: nil, agent: "amy", isOpen: nil, PageRequest(), of: "t")
            #expect(amys.items.map(\.number) == ["10003", "10001"])
            #expect(
                try await cases.list(number: "10002", agent: nil, isOpen: false, PageRequest(), of: "t").items.isEmpty)
            #expect(try await cases.list(number: nil, agent: nil, isOpen: nil, PageRequest(), of: "u").items.isEmpty)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct CallerMemoryTests {
    private static let rules: [PreferredAgentRule] = [.init(by: .lastAgent), .init(by: .owner)]
    private let call = WaitingCall.to("sales", attributes: ["caller": "13800138000"])

    @Test func `both are asked, and what they say is put together`() async {
        let memory = CallerMemory(log: Logger(label: "test")) { _, _ in
            CallerKnowledge(talks: [.init(agentID: "amy", at: 5)])
        } owner: { number, _ in
            number == "13800138000" ? "bob" : nil
        }
        let known = await memory.recall(call, for: Self.rules)
        #expect(known == CallerKnowledge(talks: [.init(agentID: "amy", at: 5)], ownerID: "bob"))
    }

    @Test func `nobody waits for a memory that is slow or broken`() async {
        let memory = CallerMemory(patience: .milliseconds(20), log: Logger(label: "test")) { _, _ in
            try await Task.sleep(for: .seconds(50))
            return CallerKnowledge()
        } owner: { _, _ in
            throw Failure(.unavailable, "away")
        }
        #expect(await memory.recall(call, for: Self.rules) == CallerKnowledge())
    }

    @Test func `a queue without rules, or a caller without a number, asks nobody`() async {
        let memory = CallerMemory(log: Logger(label: "test")) { _, _ in
            Issue.record("asked")
            return CallerKnowledge()
        } owner: { _, _ in
            Issue.record("asked")
            return nil
        }
        #expect(await memory.recall(call, for: []) == CallerKnowledge())
        #expect(await memory.recall(.to("sales"), for: Self.rules) == CallerKnowledge())
        #expect(
            await memory.recall(.to("sales", attributes: ["caller": "anonymous"]), for: Self.rules) == CallerKnowledge()
        )
    }
}
