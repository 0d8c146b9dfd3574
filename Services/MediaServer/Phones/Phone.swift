import Contracts

/// An agent's telephone as its tenant set it up. It registers as `id@tenant`; the tenant's id is the digest realm.
struct Phone: Codable, Sendable, Equatable {
    /// What the phone is challenged with. Older phones give up when SHA-256 is offered at all, so that `md5` is for them.
    enum Digest: String, Codable, Sendable, CaseIterable { case both, md5, sha256 }

    let tenant: TenantID
    let id: PhoneID
    let displayName: String
    let digest: Digest
}

/// A phone and the hashes (RFC 7616 A1) that its password is checked by; the password itself is not kept.
struct PhoneSecret: Sendable, Equatable {
    let phone: Phone
    let md5: String
    let sha256: String
}
