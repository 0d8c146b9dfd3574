import Contracts
import Database
import ServiceKit

/// A role: a name, its words for people, and what it allows.
struct RoleRecord: Codable, Sendable, Equatable {
    let role: String
    let title: String
    let permissions: [String]
    let isBuiltIn: Bool
}

/// What may be changed of a role.
struct RoleChange: Codable, Sendable {
    let title: String
    let permissions: [Permission]
}

/// Reads and writes `crm.role`. The only file that knows the table, besides sign-in, which joins it.
struct RoleStore {
    static let limit = 200
    let database: Database

    func list(_ tenant: TenantID) async throws -> [RoleRecord] {
        try await database.query(
            """
            SELECT role, title, permissions, is_built_in FROM crm.role WHERE tenant_id = \(tenant) ORDER BY role
            """, tenant: tenant.rawValue, row: record)
    }

    /// Makes the role or changes it. Routes look at the names of roles, so that a role which allows more than the actor has is
    /// not his to change: made harmless, it could be given to somebody and still open what its name opens.
    /// - Throws: `Failure.conflict` beyond the limit; `Failure.forbidden`.
    func set(_ role: String, _ change: RoleChange, _ tenant: TenantID, by actor: Identity) async throws -> RoleRecord {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let present = try connection.query(
                "SELECT permissions FROM crm.role WHERE tenant_id = \(tenant) AND role = \(role) FOR UPDATE"
            ) { try $0.get("permissions") as [String] }
            guard actor.isOperator || Set(present.first ?? []).isSubset(of: actor.permissions) else {
                throw Failure(.forbidden, "You cannot change a role that has a permission which you do not have.")
            }
            let count = try connection.query(
                "SELECT count(*)::int AS count FROM crm.role WHERE tenant_id = \(tenant) AND role <> \(role)"
            ) { try $0.get("count") as Int }
            guard (count.first ?? 0) < Self.limit else {
                throw Failure(.conflict, "A tenant has at most \(Self.limit) roles.", code: "tooManyRoles")
            }
            let rows = try connection.query(
                """
                INSERT INTO crm.role (tenant_id, role, title, permissions)
                VALUES (\(tenant), \(role), \(change.title), \(change.permissions.map(\.rawValue))::text[])
                ON CONFLICT (tenant_id, role) DO UPDATE SET title = excluded.title, permissions = excluded.permissions
                RETURNING role, title, permissions, is_built_in
                """, row: record)
            guard let row = rows.first else { throw Failure(.notFound, "There is no role \(role).") }
            return row
        }
    }

    /// - Throws: `Failure.notFound`; `Failure.conflict` if it is built in or somebody has it.
    func delete(_ role: String, _ tenant: TenantID) async throws {
        do {
            let deleted = try await database.query(
                """
                DELETE FROM crm.role WHERE tenant_id = \(tenant) AND role = \(role) AND NOT is_built_in RETURNING role
                """, tenant: tenant.rawValue
            ) { try $0.get("role") as String }
            guard deleted.isEmpty else { return }
        } catch let error as DatabaseError where error.isForeignKeyViolation {
            throw Failure(.conflict, "Somebody has the role \(role).", code: "roleInUse")
        }
        guard try await list(tenant).contains(where: { $0.role == role }) else {
            throw Failure(.notFound, "There is no role \(role).")
        }
        throw Failure(.conflict, "The role \(role) is built in.", code: "roleBuiltIn")
    }

    @Sendable private func record(_ row: Row) throws -> RoleRecord {
        RoleRecord(
            role: try row.get("role"), title: try row.get("title"), permissions: try row.get("permissions"),
            isBuiltIn: try row.get("is_built_in"))
    }
}
