import Contracts
import Database

/// Reads and writes `media.phone`. The only file that knows the table.
struct PhoneStore: Sendable {
    let database: Database

    /// Every tenant's, for the registrar's memory.
    func all() async throws -> [PhoneSecret] {
        try await database.query(
            "SELECT tenant_id, id, display_name, digest, ha1_md5, ha1_sha256 FROM media.phone",
            tenant: TenantID.all.rawValue
        ) { row in
            try PhoneSecret(phone: phone(row), md5: row.get("ha1_md5"), sha256: row.get("ha1_sha256"))
        }
    }

    func list(tenant: TenantID) async throws -> [Phone] {
        try await database.query(
            "SELECT tenant_id, id, display_name, digest FROM media.phone WHERE tenant_id = \(tenant) ORDER BY id",
            tenant: tenant.rawValue, row: phone)
    }

    func put(_ secret: PhoneSecret) async throws {
        let phone = secret.phone
        try await database.run(
            """
            INSERT INTO media.phone (tenant_id, id, display_name, digest, ha1_md5, ha1_sha256)
            VALUES (\(phone.tenant), \(phone.id), \(phone.displayName), \(phone.digest), \(secret.md5), \(secret.sha256))
            ON CONFLICT (tenant_id, id) DO UPDATE
            SET display_name = EXCLUDED.display_name, digest = EXCLUDED.digest, ha1_md5 = EXCLUDED.ha1_md5,
                ha1_sha256 = EXCLUDED.ha1_sha256
            """, tenant: phone.tenant.rawValue)
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: PhoneID, tenant: TenantID) async throws {
        let removed = try await database.run(
            "DELETE FROM media.phone WHERE tenant_id = \(tenant) AND id = \(id)", tenant: tenant.rawValue)
        guard removed > 0 else { throw Failure(.notFound, "There is no phone \(id).") }
    }

    @Sendable private func phone(_ row: Row) throws -> Phone {
        try Phone(
            tenant: row.get("tenant_id"), id: row.get("id"), displayName: row.get("display_name"),
            digest: row.get("digest"))
    }
}
