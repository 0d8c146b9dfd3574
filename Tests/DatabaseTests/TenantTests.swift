import TestSupport
import Testing

@testable import Database

@Suite struct TenantTests {
    static let schema = [
        Migration(
            "0001 notes",
            """
            CREATE TABLE note (tenant_id text NOT NULL, id text NOT NULL, PRIMARY KEY (tenant_id, id));
            \(Migration.tenantTable("note"))
            """)
    ]

    private func withNotes(_ body: (Database) async throws -> Void) async throws {
        try await withDatabase("a", Self.schema, poolSize: 1) { database in
            for tenant in ["t1", "t2"] {
                try await database.run("INSERT INTO note VALUES (\(tenant), 'n')", tenant: tenant)
            }
            try await body(database)
        }
    }

    private func tenants(_ database: Database, as tenant: String?) async throws -> [String] {
        try await database.query("SELECT tenant_id FROM note ORDER BY 1", tenant: tenant) { try $0.get("tenant_id") }
    }

    @Test func `a transaction sees the rows of its tenant only`() async throws {
        try await withNotes { database in
            try await #expect(tenants(database, as: "t1") == ["t1"])
            try await #expect(tenants(database, as: "t3") == [])
            let seen = try await database.transaction(tenant: "t2") { connection in
                try connection.query("SELECT tenant_id FROM note") { try $0.get("tenant_id") as String }
            }
            #expect(seen == ["t2"])
        }
    }

    @Test func `the tenant of one transaction is gone in the next`() async throws {
        try await withNotes { database in
            try await #expect(tenants(database, as: "t1") == ["t1"])
            try await #expect(tenants(database, as: nil) == [])
            await #expect(throws: DatabaseError.self) { try await database.run("INSERT INTO note VALUES ('t1', 'm')") }
        }
    }

    @Test func `a new connection without a tenant is refused`() async throws {
        try await withNotes { database in
            let other = database.another()
            await #expect(throws: DatabaseError.self) { try await tenants(other, as: nil) }
            await other.close()
        }
    }

    @Test func `work across tenants sees all`() async throws {
        try await withNotes { database in
            try await #expect(tenants(database, as: "*") == ["t1", "t2"])
        }
    }

    @Test func `a row of another tenant cannot be written`() async throws {
        try await withNotes { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.run("INSERT INTO note VALUES ('t2', 'm')", tenant: "t1")
            }
            #expect(error?.isPermissionDenied == true)
            try await #expect(database.run("UPDATE note SET id = 'x' WHERE tenant_id = 't2'", tenant: "t1") == 0)
            await #expect(throws: DatabaseError.self) { try await tenants(database, as: "") }
            await #expect(throws: DatabaseError.self) {
                try await database.transaction(tenant: "") { try $0.run("SELECT 1") }
            }
        }
    }
}
