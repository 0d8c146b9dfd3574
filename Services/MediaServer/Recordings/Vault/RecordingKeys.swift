import Contracts
import Crypto
import Foundation
import Synchronization

/// The master keys that seal recordings, from a credential file. Never printed, never told.
///
/// A line a key: its id, 32 bytes in base64, and, for a key of one tenant's own, the tenant. `#` begins a comment. What is
/// new is sealed by the tenant's last key, or else by the last that is no tenant's; the others open what was sealed before.
struct RecordingKeys: Sendable, CustomStringConvertible, CustomReflectable {
    private struct Master: Sendable {
        let id: String
        let key: SymmetricKey
        let tenant: TenantID?
    }

    static let maximumIDBytes = 32
    private static let maximumKeys = 1_000

    private let masters: [Master]
    private let wrapping = WrappingKeys()

    /// - Throws: ``KeyFileError``, which names the line and never what is in it.
    init(file text: String) throws(KeyFileError) {
        var masters: [Master] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2 || words.count == 3, first.utf8.count <= Self.maximumIDBytes,
                let bytes = Data(base64Encoded: String(words[1])), bytes.count == 32,
                masters.count < Self.maximumKeys
            else { throw KeyFileError(line: number + 1) }
            let id = String(first)
            guard !masters.contains(where: { $0.id == id }) else { throw KeyFileError(line: number + 1) }
            masters.append(
                Master(
                    id: id, key: SymmetricKey(data: bytes),
                    tenant: words.count == 3 ? TenantID(rawValue: String(words[2])) : nil))
        }
        guard !masters.isEmpty else { throw KeyFileError(line: 0) }
        self.masters = masters
    }

    /// The id of the key that seals what is new; nil if every key is another tenant's.
    func newest(for tenant: TenantID) -> String? {
        (masters.last { $0.tenant == tenant } ?? masters.last { $0.tenant == nil })?.id
    }

    /// The key that wraps the keys of a tenant's files, derived from the master of this id (HKDF, RFC 5869): what is known
    /// of one tenant's opens nothing of another's.
    func wrappingKey(_ id: String, for tenant: TenantID) -> SymmetricKey? {
        guard let master = masters.first(where: { $0.id == id }), master.tenant == nil || master.tenant == tenant else {
            return nil
        }
        return wrapping.key(id, tenant) {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: master.key, salt: Data("carillon recording 1".utf8), info: Data(tenant.rawValue.utf8),
                outputByteCount: 32)
        }
    }

    var description: String { "\(masters.count) recording keys" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Tenants' keys that were derived before, in memory as their masters are: each recording needs its tenant's several times.
private final class WrappingKeys: Sendable {
    private struct Name: Hashable {
        let id: String
        let tenant: TenantID
    }

    private static let most = 4_096
    private let keys = Mutex<[Name: SymmetricKey]>([:])

    func key(_ id: String, _ tenant: TenantID, derive: () -> SymmetricKey) -> SymmetricKey {
        let name = Name(id: id, tenant: tenant)
        if let known = keys.withLock({ $0[name] }) { return known }
        let key = derive()
        keys.withLock { keys in
            if keys.count >= Self.most { keys = [:] }
            keys[name] = key
        }
        return key
    }
}

/// The key file cannot be used; line 0: it holds no key.
struct KeyFileError: Error, Equatable, CustomStringConvertible {
    let line: Int

    var description: String {
        line == 0
            ? "It holds no key."
            : "Line \(line) is not a new key id of 1 to 32 bytes, 32 bytes in base64 and perhaps a tenant."
    }
}
