import Contracts
import Database
import ServiceKit

/// Reads and writes `crm.person` and `crm.person_role`.
struct UserStore {
    let database: Database
    let hasher: PasswordHasher

    func list(_ tenant: TenantID, _ page: PageRequest) async throws -> Page<User> {
        let rows = try await database.query(
            """
            \(Self.select) WHERE person.tenant_id = \(tenant) AND person.user_id > \(try page.key(0) ?? "")
            GROUP BY person.tenant_id, person.user_id ORDER BY person.user_id LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: Self.user)
        return Page(rows: rows, request: page) { [$0.user.rawValue] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: UserID, _ tenant: TenantID) async throws -> User {
        try await database.transaction(tenant: tenant.rawValue) { try $0.findUser(id, tenant) }
    }

    /// - Parameter actor: who does it; nobody gives, or changes somebody who has, a permission that he does not have himself.
    /// - Throws: `Failure.conflict` if the id is taken; `Failure.invalid` if a role is not there; `Failure.forbidden`.
    func insert(_ new: NewUser, _ tenant: TenantID, by actor: Identity) async throws -> User {
        try new.check()
        let hash = try await hasher.hash(new.password)
        return try await refusing {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                try connection.insertUser(new, hash: hash, tenant)
                try connection.refuseStronger(new.user, tenant, than: actor)
                let user = try connection.findUser(new.user, tenant)
                try connection.publish(UserChanged(user), tenant: tenant)
                return user
            }
        }
    }

    /// - Throws: `Failure.notFound`; `Failure.invalid` if a role is not there; `Failure.forbidden` as ``insert(_:_:by:)``.
    func update(_ id: UserID, _ change: UserChange, _ tenant: TenantID, by actor: Identity) async throws -> User {
        try change.check()
        return try await refusing {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                try connection.refuseStronger(id, tenant, than: actor)
                try connection.run(
                    """
                    UPDATE crm.person SET name = coalesce(\(change.name as String?), name),
                        is_active = coalesce(\(change.isActive as Bool?), is_active)
                    WHERE tenant_id = \(tenant) AND user_id = \(id)
                    """)
                if let roles = change.roles {
                    try connection.setRoles(roles, id, tenant)
                    try connection.refuseStronger(id, tenant, than: actor)
                }
                if change.isActive == false || change.roles != nil { try connection.endSessions(id, tenant) }
                let user = try connection.findUser(id, tenant)
                try connection.publish(UserChanged(user), tenant: tenant)
                return user
            }
        }
    }

    /// - Throws: `Failure.notFound`; `Failure.forbidden` as ``insert(_:_:by:)``.
    func setPassword(_ password: String, _ tenant: TenantID, _ id: UserID, by actor: Identity) async throws {
        let hash = try await hasher.hash(password)
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.refuseStronger(id, tenant, than: actor)
            let changed = try connection.run(
                "UPDATE crm.person SET password_hash = \(hash) WHERE tenant_id = \(tenant) AND user_id = \(id)")
            guard changed > 0 else { throw Failure.noUser(id) }
            try connection.endSessions(id, tenant)
        }
    }

    /// - Throws: `Failure.notFound`; `Failure.forbidden` as ``insert(_:_:by:)``.
    func delete(_ id: UserID, _ tenant: TenantID, by actor: Identity) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let user = try connection.findUser(id, tenant)
            try connection.refuseStronger(id, tenant, than: actor)
            try connection.endSessions(id, tenant)
            try connection.run("DELETE FROM crm.person WHERE tenant_id = \(tenant) AND user_id = \(id)")
            try connection.publish(
                UserChanged(userID: id, name: user.name, roles: [], isActive: false), tenant: tenant)
        }
    }

    private func refusing<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as DatabaseError where error.isUniqueViolation {
            throw Failure(.conflict, "There is already a user with this id.", code: "userTaken")
        } catch let error as DatabaseError where error.isForeignKeyViolation {
            throw Failure(.invalid, "A role in the list does not exist.", code: "roleUnknown")
        }
    }

    fileprivate static let select: SQL =
        """
        SELECT person.user_id, person.name, person.is_active, person.created_at,
               coalesce(array_agg(person_role.role ORDER BY person_role.role)
                   FILTER (WHERE person_role.role IS NOT NULL), '{}') AS roles
        FROM crm.person LEFT JOIN crm.person_role USING (tenant_id, user_id)
        """

    @Sendable fileprivate static func user(_ row: Row) throws -> User {
        User(
            user: try row.get("user_id"), name: try row.get("name"), roles: try row.get("roles"),
            isActive: try row.get("is_active"), createdAt: Timestamp(try row.get("created_at")))
    }
}

extension Connection {
    func insertUser(_ new: NewUser, hash: String, _ tenant: TenantID) throws {
        try run(
            """
            INSERT INTO crm.person (tenant_id, user_id, name, password_hash)
            VALUES (\(tenant), \(new.user), \(new.name), \(hash))
            """)
        try setRoles(new.roles, new.user, tenant)
    }

    fileprivate func findUser(_ id: UserID, _ tenant: TenantID) throws -> User {
        let found = try query(
            """
            \(UserStore.select) WHERE person.tenant_id = \(tenant) AND person.user_id = \(id)
            GROUP BY person.tenant_id, person.user_id
            """, row: UserStore.user)
        guard let user = found.first else { throw Failure.noUser(id) }
        return user
    }

    fileprivate func setRoles(_ roles: [String], _ id: UserID, _ tenant: TenantID) throws {
        try run("DELETE FROM crm.person_role WHERE tenant_id = \(tenant) AND user_id = \(id)")
        // Nobody is there: the foreign key would say so in other words.
        guard
            try !query("SELECT FROM crm.person WHERE tenant_id = \(tenant) AND user_id = \(id)", row: { _ in 1 })
                .isEmpty
        else { throw Failure.noUser(id) }
        try run(
            """
            INSERT INTO crm.person_role (tenant_id, user_id, role)
            SELECT DISTINCT \(tenant), \(id), role FROM unnest(\(roles)::text[]) AS role
            """)
    }

    /// - Throws: `Failure.forbidden` if the user may do what the actor may not.
    fileprivate func refuseStronger(_ id: UserID, _ tenant: TenantID, than actor: Identity) throws {
        guard !actor.isOperator, id != actor.user || tenant != actor.tenant else { return }
        let more = try query(
            """
            SELECT permission FROM crm.person_role JOIN crm.role USING (tenant_id, role), unnest(permissions) AS permission
            WHERE tenant_id = \(tenant) AND user_id = \(id) AND permission <> ALL (\(actor.permissions.sorted())::text[])
            LIMIT 1
            """
        ) { try $0.get("permission") as String }
        guard let permission = more.first else { return }
        throw Failure(.forbidden, "This needs the permission \(permission), which you do not have.")
    }
}

extension UserChanged {
    init(_ user: User) {
        self.init(userID: user.user, name: user.name, roles: user.roles, isActive: user.isActive)
    }
}

extension Failure {
    static func noUser(_ id: UserID) -> Failure { Failure(.notFound, "There is no user \(id).") }
}
