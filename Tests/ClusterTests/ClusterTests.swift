import Bus
import Contracts
import Database
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Cluster

/// One instance of cti on a real PostgreSQL, turned by hand.
private struct Instance {
    let cluster: Cluster
    var state: LeaseState

    init(_ instance: InstanceID, _ database: Database, _ timing: ClusterTiming = ClusterTiming()) {
        cluster = Cluster(
            instance: instance, endpoints: nowhere, publicKey: "key", database: database, timing: timing,
            log: Logger(label: "test.cluster"))
        state = LeaseState(instance: instance, timeToLive: timing.timeToLive)
    }

    mutating func turn() async throws { try await cluster.turn(&state) }
}

private func withCluster(_ body: (Database) async throws -> Void) async throws {
    try await withDatabase("cluster", Cluster.schema) { try await body($0) }
}

/// Makes an instance's time run out, as if it had been silent for so long.
private func expire(_ instance: InstanceID, _ database: Database) async throws {
    try await database.run(
        """
        UPDATE cluster.instance SET expires_at = clock_timestamp() - interval '1 second'
        WHERE service = \(instance.service) AND number = \(instance.number)
        """)
}

@Suite struct ClusterTests {
    @Test func `three instances share, and all know who owns what`() async throws {
        try await withCluster { database in
            var all = [me, peer, third].map { Instance($0, database) }
            for _ in 0..<2 { for index in all.indices { try await all[index].turn() } }
            let shares = all.map(\.cluster.shards)
            #expect(shares.map(\.count).reduce(0, +) == 64)
            for share in shares { #expect((12...30).contains(share.count)) }
            for (index, share) in shares.enumerated() {
                for (shard, epoch) in share {
                    for instance in all {
                        let owner = instance.cluster.owner(of: shard, service: .cti)
                        // The last to be turned has told nobody yet; nobody is told something wrong.
                        guard let owner else { continue }
                        #expect(owner.instance == all[index].cluster.instance)
                        #expect(owner.epoch == epoch)
                    }
                }
            }
            #expect(all[0].cluster.endpoints().keys.sorted() == [me, peer, third])
            let tenant = TenantID(rawValue: "acme")
            #expect(all.filter { $0.cluster.owns(tenant) != nil }.count == 1)
        }
    }

    @Test func `what is under way is ended before another may take the shard`() async throws {
        try await withCluster { database in
            var timing = ClusterTiming()
            timing.timeToLive = .seconds(60)
            var one = Instance(me, database, timing)
            var two = Instance(peer, database, timing)
            try await one.turn()
            try await two.turn()
            let (handedOver, told) = AsyncStream.makeStream(of: Int.self)
            one.cluster.beforeRelease { shards in
                let owned = try? await database.query(
                    "SELECT shard FROM cluster.lease WHERE service = 'cti' AND owner = 1 AND shard = ANY(\(shards.map(\.number))::int[])"
                ) { _ in true }
                told.yield(owned?.count ?? 0)
            }
            try await one.turn()
            told.finish()
            var counts: [Int] = []
            for await count in handedOver { counts.append(count) }
            #expect(counts == [32], "all are still ours while the hand-over runs")
            try await two.turn()
            #expect(two.cluster.shards.count == 32)
        }
    }

    @Test func `a silent instance is succeeded under higher epochs, and its writes are refused`() async throws {
        try await withCluster { database in
            var (one, two) = (Instance(me, database), Instance(peer, database))
            for _ in 0..<2 {
                try await one.turn()
                try await two.turn()
            }
            let stale = one.cluster.shards
            let shard = try #require(stale.keys.min())
            let epoch = try #require(stale[shard])
            try await database.transaction { try $0.require(epoch: epoch, of: shard, service: .cti) }

            try await database.run("UPDATE cluster.instance SET state = 'down' WHERE number = 1")
            try await two.turn()
            #expect(two.cluster.shards.count == 64)
            for (shard, epoch) in stale { #expect(two.cluster.epoch(of: shard) == epoch + 1) }
            let refusal = await #expect(throws: Failure.self) {
                try await database.transaction { try $0.require(epoch: epoch, of: shard, service: .cti) }
            }
            #expect(refusal?.kind == .staleEpoch)

            // The first learns of it at its next turn, and is a new incarnation.
            #expect(one.cluster.shards == stale)
            try await one.turn()
            #expect(one.cluster.shards.isEmpty)
            #expect(one.state.incarnation == 2)
            try await two.turn()
            try await one.turn()
            #expect(one.cluster.epoch(of: shard) == epoch + 2)
        }
    }

    @Test func `an instance that was heard meanwhile is not declared down`() async throws {
        try await withCluster { database in
            let store = ClusterStore(database)
            let incarnation = try await store.join(me, nowhere, publicKey: nil, timeToLive: .seconds(2))
            try await store.declareDown(me, incarnation: incarnation, timeToLive: .seconds(2))
            #expect(try await store.beat(me, incarnation: incarnation, .up, timeToLive: .seconds(2)) == .alive)
            try await expire(me, database)
            try await store.declareDown(me, incarnation: incarnation, timeToLive: .seconds(2))
            #expect(
                try await store.beat(me, incarnation: incarnation, .up, timeToLive: .seconds(2))
                    == .rejoined(incarnation: incarnation + 1))
        }
    }

