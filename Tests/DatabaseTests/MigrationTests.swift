import TestSupport
import Testing

@testable import Database

@Suite struct MigrationTests {
    @Test func `each migration runs once, in order`() async throws {
        try await withDatabase("a", things) { database in
            let more = things + [Migration("0002 names", "ALTER TABLE thing ADD COLUMN name text")]
            try await database.migrate(schema: "a", more)
            try await database.migrate(schema: "a", more)
            let names = try await database.query("SELECT name FROM migration ORDER BY name") {
                try $0.get("name") as String
            }
            #expect(names == ["0001 things", "0002 names"])
        }
    }

    @Test func `starts at the same time take turns`() async throws {
        try await withDatabase("a") { database in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { try await database.migrate(schema: "b", things) }
                }
                try await group.waitForAll()
            }
            try await #expect(database.query("SELECT id FROM b.thing") { _ in 1 } == [])
        }
    }

    @Test func `a migration that fails undoes those before it`() async throws {
        try await withDatabase("a") { database in
            let broken = things + [Migration("0002 broken", "CREATE TABLE other (id int); SELECT nonsense")]
            await #expect(throws: DatabaseError.self) { try await database.migrate(schema: "b", broken) }
            let tables = try await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'b'") { _ in 1 }
            #expect(tables == [])
        }
    }

    @Test func `two migrations of one name are refused`() async throws {
        try await withDatabase("a") { database in
            await #expect(throws: DatabaseError.self) { try await database.migrate(schema: "b", things + things) }
        }
    }
}
