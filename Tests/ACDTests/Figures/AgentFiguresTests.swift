import Contracts
import TestSupport
import Testing

@testable import ACD

/// What agents do is told once a second.
@Suite struct AgentFiguresTests {
    private func floor() -> RoutingFloor {
        var floor = RoutingFloor()
        _ = floor.handle(.settingsChanged("t", RouterFixture.sales), at: 0)
        _ = floor.handle(.shardAcquired(.of("t")), at: 1)
        let snapshot = ShardSnapshot(
            waiting: [], offered: [],
            agents: [.is(.talking, "amy", revision: 1), .is(.ready, "bob", revision: 1)], stream: "cti/1@a", number: 1)
        _ = floor.handle(.snapshotTaken(.of("t"), snapshot, askedAt: 1), at: 2)
        return floor
    }

    private func told(_ actions: [RoutingFloor.Action]) -> [[AgentID]] {
        actions.compactMap { if case .tickAgents("t", let agents) = $0 { agents.map(\.agentID) } else { nil } }
    }

    @Test func `all are told first, then only of whom something changed, and every ten seconds all again`() {
        var floor = floor()
        #expect(told(floor.handle(.timePassed, at: 3)) == [["amy", "bob"]])
        #expect(told(floor.handle(.timePassed, at: 4)).isEmpty)
        _ = floor.handle(.tenant("t", .agentChanged(.is(.paused, "bob", since: 4, revision: 2))), at: 4)
        #expect(told(floor.handle(.timePassed, at: 5)) == [["bob"]])
        for second in 6...12 { #expect(told(floor.handle(.timePassed, at: .second(second))).isEmpty) }
        #expect(told(floor.handle(.timePassed, at: 13)) == [["amy", "bob"]])
    }

    @Test func `who signed out is told no more`() {
        var floor = floor()
        _ = floor.handle(.tenant("t", .agentChanged(.is(.signedOut, "amy", since: 3, revision: 2))), at: 3)
        #expect(told(floor.handle(.timePassed, at: 3)) == [["bob"]])
    }

    @Test func `many agents come in parts`() {
        var floor = RoutingFloor()
        _ = floor.handle(.shardAcquired(.of("t")), at: 1)
        let agents = (1...450).map { AgentSnapshot.is(.ready, AgentID(rawValue: "a\($0)"), revision: 1) }
        let snapshot = ShardSnapshot(waiting: [], offered: [], agents: agents, stream: "cti/1@a", number: 1)
        _ = floor.handle(.snapshotTaken(.of("t"), snapshot, askedAt: 1), at: 2)
        #expect(told(floor.handle(.timePassed, at: 3)).map(\.count) == [200, 200, 50])
    }
}
