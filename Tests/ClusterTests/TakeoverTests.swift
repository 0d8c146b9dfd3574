import Bus
import Contracts
import Database
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Cluster

/// Instances that run by themselves, with the real times.
@Suite struct TakeoverTests {
    private func cluster(_ instance: InstanceID, _ database: Database) -> Cluster {
        Cluster(instance: instance, endpoints: nowhere, database: database, log: Logger(label: "test.cluster"))
    }

    /// Waits until it holds, or fails after the limit.
    private func wait(
        _ what: Comment, for limit: Duration, until isTrue: () -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let deadline = ContinuousClock.now + limit
        while !isTrue() {
            guard ContinuousClock.now < deadline else {
                Issue.record(what, sourceLocation: sourceLocation)
                return
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `a killed instance's shards are taken within the time to live and a tick`() async throws {
        try await withDatabase("cluster", Cluster.schema) { database in
            let (one, two) = (cluster(me, database), cluster(peer, database))
            let killed = Task { try await one.run() }
            let survivor = Task { try await two.run() }
            await wait("both have their share", for: .seconds(10)) {
                one.shards.count + two.shards.count == 64 && !one.shards.isEmpty && !two.shards.isEmpty
            }
            let before = one.shards
            let ownership = two.ownership
            killed.cancel()
            let start = ContinuousClock.now
            await wait("the survivor owns all", for: .seconds(10)) { two.shards.count == 64 }
            #expect(ContinuousClock.now - start < .seconds(3))
            for (shard, epoch) in before { #expect(two.epoch(of: shard) == epoch + 1) }
            #expect(two.endpoints().keys.sorted() == [peer])
            var gained: [Shard] = []
            for await case .acquired(let shard, _) in ownership {
                gained.append(shard)
                if gained.count == 64 { break }
            }
            #expect(Set(gained).count == 64)
            survivor.cancel()
            _ = await (killed.result, survivor.result)
        }
    }

    @Test func `an instance that is stopped hands over at once`() async throws {
        try await withDatabase("cluster", Cluster.schema) { database in
            let (one, two) = (cluster(me, database), cluster(peer, database))
            let log = Logger(label: "test.group")
            let stopped = ServiceGroup(services: [one], logger: log)
            async let stop: Void = stopped.run()
            let survivor = Task { try await two.run() }
            await wait("both have their share", for: .seconds(10)) {
                one.shards.count + two.shards.count == 64 && !one.shards.isEmpty && !two.shards.isEmpty
            }
            let start = ContinuousClock.now
            await stopped.triggerGracefulShutdown()
            try await stop
            #expect(one.shards.isEmpty)
            await wait("the survivor owns all", for: .seconds(5)) { two.shards.count == 64 }
            #expect(ContinuousClock.now - start < .milliseconds(1500))
            survivor.cancel()
            _ = await survivor.result
        }
    }

    @Test func `a drained instance works on without shards`() async throws {
        try await withDatabase("cluster", Cluster.schema) { database in
            let (one, two) = (cluster(me, database), cluster(peer, database))
            let tasks = [one, two].map { cluster in Task { try await cluster.run() } }
            await wait("both have their share", for: .seconds(10)) {
                one.shards.count + two.shards.count == 64 && !one.shards.isEmpty && !two.shards.isEmpty
            }
            #expect(!one.isGivenAway)
            await one.drain()
            #expect(one.shards.isEmpty)
            await wait("all is another's", for: .seconds(5)) { one.isGivenAway }
            await wait("the other owns all", for: .seconds(5)) { two.shards.count == 64 }
            #expect(two.endpoints().keys.sorted() == [me, peer])
            for task in tasks { task.cancel() }
            for task in tasks { _ = await task.result }
        }
    }
}
