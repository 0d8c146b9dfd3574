import Bus
public import Contracts
public import Database

/// Reads and writes `cluster.instance` and `cluster.lease`. The only file that knows the tables.
///
/// Each statement is a transaction by itself, so a process that is stopped in mid-turn holds no lock. All times are PostgreSQL's.
public struct ClusterStore: Sendable {
    let database: Database

    public init(_ database: Database) {
        self.database = database
    }

    /// Everything there is to know.
    public func observe() async throws -> Observation {
        // Members after leases: a lease's owner is never newer than the members we know.
        let leases = try await database.query(
            "SELECT service, shard, owner, incarnation, epoch FROM cluster.lease ORDER BY service, shard", row: lease)
        let members = try await database.query(
            """
            SELECT service, number, incarnation, state, publish, requests, public_key,
                (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at,
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now
            FROM cluster.instance ORDER BY service, number
            """
        ) { row in try (member: member(row), time: Timestamp(microseconds: row.get("now"))) }
        return Observation(
            time: members.map(\.time).max() ?? Timestamp(microseconds: 0), members: members.compactMap(\.member),
            leases: leases.compactMap { $0 })
    }

    /// Enters a process that starts, under a new incarnation; whoever had the name before has lost it.
    func join(
        _ instance: InstanceID, _ endpoints: InstanceEndpoints, publicKey: String?, timeToLive: Duration
    ) async throws -> Int {
        try await database.query(
            """
            INSERT INTO cluster.instance AS i
                (service, number, incarnation, state, publish, requests, public_key, started_at, expires_at)
            VALUES (\(instance.service), \(instance.number), 1, 'up', \(endpoints.publish), \(endpoints.requests),
                \(publicKey), clock_timestamp(), \(Self.expiry(timeToLive)))
            ON CONFLICT (service, number) DO UPDATE SET
                incarnation = i.incarnation + 1, state = 'up', publish = excluded.publish, requests = excluded.requests,
                public_key = excluded.public_key, started_at = excluded.started_at, expires_at = excluded.expires_at
            RETURNING incarnation
            """
        ) { try $0.get("incarnation") as Int }.first ?? 0
    }

    /// What a heartbeat was answered with.
    enum Pulse: Equatable {
        case alive
        /// Declared down meanwhile, and entered again under this incarnation.
        case rejoined(incarnation: Int)
        /// Another process runs under our name.
        case superseded
    }

    /// Shows that the incarnation lives.
    func beat(
        _ instance: InstanceID, incarnation: Int, _ state: Member.State, timeToLive: Duration
    ) async throws -> Pulse {
        let alive = try await database.run(
            """
            UPDATE cluster.instance SET expires_at = \(Self.expiry(timeToLive)), state = \(state)
            WHERE service = \(instance.service) AND number = \(instance.number)
                AND incarnation = \(incarnation) AND state <> 'down'
            """)
        if alive == 1 { return .alive }
        let rejoined = try await database.query(
            """
            UPDATE cluster.instance
            SET incarnation = incarnation + 1, expires_at = \(Self.expiry(timeToLive)), state = \(state)
            WHERE service = \(instance.service) AND number = \(instance.number) AND incarnation = \(incarnation)
            RETURNING incarnation
            """
        ) { try $0.get("incarnation") as Int }
        return rejoined.first.map { .rejoined(incarnation: $0) } ?? .superseded
    }

    /// Nobody's time runs out later than so many times to live from now, unless the clock was set back.
    static let furthest = 4

    /// Declares an incarnation dead, unless it has been heard meanwhile. Final.
    func declareDown(_ instance: InstanceID, incarnation: Int, timeToLive: Duration) async throws {
        try await database.run(
            """
            UPDATE cluster.instance SET state = 'down'
            WHERE service = \(instance.service) AND number = \(instance.number)
                AND incarnation = \(incarnation) AND state <> 'down'
                AND (expires_at < clock_timestamp() OR expires_at > \(Self.expiry(timeToLive * Self.furthest)))
            """)
    }

    /// Leaves in good order.
    func leave(_ instance: InstanceID, incarnation: Int) async throws {
        try await database.run(
            """
            UPDATE cluster.instance SET state = 'down'
            WHERE service = \(instance.service) AND number = \(instance.number) AND incarnation = \(incarnation)
            """)
    }

    /// Takes those of the shards whose epoch is still the one seen, and raises it.
    func claim(_ shards: [Shard: UInt64], for instance: InstanceID, incarnation: Int) async throws {
        let seen = shards.sorted { $0.key < $1.key }
        try await database.run(
            """
            UPDATE cluster.lease AS l
            SET owner = \(instance.number), incarnation = \(incarnation), epoch = l.epoch + 1, taken_at = clock_timestamp()
            FROM unnest(\(seen.map(\.key.number))::int[], \(seen.map(\.value))::bigint[]) AS seen (shard, epoch)
            WHERE l.service = \(instance.service) AND l.shard = seen.shard AND l.epoch = seen.epoch
            """)
    }

    /// Gives shards back.
    func release(_ shards: [Shard], of instance: InstanceID, incarnation: Int) async throws {
        try await database.run(
            """
            UPDATE cluster.lease SET owner = NULL
            WHERE service = \(instance.service) AND shard = ANY (\(shards.map(\.number))::int[])
                AND owner = \(instance.number) AND incarnation = \(incarnation)
            """)
    }

    private static func expiry(_ timeToLive: Duration) -> SQL {
        let (seconds, attoseconds) = timeToLive.components
        return "clock_timestamp() + \(Double(seconds) + Double(attoseconds) / 1e18) * interval '1 second'"
    }

    /// Nil for a service or a shard that this version does not know.
    @Sendable private func lease(_ row: Row) throws -> Lease? {
        guard let service = ServiceName(rawValue: try row.get("service")), let shard = Shard(try row.get("shard"))
        else {
            return nil
        }
        let owner: Int? = try row.get("owner")
        return try Lease(
            service: service, shard: shard, owner: owner.map { InstanceID(service, $0) },
            incarnation: row.get("incarnation"), epoch: row.get("epoch"))
    }

    private func member(_ row: Row) throws -> Member? {
        guard let service = ServiceName(rawValue: try row.get("service")) else { return nil }
        return try Member(
            instance: InstanceID(service, row.get("number")), incarnation: row.get("incarnation"),
            state: row.get("state"), expiresAt: Timestamp(microseconds: row.get("expires_at")),
            endpoints: InstanceEndpoints(publish: row.get("publish"), requests: row.get("requests")),
            publicKey: row.get("public_key"))
    }
}

extension Connection {
    /// Lets a transaction write for a shard only while its epoch is the newest; a new owner waits until the transaction ends.
    ///
    /// - Throws: `Failure.staleEpoch`
    public func require(epoch: UInt64, of shard: Shard, service: ServiceName) throws {
        let isCurrent = try run(
            """
            SELECT 1 FROM cluster.lease
            WHERE service = \(service) AND shard = \(shard.number) AND epoch = \(epoch) FOR SHARE
            """)
        guard isCurrent == 1 else {
            throw Failure(.staleEpoch, "Another instance of \(service) has taken shard \(shard).")
        }
    }
}
