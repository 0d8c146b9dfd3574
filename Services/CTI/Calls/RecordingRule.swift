import Bus
import Contracts
import Database
import HTTPTypes
import ServiceKit

/// When the calls of a tenant are recorded.
struct RecordingRule: Codable, Sendable, Equatable {
    /// Every talk of customer and agent; else only when the agent says so.
    let isAutomatic: Bool
}

/// Reads and writes `cti.recording_rule`. The only file that knows the table.
struct RecordingRuleStore: Sendable {
    let database: Database

    func find(tenant: TenantID) async throws -> RecordingRule {
        try await database.query(
            "SELECT is_automatic FROM cti.recording_rule WHERE tenant_id = \(tenant)", tenant: tenant.rawValue
        ) { RecordingRule(isAutomatic: try $0.get("is_automatic")) }.first ?? RecordingRule(isAutomatic: true)
    }

    func put(_ rule: RecordingRule, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try FlowStore.nextRevision(connection)
            try connection.run(
                """
                INSERT INTO cti.recording_rule (tenant_id, is_automatic, revision)
                VALUES (\(tenant), \(rule.isAutomatic), \(revision))
                ON CONFLICT (tenant_id) DO UPDATE
                SET is_automatic = EXCLUDED.is_automatic, revision = EXCLUDED.revision
                """)
        }
    }

    static func byHandOnly(_ tenants: [TenantID], _ connection: isolated Connection) throws -> [TenantID] {
        try connection.query(
            """
            SELECT tenant_id FROM cti.recording_rule
            WHERE tenant_id = ANY(\(tenants)::text[]) AND NOT is_automatic
            """
        ) { try $0.get("tenant_id") }
    }
}

/// `/v1/recording-rule`
struct RecordingRuleRoutes: Sendable {
    let rules: RecordingRuleStore
    let library: FlowLibrary
    let bus: any Bus

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/recording-rule", "When calls are recorded", .agent, use: find),
            APIRoute(
                .put, "/v1/recording-rule", "Change when calls are recorded; calls that are up keep it", .admin,
                use: put),
        ]
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> RecordingRule {
        try await rules.find(tenant: try call.tenant)
    }

    @Sendable func put(_ call: APICall<RecordingRule>) async throws -> RecordingRule {
        try await rules.put(call.body, tenant: try call.tenant)
        bus.signal(BooksChanged(tenant: try call.tenant), tenant: try call.tenant)
        try await library.refresh()
        return call.body
    }
}
