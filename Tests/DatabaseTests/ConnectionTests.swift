import Foundation
import TestSupport
import Testing

@testable import Database

let things = [
    Migration("0001 things", "CREATE TABLE thing (id text PRIMARY KEY, size int NOT NULL DEFAULT 0 CHECK (size >= 0))")
]

extension Database {
    func ids() async throws -> [String] {
        try await query("SELECT id FROM thing ORDER BY id") { try $0.get("id") }
    }

    func sessionID() async throws -> Int {
        try await query("SELECT pg_backend_pid() AS id") { try $0.get("id") as Int }.first ?? 0
    }
}

@Suite struct ConnectionTests {
    @Test func `every kind of value comes back as it went`() async throws {
        try await withDatabase("a") { database in
            let date = Date(timeIntervalSince1970: 1_709_251_199.123456)
            let id = UUID()
            let nothing: ThingID? = nil
            let rows = try await database.query(
                """
                SELECT \("a'中\\n")::text AS s, \(Int64.min)::bigint AS i, \(true)::boolean AS b, \(1.5e-7)::float8 AS d,
                    \(Data([0, 255]))::bytea AS data, \(date)::timestamptz AS date, \(id)::uuid AS uuid,
                    \(["a", "b\"c", ""])::text[] AS list, \([1, 2])::bigint[] AS numbers, \(nothing)::text AS none,
                    \(SQL.json(["k": [1]]))::jsonb AS json, \(ThingID(rawValue: "t"))::text AS thing
                """
            ) { row in
                try #expect(row.get("s") == "a'中\\n")
                try #expect(row.get("i") == Int64.min)
                try #expect(row.get("b") == true)
                try #expect(row.get("d") == 1.5e-7)
                try #expect(row.get("data") == Data([0, 255]))
                try #expect(row.get("date") == date)
                try #expect(row.get("uuid") == id)
                try #expect(row.get("list") == ["a", "b\"c", ""])
                try #expect(row.get("numbers") == [1, 2])
                try #expect(row.get("none") as String? == nil)
                try #expect(row.json("json", as: [String: [Int]].self) == ["k": [1]])
                try #expect(row.get("thing") == ThingID(rawValue: "t"))
                #expect(throws: DatabaseError.self) { try row.get("none") as String }
                #expect(throws: DatabaseError.self) { try row.get("s") as Int }
                #expect(throws: DatabaseError.self) { try row.get("absent") as Int }
                return true
            }
            #expect(rows == [true])
        }
    }

    @Test func `a text with a NUL is refused and not cut`() async throws {
        try await withDatabase("a", things) { database in
            await #expect(throws: DatabaseError.self) {
                try await database.run("INSERT INTO thing (id) VALUES (\("a\0b"))")
            }
            await #expect(throws: DatabaseError.self) {
                try await database.pipeline([
                    "INSERT INTO thing (id) VALUES (\("good"))", "INSERT INTO thing (id) VALUES (\("a\0b"))",
                ])
            }
            try await #expect(database.ids() == [])
        }
    }

    @Test func `an error names its constraint and keeps values out of its description`() async throws {
        try await withDatabase("a", things) { database in
            try await database.run("INSERT INTO thing (id) VALUES (\("secret"))")
            let error = await #expect(throws: DatabaseError.self) {
                try await database.run("INSERT INTO thing (id) VALUES (\("secret"))")
            }
            #expect(error?.isUniqueViolation == true)
            #expect(error?.constraint == "thing_pkey")
            #expect(error?.description.contains("secret") == false)
            #expect(error?.isConnectionLost == false)
        }
    }

    @Test func `a statement that takes too long is stopped`() async throws {
        try await withDatabase("a") { database in
            let hasty = database.another { $0.statementTimeout = .milliseconds(500) }
            let error = await #expect(throws: DatabaseError.self) { try await hasty.run("SELECT pg_sleep(20)") }
            #expect(error?.isStatementTimeout == true)
            try await hasty.ping()
            await hasty.close()
        }
    }

    @Test func `a statement that waits too long for a lock is stopped`() async throws {
        try await withDatabase("a", things) { database in
            let hasty = database.another { $0.lockTimeout = .milliseconds(50) }
            try await database.run("SELECT pg_advisory_lock(1)")
            let error = await #expect(throws: DatabaseError.self) { try await hasty.run("SELECT pg_advisory_lock(1)") }
            #expect(error?.isLockTimeout == true)
            await hasty.close()
        }
    }

    @Test func `a prepared statement outlives a change of its table`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            try await database.script("CREATE TABLE box AS SELECT 7 AS size")
            let size = { @Sendable (row: Row) in try row.get("size") as String }
            try await #expect(database.query("SELECT size FROM box", row: size) == ["7"])
            try await database.script("ALTER TABLE box ALTER COLUMN size TYPE text")
            try await #expect(database.query("SELECT size FROM box", row: size) == ["7"])
            try await database.script("DISCARD PLANS; DEALLOCATE ALL")
            try await #expect(database.query("SELECT size FROM box", row: size) == ["7"])
        }
    }

    @Test func `so does one that runs for a tenant`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            try await database.script("CREATE TABLE box AS SELECT 7 AS size")
            let size = { @Sendable (row: Row) in try row.get("size") as String }
            try await #expect(database.query("SELECT size FROM box", tenant: "t", row: size) == ["7"])
            try await database.script("ALTER TABLE box ALTER COLUMN size TYPE text")
            try await #expect(database.query("SELECT size FROM box", tenant: "t", row: size) == ["7"])
        }
    }

    @Test func `a session's name is the configured one, whatever the URL says`() async throws {
        try await withDatabase("a") { database in
            let other = database.another {
                $0.url += ($0.url.contains("?") ? "&" : "?") + "application_name=stranger"
                $0.applicationName = "crm/1"
            }
            let names = try await other.query("SELECT current_setting('application_name') AS name") {
                try $0.get("name") as String
            }
            #expect(names == ["crm/1"])
            await other.close()
        }
    }

    @Test func `what may succeed later is told from what never will`() {
        for state in ["53100", "53300", "57P03", "57014", "58030", "40P01", "08006", "25006", "55P03"] {
            #expect(DatabaseError("", sqlState: state).isTemporary, "\(state)")
        }
        for state in ["", "23505", "22P02", "42501", "42P01"] {
            #expect(!DatabaseError("", sqlState: state).isTemporary, "\(state)")
        }
    }

    @Test func `prepared statements of a connection are bounded`() async throws {
        try await withDatabase("a") { database in
            let small = database.another {
                $0.statementCacheSize = 3
                $0.poolSize = 1
            }
            for number in 0..<20 {
                try await small.run(SQL(stringLiteral: "SELECT \(number)"))
                try await small.pipeline([SQL(stringLiteral: "SELECT \(number) + 100"), "SELECT 1"])
            }
            let kept = try await small.query("SELECT count(*) AS n FROM pg_prepared_statements") {
                try $0.get("n") as Int
            }
            #expect(kept == [3])
            await small.close()
        }
    }
}
