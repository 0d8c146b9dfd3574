import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `cti.monitor_group` and `cti.desk_setting`. They are part of the books that instances hold in memory.
struct DeskStore: Sendable {
    let database: Database

    /// Makes the group, or replaces it.
    /// - Throws: `Failure.conflict` if the tenant has too many.
    func keep(_ group: MonitorGroup, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try FlowStore.nextRevision(connection)
            try connection.expectRoom(
                beside:
                    "cti.monitor_group WHERE tenant_id = \(tenant) AND name IS NOT NULL AND group_id <> \(group.id)",
                most: MonitorGroup.mostGroups, "There are \(MonitorGroup.mostGroups) groups already.",
                code: "groupsFull")
            try connection.run(
                """
                INSERT INTO cti.monitor_group (tenant_id, group_id, name, supervisors, members, revision)
                VALUES (\(tenant), \(group.id), \(group.name), \(group.supervisors)::text[], \(group.members)::text[],
                    \(revision))
                ON CONFLICT (tenant_id, group_id) DO UPDATE
                SET name = excluded.name, supervisors = excluded.supervisors, members = excluded.members,
                    revision = excluded.revision
                """)
        }
    }

    /// Whether it was there or not, it is not any more.
    func remove(_ groupID: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try FlowStore.nextRevision(connection)
            try connection.run(
                """
                UPDATE cti.monitor_group SET name = NULL, revision = \(revision)
                WHERE tenant_id = \(tenant) AND group_id = \(groupID)
                """)
        }
    }

    func keep(_ settings: DeskSettings, tenant: TenantID) async throws {
        let document = try SQL.json(settings)
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try FlowStore.nextRevision(connection)
            try connection.run(
                """
                INSERT INTO cti.desk_setting (tenant_id, document, revision)
                VALUES (\(tenant), \(document), \(revision))
                ON CONFLICT (tenant_id) DO UPDATE SET document = excluded.document, revision = excluded.revision
                """)
        }
    }

    static func groups(
        of tenants: [TenantID], _ connection: isolated Connection
    ) throws -> [(TenantID, MonitorGroup)] {
        try connection.query(
            """
            SELECT tenant_id, group_id, name, supervisors, members FROM cti.monitor_group
            WHERE tenant_id = ANY(\(tenants)::text[]) AND name IS NOT NULL
            ORDER BY tenant_id, group_id
            """
        ) { row in
            (
                try row.get("tenant_id"),
                MonitorGroup(
                    id: try row.get("group_id"), name: try row.get("name"),
                    supervisors: (try row.get("supervisors") as [String]).map { AgentID(rawValue: $0) },
                    members: (try row.get("members") as [String]).map { AgentID(rawValue: $0) })
            )
        }
    }

    static func settings(
        of tenants: [TenantID], _ connection: isolated Connection
    ) throws -> [(TenantID, DeskSettings)] {
        try connection.query(
            "SELECT tenant_id, document FROM cti.desk_setting WHERE tenant_id = ANY(\(tenants)::text[])"
        ) { row in (try row.get("tenant_id"), try row.json("document", as: DeskSettings.self)) }
    }
}
