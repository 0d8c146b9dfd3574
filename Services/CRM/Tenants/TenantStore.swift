import Contracts
import Database
import ServiceKit

/// Reads and writes `crm.tenant`, and makes what a tenant begins with.
struct TenantStore {
    let database: Database
    let hasher: PasswordHasher

    /// Every tenant, without the platform itself.
    func list(_ page: PageRequest) async throws -> Page<Tenant> {
        let rows = try await database.query(
            """
            SELECT tenant_id, name, is_active, extras, created_at FROM crm.tenant
            WHERE tenant_id > \(try page.key(0) ?? "") AND tenant_id <> '*'
            ORDER BY tenant_id LIMIT \(page.limit + 1)::int
            """, tenant: "*", row: Self.tenant)
        return Page(rows: rows, request: page) { [$0.tenant.rawValue] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: TenantID) async throws -> Tenant {
        try await database.transaction(tenant: id.rawValue) { try $0.findTenant(id) }
    }

    /// Makes the tenant, its roles, its enterprise admin and its configuration admin.
    /// - Throws: `Failure.conflict` if the id is taken.
    func insert(_ new: NewTenant) async throws -> Tenant {
        try new.check()
        var admins: [(user: NewUser, hash: String)] = []
        for (admin, role) in [(new.admin, Role.admin), (new.configurator, .configurator)] {
            guard let user = admin?.newUser(role) else { continue }
            admins.append((user, try await hasher.hash(user.password)))
        }
        let (id, made) = (new.tenant, admins)
        do {
            return try await database.transaction(tenant: id.rawValue) { connection in
                try connection.run(
                    """
                    INSERT INTO crm.tenant (tenant_id, name, extras)
                    VALUES (\(id), \(new.name), \((new.extras ?? []).map(\.rawValue))::text[])
                    """)
                try connection.insertRoles(Role.ofTenant, id)
                for admin in made { try connection.insertUser(admin.user, hash: admin.hash, id) }
                let tenant = try connection.findTenant(id)
                try connection.publish(TenantChanged(tenant), tenant: id)
                for admin in made {
                    try connection.publish(
                        UserChanged(
                            userID: admin.user.user, name: admin.user.name, roles: admin.user.roles, isActive: true),
                        tenant: id)
                }
                return tenant
            }
        } catch let error as DatabaseError where error.isUniqueViolation {
            throw Failure(.conflict, "There is already a tenant \(id).")
        }
    }

    /// - Throws: `Failure.notFound`
    func update(_ id: TenantID, _ change: TenantChange) async throws -> Tenant {
        try change.check()
        return try await database.transaction(tenant: id.rawValue) { connection in
            try connection.run(
                """
                UPDATE crm.tenant SET name = coalesce(\(change.name as String?), name),
                    is_active = coalesce(\(change.isActive as Bool?), is_active),
                    extras = coalesce(\(change.extras.map { $0.map(\.rawValue) })::text[], extras)
                WHERE tenant_id = \(id)
                """)
            if change.isActive == false { try connection.run("DELETE FROM crm.session WHERE tenant_id = \(id)") }
            let tenant = try connection.findTenant(id)
            try connection.publish(TenantChanged(tenant), tenant: id)
            return tenant
        }
    }

    /// Deletes the tenant with all that crm knows of it. Its access numbers are free again.
    /// - Throws: `Failure.notFound`
    func delete(_ id: TenantID) async throws {
        try await database.transaction(tenant: id.rawValue) { connection in
            let tenant = try connection.findTenant(id)
            let numbers = try connection.query(
                "DELETE FROM crm.access_number WHERE tenant_id = \(id) RETURNING number"
            ) { try $0.get("number") as String }
            // Persons point at roles, which the cascade may reach first.
            try connection.run("DELETE FROM crm.person WHERE tenant_id = \(id)")
            try connection.run("DELETE FROM crm.tenant WHERE tenant_id = \(id)")
            for number in numbers {
                try connection.publish(AccessNumberChanged(number: number, isAssigned: false), tenant: id)
            }
            try connection.publish(TenantChanged(tenantID: id, name: tenant.name, isActive: false), tenant: id)
        }
    }

    /// Makes the platform's row and its first operator.
    /// - Returns: false if there is an operator already, or none was made for want of a password.
    func insertOperator(password: String?) async throws -> Bool {
        let isThere = try await database.query("SELECT FROM crm.person WHERE tenant_id = '*' LIMIT 1", tenant: "*") {
            _ in 1
        }
        guard isThere.isEmpty, let password else { return false }
        let hash = try await hasher.hash(password)
        return try await database.transaction(tenant: "*") { connection in
            let made = try connection.run(
                "INSERT INTO crm.tenant (tenant_id, name) VALUES ('*', 'Carillon') ON CONFLICT DO NOTHING")
            // Another instance was faster.
            guard made > 0 else { return false }
            try connection.insertRoles([.operator], .all)
            let user = NewUser(
                user: UserID(rawValue: "operator"), name: "Operator", roles: [Role.operator.rawValue],
                password: password)
            try connection.insertUser(user, hash: hash, .all)
            return true
        }
    }

    @Sendable fileprivate static func tenant(_ row: Row) throws -> Tenant {
        Tenant(
            tenant: try row.get("tenant_id"), name: try row.get("name"), isActive: try row.get("is_active"),
            extras: (try row.get("extras") as [String]).compactMap(Extra.init),
            createdAt: Timestamp(try row.get("created_at")))
    }
}

extension Connection {
    fileprivate func findTenant(_ id: TenantID) throws -> Tenant {
        let found = try query(
            "SELECT tenant_id, name, is_active, extras, created_at FROM crm.tenant WHERE tenant_id = \(id)",
            row: TenantStore.tenant)
        guard let tenant = found.first else { throw Failure(.notFound, "There is no tenant \(id).") }
        return tenant
    }

    fileprivate func insertRoles(_ roles: [Role], _ tenant: TenantID) throws {
        for role in roles {
            try run(
                """
                INSERT INTO crm.role (tenant_id, role, title, permissions, is_built_in)
                VALUES (\(tenant), \(role), \(role.title), \(role.permissions.map(\.rawValue))::text[], true)
                """)
        }
    }
}

extension TenantChanged {
    init(_ tenant: Tenant) { self.init(tenantID: tenant.tenant, name: tenant.name, isActive: tenant.isActive) }
}

extension NewTenant.Admin {
    func newUser(_ role: Role) -> NewUser {
        NewUser(user: user, name: name ?? user.rawValue, roles: [role.rawValue], password: password)
    }
}
