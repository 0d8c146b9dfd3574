import Contracts
import Database
import ServiceKit

/// Reads what sign-in needs of `crm.person`, `crm.person_role`, `crm.role` and `crm.tenant`.
struct CredentialStore {
    let database: Database

    /// Somebody who may sign in, and his password's hash.
    struct Credential: Sendable {
        let identity: Identity
        let passwordHash: String
    }

    /// Nil if there is no such person, or he or his tenant is not active.
    func find(_ tenant: TenantID, _ user: UserID) async throws -> Credential? {
        try await database.query(
            """
            SELECT person.name, person.password_hash,
                   coalesce(array_agg(DISTINCT role.role) FILTER (WHERE role.role IS NOT NULL), '{}') AS roles,
                   coalesce(array_agg(DISTINCT permission) FILTER (WHERE permission IS NOT NULL), '{}') AS permissions
            FROM crm.person
            JOIN crm.tenant ON tenant.tenant_id = person.tenant_id AND tenant.is_active
            LEFT JOIN crm.person_role
                ON person_role.tenant_id = person.tenant_id AND person_role.user_id = person.user_id
            LEFT JOIN crm.role ON role.tenant_id = person.tenant_id AND role.role = person_role.role
            LEFT JOIN unnest(role.permissions) AS permission ON true
            WHERE person.tenant_id = \(tenant) AND person.user_id = \(user) AND person.is_active
            GROUP BY person.name, person.password_hash
            """, tenant: tenant.rawValue
        ) { row in
            let identity = Identity(
                tenant: tenant, user: user, name: try row.get("name"), roles: Set(try row.get("roles") as [String]),
                permissions: Set(try row.get("permissions") as [String]))
            return Credential(identity: identity, passwordHash: try row.get("password_hash"))
        }.first
    }

    func setHash(_ hash: String, _ tenant: TenantID, _ user: UserID) async throws {
        try await database.run(
            "UPDATE crm.person SET password_hash = \(hash) WHERE tenant_id = \(tenant) AND user_id = \(user)",
            tenant: tenant.rawValue)
    }
}
