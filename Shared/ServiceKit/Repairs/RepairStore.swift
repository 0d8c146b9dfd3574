import Contracts
public import Database
import Foundation

/// Reads and writes the table `repair` of a service's schema. The only file that knows it.
public struct RepairStore: Sendable {
    private let database: Database

    public init(database: Database) { self.database = database }

    /// To stand in the schema of each service that repairs.
    public static func migration(_ number: String) -> Migration {
        Migration(
            "\(number) repairs",
            """
            CREATE TABLE repair (
                number      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                tenant_id   text NOT NULL,
                repaired_at timestamptz NOT NULL,
                instance    text NOT NULL,
                what        text NOT NULL,
                subject     text NOT NULL
            );
            CREATE INDEX repair_repaired_at ON repair (repaired_at, number);
            \(Migration.tenantTable("repair"))
            """)
    }

    func insert(_ repairs: [Repair]) async throws {
        guard !repairs.isEmpty else { return }
        try await database.run(
            """
            INSERT INTO repair (tenant_id, repaired_at, instance, what, subject)
            SELECT tenant, at, instance, what, subject FROM unnest(
                \(repairs.map(\.tenant))::text[], \(repairs.map(\.repairedAt.date))::timestamptz[],
                \(repairs.map(\.instance))::text[], \(repairs.map(\.what))::text[],
                \(repairs.map(\.subject))::text[]
            ) AS new (tenant, at, instance, what, subject)
            """, tenant: "*")
    }

    /// Newest first.
    func list(_ page: PageRequest) async throws -> Page<Repair> {
        let before = try page.key(0).map { key in
            guard let number = Int64(key) else { throw Failure(.invalid, "The cursor is of another list.") }
            return number
        }
        let rows = try await database.query(
            """
            SELECT number, tenant_id, repaired_at, instance, what, subject FROM repair
            WHERE number < COALESCE(\(before), 9223372036854775807)
            ORDER BY number DESC
            LIMIT \(page.limit + 1)
            """, tenant: "*"
        ) { row in
            (
                number: try row.get("number") as Int64,
                repair: Repair(
                    repairedAt: Timestamp(try row.get("repaired_at") as Date), instance: try row.get("instance"),
                    what: try row.get("what"), tenant: try row.get("tenant_id"), subject: try row.get("subject"))
            )
        }
        let numbers = rows.prefix(page.limit).map { "\($0.number)" }
        return Page(
            items: rows.prefix(page.limit).map(\.repair),
            nextCursor: rows.count > page.limit ? numbers.last.map { Cursor(keys: [$0]).text } : nil)
    }

    /// - Returns: how many were too old to be kept.
    func remove(before time: Timestamp) async throws -> Int {
        try await database.run("DELETE FROM repair WHERE repaired_at < \(time.date)", tenant: "*")
    }
}
