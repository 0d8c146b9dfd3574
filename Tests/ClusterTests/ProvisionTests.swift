import Bus
import Contracts
import Database
import Foundation
import Logging
import TestSupport
import Testing

@testable import Cluster

/// The suite's roles and schemas under names of their own, on the test server.
private struct Suite {
    let name = "carillon_test_\(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(10))"
    let log = Logger(label: "test.provision")

    func provision() async throws {
        try await Provision.suite(
            [.acd: "secret 1'\\", .cti: "secret 2", .mediaServer: "3"], database: name, prefix: name
        )
        .run(superuserURL: ScratchDatabase.superuserURL, log: log)
    }

    /// The database as this role sees it.
    func database(_ role: String, _ password: String, schema: String) throws -> Database {
        var parts = try #require(URLComponents(string: ScratchDatabase.superuserURL))
        parts.user = "\(name)_\(role)"
        parts.password = password
        parts.path = "/\(name)"
        return Database(DatabaseConfiguration(url: parts.string ?? "", schema: schema), log: log)
    }

    func asSuperuser(_ body: (Database) async throws -> Void) async throws {
        let server = Database(DatabaseConfiguration(url: ScratchDatabase.superuserURL, poolSize: 1), log: log)
        try await body(server)
        await server.close()
    }

    func drop() async throws {
        try await asSuperuser { server in
            try await server.script("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            for role in ["acd", "cti", "media_server", "cluster"] {
                try await server.script("DROP ROLE IF EXISTS \(name)_\(role)")
            }
        }
    }
}

private func withSuite(_ body: (Suite, _ acd: Database, _ cti: Database) async throws -> Void) async throws {
    let suite = Suite()
    try await suite.provision()
    let acd = try suite.database("acd", "secret 1'\\", schema: "acd")
    let cti = try suite.database("cti", "secret 2", schema: "cti")
    do {
        try await body(suite, acd, cti)
    } catch {
        Issue.record(error)
    }
    await acd.close()
    await cti.close()
    try await suite.drop()
}

@Suite struct ProvisionTests {
    private static let things = [Migration("0001 things", "CREATE TABLE thing (id int); INSERT INTO thing VALUES (1)")]

    @Test func `a service cannot read or change another's schema`() async throws {
        try await withSuite { suite, acd, cti in
            try await acd.migrate(schema: "acd", Self.things)
            try await cti.migrate(schema: "cti", Self.things)
            #expect(try await acd.run("SELECT id FROM acd.thing") == 1)
            for sql: SQL in [
                "SELECT id FROM cti.thing", "INSERT INTO cti.thing VALUES (2)", "DELETE FROM cti.migration",
                "CREATE TABLE cti.intruder (id int)", "CREATE TABLE public.intruder (id int)", "CREATE SCHEMA intruder",
                "SET ROLE \(identifier: "\(suite.name)_cti")", "GRANT USAGE ON SCHEMA cti TO CURRENT_USER",
            ] {
                let error = await #expect(throws: DatabaseError.self) { try await acd.run(sql) }
                #expect(error?.isPermissionDenied == true)
            }
        }
    }

    @Test func `a service's role cannot reach round row-level security`() async throws {
        try await withSuite { suite, _, _ in
            try await suite.asSuperuser { server in
                let powers = try await server.query(
                    """
                    SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS is_mighty
                    FROM pg_roles WHERE rolname LIKE \(suite.name + "%")
                    """
                ) { try $0.get("is_mighty") as Bool }
                #expect(powers == [false, false, false, false])
            }
        }
    }

    @Test func `any service may migrate the cluster's schema and all use it`() async throws {
        try await withSuite { suite, acd, cti in
            async let first: Void = Cluster.migrate(acd)
            async let second: Void = Cluster.migrate(cti)
            _ = try await (first, second)
            let owners = try await acd.query(
                "SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'cluster'"
            ) { try $0.get("owner") as String }
            #expect(owners == ["\(suite.name)_cluster"])
            for (service, database) in [(ServiceName.acd, acd), (.cti, cti)] {
                let cluster = Cluster(
                    instance: InstanceID(service, 1), endpoints: nowhere, database: database, log: suite.log)
                var state = LeaseState(instance: cluster.instance, timeToLive: .seconds(2))
                try await cluster.turn(&state)
                #expect(cluster.shards.count == 64)
            }
        }
    }

    @Test func `provisioning again keeps everything and sets the passwords`() async throws {
        try await withSuite { suite, acd, _ in
            try await acd.migrate(schema: "acd", Self.things)
            try await suite.provision()
            #expect(try await acd.run("SELECT id FROM acd.thing") == 1)
            try await suite.asSuperuser { server in
                let stored = try await server.query(
                    "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' AS is_scram FROM pg_authid WHERE rolname = \(suite.name + "_acd")"
                ) { try $0.get("is_scram") as Bool }
                #expect(stored == [true])
            }
        }
    }

    @Test func `each service of the suite has a role and a schema`() {
        let passwords = Dictionary(uniqueKeysWithValues: ServiceName.allCases.map { ($0, "x") })
        let suite = Provision.suite(passwords)
        #expect(suite.database == "carillon")
        #expect(suite.services.contains { $0.role == "carillon_media_server" && $0.schema == "media" })
        #expect(suite.services.count == ServiceName.allCases.count)
    }
}
