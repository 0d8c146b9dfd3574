import Contracts
import Database
import ServiceKit

/// A range of numbers as the API shows it.
struct NumberRange: Codable, Sendable, Equatable {
    /// E.164 digits without the plus.
    let prefix: String
    let carrier: String
    let region: String
}

/// Reads and writes `media.number_range`, which is the platform's. The only file that knows the table.
struct NumberRangeStore: Sendable {
    let database: Database

    func all() async throws -> NumberRanges {
        let rows = try await database.query("SELECT prefix, carrier, region FROM media.number_range") { row in
            (
                prefix: try row.get("prefix") as String,
                owner: NumberRanges.Owner(carrier: try row.get("carrier"), region: try row.get("region"))
            )
        }
        return NumberRanges(rows)
    }

    /// By prefix.
    /// - Parameter beginning: only those that begin so.
    func list(_ page: PageRequest, beginning: String) async throws -> Page<NumberRange> {
        let rows = try await database.query(
            """
            SELECT prefix, carrier, region FROM media.number_range
            WHERE prefix > \(try page.key(0) ?? "") AND starts_with(prefix, \(beginning))
            ORDER BY prefix LIMIT \(page.limit + 1)::int
            """
        ) { row in
            try NumberRange(prefix: row.get("prefix"), carrier: row.get("carrier"), region: row.get("region"))
        }
        return Page(rows: rows, request: page) { [$0.prefix] }
    }

    /// Adds these, or changes whose they are, all or none.
    /// - Parameter replacesAll: what is not among them goes.
    func put(_ rows: [NumberRangeImport.Row], replacesAll: Bool) async throws {
        try await database.transaction { connection in
            if replacesAll { try connection.run("DELETE FROM media.number_range") }
            var rest = rows[...]
            while !rest.isEmpty {
                // Of two with the same prefix the last counts; one statement may not change a row twice.
                var part: [String: NumberRanges.Owner] = [:]
                for row in rest.prefix(Self.atOnce) { part[row.prefix] = row.owner }
                rest = rest.dropFirst(Self.atOnce)
                let (prefixes, owners) = (Array(part.keys), Array(part.values))
                try connection.run(
                    """
                    INSERT INTO media.number_range (prefix, carrier, region)
                    SELECT * FROM unnest(\(prefixes)::text[], \(owners.map(\.carrier))::text[],
                        \(owners.map(\.region))::text[])
                    ON CONFLICT (prefix) DO UPDATE SET carrier = EXCLUDED.carrier, region = EXCLUDED.region
                    """)
            }
        }
    }

    /// - Throws: `Failure.notFound`
    func remove(_ prefix: String) async throws {
        let removed = try await database.run("DELETE FROM media.number_range WHERE prefix = \(prefix)")
        guard removed > 0 else { throw Failure(.notFound, "There is no number range \(prefix).") }
    }

    private static let atOnce = 10_000
}
