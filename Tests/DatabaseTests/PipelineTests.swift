import TestSupport
import Testing

@testable import Database

@Suite struct PipelineTests {
    @Test func `a pipeline is one transaction and tells the rows each statement changed`() async throws {
        try await withDatabase("a", things) { database in
            let counts = try await database.pipeline([
                "INSERT INTO thing (id) VALUES (\("a")), (\("b"))", "UPDATE thing SET size = 1",
                "DELETE FROM thing WHERE id = \("a")", "INSERT INTO thing (id) VALUES (\("c")), (\("d"))",
            ])
            #expect(counts == [2, 2, 1, 2])
            try await #expect(database.ids() == ["b", "c", "d"])
            try await #expect(database.pipeline([]) == [])
        }
    }

    @Test func `one failure in a pipeline undoes all of it`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            for _ in 0..<2 {
                let error = await #expect(throws: DatabaseError.self) {
                    try await database.pipeline([
                        "INSERT INTO thing (id) VALUES (\("a"))", "INSERT INTO thing (id, size) VALUES (\("b"), \(-1))",
                        "INSERT INTO thing (id) VALUES (\("c"))", "SELECT new FROM nowhere",
                    ])
                }
                #expect(error?.isCheckViolation == true)
                #expect(error?.statement?.contains("size") == true)
            }
            try await #expect(database.ids() == [])
            try await database.pipeline(["INSERT INTO thing (id) VALUES (\("c"))"])
            try await #expect(database.ids() == ["c"])
        }
    }

    @Test func `a pipeline within a transaction is part of it`() async throws {
        try await withDatabase("a", things) { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.pipeline(["INSERT INTO thing (id) VALUES (\("a"))"])
                    throw DatabaseError("undone")
                }
            }
            try await database.transaction { connection in
                let counts = try connection.pipeline(
                    (0..<100).map { "INSERT INTO thing (id) VALUES (\("n\($0)")) ON CONFLICT DO NOTHING" })
                #expect(counts.allSatisfy { $0 == 1 })
                _ = try? connection.savepoint { try connection.pipeline(["SELECT 1", "SELECT broken", "SELECT 2"]) }
                try connection.pipeline(["DELETE FROM thing WHERE id = 'n0'"])
            }
            try await #expect(database.ids().count == 99)
        }
    }

    @Test func `a deep pipeline with long answers does not get stuck`() async throws {
        try await withDatabase("a") { database in
            let text = String(repeating: "x", count: 10_000)
            let counts = try await database.pipeline((0..<2000).map { _ in "SELECT \(text)::text" })
            #expect(counts.count == 2000)
        }
    }

    @Test func `a tenant set for a pipeline holds for it alone`() async throws {
        try await withDatabase("a", poolSize: 1) { database in
            let counts = try await database.pipeline(
                ["SELECT 1 WHERE current_setting('carillon.tenant') = 't1'", "SELECT 1"], tenant: "t1")
            #expect(counts == [1, 1])
            try await #expect(database.run("SELECT 1 WHERE current_setting('carillon.tenant', true) = 't1'") == 0)
        }
    }

    @Test func `a connection lost in a pipeline is reported and replaced`() async throws {
        try await withDatabase("a", things) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.pipeline([
                    "INSERT INTO thing (id) VALUES ('a')", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1",
                ])
            }
            #expect(error?.isConnectionLost == true)
            try await #expect(database.ids() == [])
        }
    }
}
