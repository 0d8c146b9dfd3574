import Contracts

/// An agent's telephone as its tenant set it up. It registers as `id@tenant`; the tenant's id is the digest realm.
struct Phone: Codable, Sendable, Equatable {
    let tenant: TenantID
    let id: PhoneID
    let displayName: String
}

/// A phone and the hashes (RFC 7616 A1) that its password is checked by; the password itself is not kept.
struct PhoneSecret: Sendable, Equatable {
    let phone: Phone
    let md5: String
    let sha256: String
}
