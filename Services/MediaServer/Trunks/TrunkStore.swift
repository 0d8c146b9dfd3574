import Contracts
import Database

/// Reads and writes `media.trunk`. The only file that knows the table.
struct TrunkStore: Sendable {
    let database: Database

    func list() async throws -> [Trunk] {
        try await database.query(
            """
            SELECT id, host, port, transport, username, password, max_calls, is_outbound, is_inbound
            FROM media.trunk
            ORDER BY id
            """
        ) { row in
            try Trunk(
                id: row.get("id"), host: row.get("host"), port: row.get("port"), transport: row.get("transport"),
                username: row.get("username"), password: row.get("password"), maxCalls: row.get("max_calls"),
                isOutbound: row.get("is_outbound"), isInbound: row.get("is_inbound"))
        }
    }

    func put(_ trunk: Trunk) async throws {
        try await database.run(
            """
            INSERT INTO media.trunk (id, host, port, transport, username, password, max_calls, is_outbound, is_inbound)
            VALUES (\(trunk.id), \(trunk.host), \(trunk.port), \(trunk.transport), \(trunk.username), \(trunk.password),
                \(trunk.maxCalls), \(trunk.isOutbound), \(trunk.isInbound))
            ON CONFLICT (id) DO UPDATE
            SET host = EXCLUDED.host, port = EXCLUDED.port, transport = EXCLUDED.transport,
                username = EXCLUDED.username, password = COALESCE(EXCLUDED.password, trunk.password),
                max_calls = EXCLUDED.max_calls, is_outbound = EXCLUDED.is_outbound, is_inbound = EXCLUDED.is_inbound
            """)
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: TrunkID) async throws {
        let removed = try await database.run("DELETE FROM media.trunk WHERE id = \(id)")
        guard removed > 0 else { throw Failure(.notFound, "There is no trunk \(id).") }
    }
}
