import Contracts
import Database
import Logging

/// Reads and writes `media.trunk`. The only file that knows the table.
struct TrunkStore: Sendable {
    let database: Database

    /// By id. One that cannot be understood, for a newer version wrote it, is left out and told of.
    func list(_ log: Logger? = nil) async throws -> [Trunk] {
        let rows = try await database.query("SELECT id, password, settings FROM media.trunk ORDER BY id") { row in
            (
                id: try row.get("id") as TrunkID, password: try row.get("password") as String?,
                settings: try? row.json("settings", as: TrunkSettings.self)
            )
        }
        return rows.compactMap { row in
            guard let settings = row.settings, let trunk = try? Trunk(row.id, settings, password: row.password) else {
                log?.error("a trunk's settings cannot be understood", metadata: ["trunk.id": "\(row.id)"])
                return nil
            }
            return trunk
        }
    }

    /// Without a password, that which there was stays.
    func put(_ trunk: Trunk) async throws {
        var settings = trunk.settings
        settings.id = nil
        try await database.run(
            """
            INSERT INTO media.trunk (id, password, settings)
            VALUES (\(trunk.id), \(trunk.password), \(try SQL.json(settings)))
            ON CONFLICT (id) DO UPDATE
            SET password = COALESCE(EXCLUDED.password, trunk.password), settings = EXCLUDED.settings
            """)
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: TrunkID) async throws {
        let removed = try await database.run("DELETE FROM media.trunk WHERE id = \(id)")
        guard removed > 0 else { throw Failure(.notFound, "There is no trunk \(id).") }
    }
}
