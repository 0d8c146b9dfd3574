import Contracts
import Database
import SIP

/// A registration as it outlives a restart.
struct KeptRegistration: Sendable, Equatable {
    let key: Registrar<PhonePlace>.Key
    let binding: Registrar<PhonePlace>.Binding
}

/// Reads and writes `media.registration`. The only file that knows the table.
struct RegistrationStore: Sendable {
    typealias Key = Registrar<PhonePlace>.Key
    typealias Binding = Registrar<PhonePlace>.Binding

    let database: Database
    /// Whose registrations: a phone is called from where it registered, which its NAT lets through.
    let instance: InstanceID

    /// Those that still hold, after those that do not were removed.
    func load(at now: Timestamp) async throws -> [KeptRegistration] {
        try await database.run(
            "DELETE FROM media.registration WHERE expires_at <= \(now.date)", tenant: TenantID.all.rawValue)
        let rows = try await database.query(
            """
            SELECT tenant_id, phone_id, contact, source_host, source_port, path, call_id, sequence, expires_at
            FROM media.registration
            WHERE instance = \(instance.description)
            """, tenant: TenantID.all.rawValue, row: registration)
        return rows.compactMap(\.self)
    }

    /// Nil for a contact that can no longer be read.
    @Sendable private func registration(_ row: Row) throws -> KeptRegistration? {
        guard let contact = try? SIPURI(row.get("contact") as String) else { return nil }
        let source = SIPPeer(.udp, try row.get("source_host"), try row.get("source_port"))
        let path: String = try row.get("path")
        let proxies: [NameAddress]? = path.isEmpty ? [] : (try? NameAddress.list(path))
        guard let proxies else { return nil }
        let sequence: Int64 = try row.get("sequence")
        return KeptRegistration(
            key: Key(tenant: try row.get("tenant_id"), phone: try row.get("phone_id")),
            binding: Binding(
                place: PhonePlace(contact: contact, source: source, path: proxies), contact: contact.description,
                expiresAt: Timestamp(try row.get("expires_at")), callID: try row.get("call_id"),
                sequence: UInt32(clamping: sequence)))
    }

    /// What each phone has now; nil for nothing any more.
    func write(_ changes: [Key: Binding?]) async throws {
        try await database.pipeline(changes.map(statement), tenant: TenantID.all.rawValue)
    }

    private func statement(_ key: Key, _ binding: Binding?) -> SQL {
        guard let binding else {
            return """
                DELETE FROM media.registration
                WHERE tenant_id = \(key.tenant) AND phone_id = \(key.phone) AND instance = \(instance.description)
                """
        }
        let source = binding.place.source
        return """
            INSERT INTO media.registration (tenant_id, phone_id, instance, contact, source_host, source_port, path,
                call_id, sequence, expires_at)
            VALUES (\(key.tenant), \(key.phone), \(instance.description), \(binding.contact), \(source.host),
                \(source.port), \(binding.place.pathText), \(binding.callID), \(Int64(binding.sequence)), \(binding.expiresAt.date))
            ON CONFLICT (tenant_id, phone_id, instance) DO UPDATE
            SET contact = EXCLUDED.contact, source_host = EXCLUDED.source_host, source_port = EXCLUDED.source_port,
                path = EXCLUDED.path, call_id = EXCLUDED.call_id, sequence = EXCLUDED.sequence, expires_at = EXCLUDED.expires_at
            """
    }
}