    @Test func `an instance whose time runs out in a future that nobody writes can be declared down`() async throws {
        try await withCluster { database in
            let store = ClusterStore(database)
            let incarnation = try await store.join(me, nowhere, publicKey: nil, timeToLive: .seconds(2))
            try await database.run("UPDATE cluster.instance SET expires_at = expires_at + interval '1 hour'")
            try await store.declareDown(me, incarnation: incarnation, timeToLive: .seconds(2))
            #expect(try await store.observe().members.map(\.state) == [.down])
        }
    }

    @Test func `of two that claim the same shard one gets it`() async throws {
        try await withCluster { database in
            let store = ClusterStore(database)
            let claims = Dictionary(uniqueKeysWithValues: Shard.all.map { ($0, UInt64(0)) })
            async let first: Void = store.claim(claims, for: me, incarnation: 1)
            async let second: Void = store.claim(claims, for: peer, incarnation: 1)
            _ = try await (first, second)
            let leases = try await store.observe().leases.filter { $0.service == .cti }
            #expect(leases.allSatisfy { $0.epoch == 1 })
        }
    }

    @Test func `a second process of the same name supersedes the first`() async throws {
        try await withCluster { database in
            var first = Instance(me, database)
            try await first.turn()
            var second = Instance(me, database)
            try await second.turn()
            #expect(second.cluster.shards.count == 64)
            await #expect(throws: ClusterError.self) { try await first.turn() }
            #expect(first.cluster.shards.isEmpty)
        }
    }

    @Test func `an owner that is cut off from PostgreSQL goes on`() async throws {
        let scratch = try await ScratchDatabase.make()
        let database = ScratchDatabase.database(DatabaseConfiguration(url: try scratch.url, schema: "cluster"))
        try await Cluster.migrate(database)
        var one = Instance(me, database)
        try await one.turn()
        // Ends every connection, and new ones are refused.
        await database.close()
        try await scratch.drop()
        for _ in 0..<3 { await #expect(throws: DatabaseError.self) { try await one.turn() } }
        #expect(one.cluster.shards.count == 64)
        #expect(one.cluster.owner(of: .of("acme".tenant), service: .cti)?.instance == me)
    }

    @Test func `a service without shards is a member all the same`() async throws {
        try await withCluster { database in
            let crm = InstanceID(.crm, 1)
            var instance = Instance(crm, database)
            try await instance.turn()
            #expect(instance.cluster.shards.isEmpty)
            #expect(instance.cluster.endpoints() == [crm: nowhere])
        }
    }

    @Test func `the lone owner of the tests owns everything without PostgreSQL`() {
        let cluster = Cluster.alone(me, epoch: 7)
        #expect(cluster.owns("acme".tenant) == 7)
        #expect(cluster.owner(of: .of("acme".tenant), service: .cti)?.epoch == 7)
    }
}

extension String {
    fileprivate var tenant: TenantID { TenantID(rawValue: self) }
}
