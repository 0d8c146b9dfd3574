import Contracts
import Database
import Logging
import TestSupport
import Testing

@testable import ACD

/// What was counted today goes on when another instance routes the tenant.
@Suite(.timeLimit(.minutes(1))) struct DayCountTests {
    /// Ten seconds after a midnight.
    private static let morning = Timestamp(microseconds: 20_000 * 86_400_000_000 + 10_000_000)

    private func after(_ seconds: Int) -> Timestamp { Self.morning.adding(.seconds(seconds)) }

    /// amy answered one call after four seconds, and another caller gave up after thirty.
    private func counted(_ state: inout RoutingState) {
        _ = state.handle(.timePassed, at: after(0))
        _ = state.handle(.agentChanged(.is(.ready, "amy", since: after(0), revision: 1)), at: after(0))
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: after(0))), at: after(1))
        _ = state.handle(.agentChanged(.is(.talking, "amy", since: after(4), on: "c1", revision: 2)), at: after(4))
        _ = state.handle(.callAnswered("c1"), at: after(4))
        _ = state.handle(.callAbandoned("c2", "sales", waitedMicroseconds: 30_000_000), at: after(5))
        _ = state.handle(.agentChanged(.is(.ready, "amy", since: after(64), revision: 3)), at: after(64))
    }

    private func figures(_ state: RoutingState) -> (answered: Int?, abandoned: Int?, since: Timestamp?) {
        let level = state.figures(of: "sales")?.serviceLevel
        return (level?.answered, level?.abandoned, level?.since)
    }

    @Test func `a new owner goes on with what was counted, and adds what he has counted before he knew`() throws {
        var former = RoutingState.open()
        _ = former.handle(.countsFound(nil), at: after(0))
        counted(&former)
        let kept = try #require(former.dayCounts)
        #expect(kept.queues["sales"]?.answered == 1 && kept.agents["amy"]?.answered == 1)
        #expect(kept.agents["amy"]?.talkedMicroseconds == 60_000_000)

        var heir = RoutingState.open()
        _ = heir.handle(.timePassed, at: after(100))
        _ = heir.handle(.callAbandoned("c3", "sales", waitedMicroseconds: 1), at: after(100))
        #expect(heir.dayCounts == nil, "nothing is stored before it is known what was")
        _ = heir.handle(.countsFound(kept), at: after(101))
        let level = figures(heir)
        #expect(level.answered == 1 && level.abandoned == 2 && level.since == former.countsSince)
        _ = heir.handle(.agentChanged(.is(.ready, "amy", since: after(102), revision: 9)), at: after(102))
        #expect(heir.agentFigures().first?.answered == 1)
        _ = heir.handle(.countsFound(kept), at: after(103))
        #expect(figures(heir).abandoned == 2, "what is told again is not counted again")
    }

    @Test func `the strategies go on with it`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.strategy = .fewestCalls
        var heir = RoutingState.open(queue)
        _ = heir.handle(.agentChanged(.is(.ready, "amy", since: after(0), revision: 1)), at: after(0))
        _ = heir.handle(.agentChanged(.is(.ready, "bob", since: after(1), revision: 1)), at: after(1))
        let kept = DayCounts(
            day: AgentWork.day(of: Self.morning), since: after(0), agents: ["amy": AgentDay(answered: 3)])
        _ = heir.handle(.countsFound(kept), at: after(2))
        #expect(heir.offers(.callEnqueued(.to("sales", at: after(3))), at: after(3)).map(\.agentID) == ["bob"])
    }

    @Test func `yesterday's counts are not today's, but whose turn it is goes on`() throws {
        var former = RoutingState.open()
        _ = former.handle(.countsFound(nil), at: after(0))
        counted(&former)
        let kept = try #require(former.dayCounts)
        var heir = RoutingState.open()
        _ = heir.handle(.countsFound(kept), at: after(86_400))
        #expect(figures(heir).answered == 0)
        #expect(heir.agents["amy"]?.work.turnAt == former.agents["amy"]?.work.turnAt)
        #expect(heir.agents["amy"]?.work.answered == 0)
    }

    @Test func `counts are stored and found again, and a former owner changes nothing more`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = DayCountStore(database: database)
            #expect(try await store.find(of: "t") == nil)
            var former = RoutingState.open()
            _ = former.handle(.countsFound(nil), at: after(0))
            counted(&former)
            let kept = try #require(former.dayCounts)
            try await store.write(kept, since: nil, epoch: 4, of: "t")
            #expect(try await store.find(of: "t") == kept)
            #expect(try await store.find(of: "u") == nil)
            var more = kept
            more.queues["sales"]?.answered = 9
            try await store.write(more, since: kept, epoch: 5, of: "t")
            try await store.write(kept, since: nil, epoch: 4, of: "t")
            #expect(try await store.find(of: "t")?.queues["sales"]?.answered == 9)
            var next = DayCounts(day: kept.day + 1, since: after(86_400))
            next.queues["sales"] = ServiceCounts(answered: 1)
            try await store.write(next, since: more, epoch: 5, of: "t")
            let found = try #require(try await store.find(of: "t"))
            #expect(found.queues == next.queues && found.since == next.since && found.agents["amy"]?.answered == 0)
            #expect(found.agents["amy"]?.turnAt == kept.agents["amy"]?.turnAt)
        }
    }

    @Test func `from one owner to the next through PostgreSQL`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = DayCountStore(database: database)
            for round in 1...2 {
                let fixture = RouterFixture()
                try await fixture.run { fixture in
                    let keeper = DayCountKeeper(store: store, router: fixture.router, log: Logger(label: "test")) { _ in
                        UInt64(round)
                    }
                    try await keeper.turn()
                    fixture.router.send(
                        .tenant("t", .callAbandoned(CallID(rawValue: "c\(round)"), "sales", waitedMicroseconds: 1)))
                    try await keeper.turn()
                    let level = try await fixture.router.ask { $0.tenants["t"]?.figures(of: "sales")?.serviceLevel }
                    #expect(level?.abandoned == round)
                }
            }
        }
    }
}
