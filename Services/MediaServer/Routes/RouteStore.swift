import Contracts
import Database
import Logging

/// Reads and writes `media.route`, which is the platform's. The only file that knows the table.
struct RouteStore: Sendable {
    let database: Database

    /// By id. One that cannot be understood, for a newer version wrote it, is left out and told of.
    func list(_ log: Logger? = nil) async throws -> [Route] {
        let rows = try await database.query("SELECT id, document FROM media.route ORDER BY id") { row in
            (id: try row.get("id") as RouteID, route: try? row.json("document", as: Route.self))
        }
        return rows.compactMap { row in
            if row.route == nil {
                log?.error("a route cannot be understood", metadata: ["route.id": "\(row.id)"])
            }
            return row.route
        }
    }

    /// - Throws: `Failure.notFound` if there is no such trunk.
    func put(_ route: Route) async throws {
        do {
            try await database.run(
                """
                INSERT INTO media.route (id, trunk_id, document)
                VALUES (\(route.id), \(route.trunkID), \(try SQL.json(route)))
                ON CONFLICT (id) DO UPDATE SET trunk_id = EXCLUDED.trunk_id, document = EXCLUDED.document
                """)
        } catch let error as DatabaseError where error.isForeignKeyViolation {
            throw Failure(.notFound, "There is no trunk \(route.trunkID).")
        }
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: RouteID) async throws {
        let removed = try await database.run("DELETE FROM media.route WHERE id = \(id)")
        guard removed > 0 else { throw Failure(.notFound, "There is no route \(id).") }
    }
}
