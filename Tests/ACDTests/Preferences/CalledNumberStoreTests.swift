import Bus
import Contracts
import Database
import Logging
import TestSupport
import Testing

@testable import ACD

extension CallEnded {
    /// A call of ours to this number that is over.
    static func out(
        _ number: String, _ id: CallID = "o1", by agent: AgentID? = nil, for queue: QueueID? = nil,
        campaign: CampaignID? = nil, isAnswered: Bool = false, endedAt: Timestamp = 60
    ) -> CallEnded {
        let dial = CallSegment(kind: .dial, startedAt: 10, endedAt: endedAt, reason: "noAnswer")
        let talk = CallSegment(kind: .talk, startedAt: endedAt, endedAt: endedAt, agentID: agent, reason: "x")
        return CallEnded(
            callID: id, direction: .outbound, customerNumber: number, accessNumber: "4008001", flowID: nil,
            campaignID: campaign, attemptID: nil, startedAt: 10, endedAt: endedAt,
            reason: isAnswered ? .customerHungUp : .noAnswer, segments: isAnswered ? [dial, talk] : [dial],
            agentID: isAnswered ? agent : nil, queueID: nil, recordings: [], attributes: [:],
            calledFor: CalledFor(agentID: agent, queueID: queue))
    }
}

/// Whom we called, and who he may want when he calls back.
@Suite(.timeLimit(.minutes(1))) struct CalledNumberStoreTests {
    private func hear(_ ended: CallEnded, of tenant: TenantID = "t", in database: Database) async throws {
        try await database.transaction(tenant: "*") { try $0.noteCalled(ended, of: tenant) }
    }

    @Test func `a campaign's attempt that nobody answered is remembered with its queue`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = CalledNumberStore(database: database)
            try await hear(.out("+8613800138000", for: "sales", campaign: "k1", endedAt: 60), in: database)
            let found = try await store.find("13800138000", since: 60, of: "t")
            #expect(
                found
                    == EarlierCall(
                        calledAt: 60, wasAnswered: false, agentID: nil, queueID: "sales", campaignID: "k1"))
            #expect(try await store.find("13800138000", since: 61, of: "t") == nil, "that is too long ago")
            #expect(try await store.find("13800138001", since: 0, of: "t") == nil)
            #expect(try await store.find("13800138000", since: 0, of: "u") == nil, "another tenant called him")
            #expect(try await store.find("anonymous", since: 0, of: "t") == nil)
        }
    }

    @Test func `the agent who called is wanted before the campaign that called later`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = CalledNumberStore(database: database)
            try await hear(.out("10010", "o1", by: "amy", isAnswered: true, endedAt: 60), in: database)
            try await hear(.out("10010", "o2", by: "bob", endedAt: 70), in: database)
            try await hear(.out("10010", "o3", for: "sales", campaign: "k1", endedAt: 80), in: database)
            let found = try #require(try await store.find("10010", since: 0, of: "t"))
            #expect(found.agentID == "bob" && found.queueID == "sales")
            #expect(found.calledAt == 80 && !found.wasAnswered)
            let known = try await AcquaintanceStore(database: database).find(number: "10010", of: "t")
            #expect(known.calls == [.init(agentID: "bob", at: 70), .init(agentID: "amy", at: 60)])
        }
    }

    @Test func `a late report does not make an old call the last, and who called in is not remembered`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = CalledNumberStore(database: database)
            try await hear(.out("10010", "o2", by: "amy", isAnswered: true, endedAt: 90), in: database)
            try await hear(.out("10010", "o1", by: "amy", endedAt: 60), in: database)
            #expect(try await store.find("10010", since: 0, of: "t")?.calledAt == 90)
            try await hear(.of("10011", talkedWith: "amy"), in: database)
            #expect(try await store.find("10011", since: 0, of: "t") == nil)
        }
    }

    @Test func `calls that no rule looks back to are removed`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = CalledNumberStore(database: database)
            try await hear(.out("10010", by: "amy", endedAt: 60), in: database)
            let month = 3600 * PreferredAgentRule.longestHours
            let sweeper = Sweeper(
                acquaintances: AcquaintanceStore(database: database), called: store, now: { .second(month + 61) },
                log: Logger(label: "test"))
            try await sweeper.sweep()
            #expect(try await store.find("10010", since: 0, of: "t") == nil)
        }
    }

    @Test func `cti is told who called, and only as far back as it asks`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            try await hear(.out("10010", by: "amy", endedAt: 60), in: database)
            let bus = LocalBus.Network().bus(InstanceID(.acd, 1))
            let router = CallRouter(bus: bus, log: Logger(label: "test"), now: { .second(60 + 7200) }) { _ in }
            RoutingRequests(router: router, refresh: {}, called: CalledNumberStore(database: database)).serve(on: bus)
            let near = try await bus.request(
                FindEarlierCall(number: "10010", withinHours: 2), to: .any(.acd), tenant: "t")
            #expect(near?.agentID == "amy")
            let late = try await bus.request(
                FindEarlierCall(number: "10010", withinHours: 1), to: .any(.acd), tenant: "t")
            #expect(late == nil)
        }
    }

    @Test func `who called him has the caller while he is ready`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.preferredAgents = [.init(by: .calledHim, seconds: 10, withinHours: 1)]
        var state = RoutingState.open(queue)
        _ = state.ready("bob", at: 1)
        _ = state.ready("amy", at: 2)
        let known = CallerKnowledge(calls: [.init(agentID: "amy", at: 3000)])
        let soon = WaitingCall.to("sales", "c1", at: 6000)
        #expect(state.offers(.callEnqueued(soon, knowing: known), at: 6000).map(\.agentID) == ["amy"])
        let late = WaitingCall.to("sales", "c2", at: 6601)
        #expect(state.offers(.callEnqueued(late, knowing: known), at: 6601).map(\.agentID) == ["bob"])
    }
}
