import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct RoutingFloorTests {
    var floor = RoutingFloor()
    let shard = Shard.of("t")
    let settings = RoutingSettings(
        version: 1, queues: ["sales": StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy"])])

    private func snapshot(
        waiting: [WaitingCall] = [], agents: [AgentSnapshot] = [], stream: String = "cti/1@a"
    ) -> ShardSnapshot {
        ShardSnapshot(waiting: waiting, offered: [], agents: agents, stream: stream, number: 1)
    }

    private mutating func offers(_ input: RoutingFloor.Input, at now: Timestamp) -> [Offer] {
        floor.handle(input, at: now).compactMap {
            if case .tenant(_, .offer(let offer, in: _)) = $0 { offer } else { nil }
        }
    }

    @Test mutating func `a shard that is acquired asks cti first and decides then`() {
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        #expect(floor.handle(.shardAcquired(shard), at: 1) == [.askForSnapshot(shard)])
        #expect(offers(.tenant("t", .callEnqueued(.to("sales", "c1", at: 1))), at: 2).isEmpty)
        let told = snapshot(waiting: [.to("sales", "c0", at: 0)], agents: [.is(.ready, "amy", revision: 1)])
        #expect(offers(.snapshotTaken(shard, told, askedAt: 1), at: 3) == [Offer("c0", "amy", 1)])
    }

    @Test mutating func `calls of a shard that is not ours are not routed`() {
        #expect(floor.handle(.tenant("t", .callEnqueued(.to("sales"))), at: 0).isEmpty)
        #expect(!floor.owns("t"))
    }

    @Test mutating func `a shard that is lost is forgotten`() {
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        _ = floor.handle(.shardAcquired(shard), at: 1)
        _ = floor.handle(.snapshotTaken(shard, snapshot(), askedAt: 1), at: 2)
        _ = floor.handle(.tenant("t", .callEnqueued(.to("sales"))), at: 3)
        _ = floor.handle(.shardLost(shard), at: 4)
        #expect(floor.tenants.isEmpty)
        #expect(floor.handle(.shardAcquired(shard), at: 5) == [.askForSnapshot(shard)])
        #expect(floor.tenants["t"]?.calls.isEmpty == true)
    }

    @Test mutating func `settings that come late find the callers waiting`() {
        _ = floor.handle(.shardAcquired(shard), at: 1)
        let told = snapshot(waiting: [.to("sales", "c0", at: 0)], agents: [.is(.ready, "amy", revision: 1)])
        #expect(offers(.snapshotTaken(shard, told, askedAt: 1), at: 2).isEmpty)
        #expect(offers(.settingsChanged("t", settings), at: 3) == [Offer("c0", "amy", 1)])
    }

    @Test mutating func `older settings that come late change nothing`() {
        var older = RoutingSettings()
        older.version = 0
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        _ = floor.handle(.settingsChanged("t", older), at: 1)
        #expect(floor.knows("sales", of: "t"))
    }

    @Test mutating func `a tenant made after the take-over is routed at once`() {
        _ = floor.handle(.shardAcquired(shard), at: 1)
        _ = floor.handle(.snapshotTaken(shard, snapshot(), askedAt: 1), at: 2)
        _ = floor.handle(.settingsChanged("t", settings), at: 3)
        _ = floor.handle(.tenant("t", .agentChanged(.is(.ready, "amy", revision: 1))), at: 4)
        #expect(offers(.tenant("t", .callEnqueued(.to("sales"))), at: 5) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `cti is asked again every few seconds, once at a time`() {
        _ = floor.handle(.shardAcquired(shard), at: 1)
        #expect(floor.handle(.timePassed, at: 10).isEmpty)
        _ = floor.handle(.snapshotTaken(shard, snapshot(), askedAt: 1), at: 11)
        #expect(floor.handle(.timePassed, at: 11) == [.askForSnapshot(shard)])
        #expect(floor.handle(.timePassed, at: 12).isEmpty)
        _ = floor.handle(.snapshotTaken(shard, snapshot(), askedAt: 11), at: 12)
        #expect(floor.handle(.timePassed, at: 15).isEmpty)
        #expect(floor.handle(.timePassed, at: 16) == [.askForSnapshot(shard)])
    }

    @Test mutating func `an unclear refusal while cti is being asked asks once more after the answer`() {
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        _ = floor.handle(.shardAcquired(shard), at: 1)
        let told = snapshot(waiting: [.to("sales", "c0", at: 0)], agents: [.is(.ready, "amy", revision: 1)])
        _ = floor.handle(.snapshotTaken(shard, told, askedAt: 1), at: 2)
        #expect(floor.handle(.timePassed, at: 6).contains(.askForSnapshot(shard)))
        #expect(floor.handle(.tenant("t", .offerRefused(Offer("c0", "amy", 1), .unclear)), at: 7).isEmpty)
        #expect(floor.handle(.snapshotTaken(shard, told, askedAt: 6), at: 8).last == .askForSnapshot(shard))
    }

    @Test mutating func `a queue in which somebody waits or works is ticked once a second`() {
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        _ = floor.handle(.shardAcquired(shard), at: 1)
        _ = floor.handle(.snapshotTaken(shard, snapshot(), askedAt: 1), at: 2)
        #expect(floor.handle(.timePassed, at: 2).isEmpty)
        _ = floor.handle(.tenant("t", .callEnqueued(.to("sales", at: 2))), at: 2)
        let figures = QueueFigures(
            queueID: "sales", waiting: 1, offered: 0, longestSince: 2, agentsReady: 0, agentsBusy: 0, agentsPaused: 0,
            callbacks: 0, serviceLevel: ServiceCounts().figures(by: ServiceLevelRule(), since: 0))
        #expect(floor.handle(.timePassed, at: 3) == [.tick("t", figures)])
        #expect(floor.handle(.timePassed, at: Timestamp(microseconds: 3_500_000)).isEmpty)
        #expect(floor.handle(.timePassed, at: 4) == [.tick("t", figures)])
    }
}
