import Contracts
import Database
import HTTPTypes
import ServiceKit

/// Reads and writes `cti.flow_secret`: what flows may send and nobody may read. The only file that knows the table.
struct FlowSecretStore: Sendable {
    static let most = 100

    let database: Database

    func all(tenant: TenantID) async throws -> [String: String] {
        let rows = try await database.query(
            "SELECT name, value FROM cti.flow_secret WHERE tenant_id = \(tenant)", tenant: tenant.rawValue
        ) { row in (try row.get("name") as String, try row.get("value") as String) }
        return Dictionary(rows) { first, _ in first }
    }

    func names(tenant: TenantID) async throws -> [String] {
        try await database.query(
            "SELECT name FROM cti.flow_secret WHERE tenant_id = \(tenant) ORDER BY name", tenant: tenant.rawValue
        ) { row in try row.get("name") }
    }

    /// - Throws: `Failure.conflict` if the tenant has too many.
    func keep(_ name: String, _ value: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.expectRoom(
                beside: "cti.flow_secret WHERE tenant_id = \(tenant) AND name <> \(name)", most: Self.most,
                "There are \(Self.most) secrets already.", code: "secretsFull")
            try connection.run(
                """
                INSERT INTO cti.flow_secret (tenant_id, name, value) VALUES (\(tenant), \(name), \(value))
                ON CONFLICT (tenant_id, name) DO UPDATE SET value = excluded.value
                """)
        }
    }

    /// Whether it was there or not, it is not any more.
    func remove(_ name: String, tenant: TenantID) async throws {
        try await database.run(
            "DELETE FROM cti.flow_secret WHERE tenant_id = \(tenant) AND name = \(name)", tenant: tenant.rawValue)
    }
}

/// `/v1/flow-secrets`: written, never read.
struct FlowSecretRoutes: Sendable {
    let secrets: FlowSecretStore

    struct Secret: Codable, Sendable {
        /// 1 to 1000 characters.
        let value: String
    }

    struct Names: Codable, Sendable, Equatable { let names: [String] }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/flow-secrets", "The names of what flows may send as `{secret:name}`", .flowManage, use: list),
            APIRoute(.put, "/v1/flow-secrets/{name}", "Keep a secret for flows, or replace it", .admin, use: keep),
            APIRoute(.delete, "/v1/flow-secrets/{name}", "Remove a secret", .admin, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Names {
        Names(names: try await secrets.names(tenant: try call.tenant))
    }

    @Sendable func keep(_ call: APICall<Secret>) async throws -> Nothing {
        let text = call.body.value
        guard (1...1000).contains(text.count), text.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
            throw Failure(.invalid, "“value” has 1 to 1000 characters, on one line.", code: "secretInvalid")
        }
        try await secrets.keep(try name(of: call), text, tenant: try call.tenant)
        return Nothing()
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await secrets.remove(try name(of: call), tenant: try call.tenant)
        return Nothing()
    }

    private func name<Body>(of call: APICall<Body>) throws -> String {
        let name = try call.path("name")
        guard QueueID.isAcceptable(name), name.count <= 64 else {
            throw Failure(.invalid, "“\(name.prefix(80))” is not a name.", code: "nameInvalid")
        }
        return name
    }
}
