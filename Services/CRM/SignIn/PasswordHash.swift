import CSodium
import Contracts
import Foundation

/// What hashing a password costs whoever guesses, and us.
struct PasswordCost: Sendable, Equatable {
    let memoryBytes: Int
    let passes: Int

    /// OWASP's advice with room: 64 MiB, three passes.
    static let standard = PasswordCost(memoryBytes: 64 << 20, passes: 3)
}

/// argon2id by libsodium. Slow and hungry by intention: call it through ``PasswordHasher``.
enum PasswordHash {
    /// - Throws: `Failure.unavailable` if there is no memory for it.
    static func make(_ password: String, _ cost: PasswordCost) throws -> String {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_strbytes()))
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        let status = crypto_pwhash_str_alg(
            &text, bytes, UInt64(bytes.count), UInt64(cost.passes), cost.memoryBytes, crypto_pwhash_alg_argon2id13())
        guard status == 0 else { throw Failure(.unavailable, "Passwords cannot be checked right now.") }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func verify(_ password: String, _ hash: String) -> Bool {
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        return crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
    }

    /// Whether the hash was made at another cost than today's.
    static func isOutdated(_ hash: String, _ cost: PasswordCost) -> Bool {
        crypto_pwhash_str_needs_rehash(hash, UInt64(cost.passes), cost.memoryBytes) != 0
    }
}

/// Which passwords are taken.
enum PasswordRule {
    /// Why not; nil if it is taken. Length is what counts (OWASP ASVS 6.2).
    static func complaint(_ password: String) -> String? {
        (8...128).contains(password.count) ? nil : "A password has 8 to 128 characters."
    }

    /// - Throws: `Failure.invalid`
    static func check(_ password: String) throws {
        if let complaint = complaint(password) { throw Failure(.invalid, complaint, code: "password_refused") }
    }
}
