import Contracts
import Database
import Foundation
import ServiceKit
import Synchronization

/// The Ed25519 keys that access tokens are signed with, kept in `crm.signing_key`. The newest signs; all are published, so that
/// tokens signed before a change stay good.
final class SigningKeys: Sendable {
    private let database: Database
    private let known = Mutex<[TokenSigner]>([])

    init(database: Database) { self.database = database }

    /// Makes the first key if there is none. Two instances that start at once agree on one.
    func prepare() async throws {
        let id = UserID.make(at: .now()).rawValue
        let fresh = try await TokenSigner(keyID: id)
        try await database.transaction { connection in
            try connection.run("LOCK TABLE crm.signing_key IN SHARE ROW EXCLUSIVE MODE")
            try connection.run(
                """
                INSERT INTO crm.signing_key (key_id, private_key)
                SELECT \(fresh.keyID), \(fresh.privateKey) WHERE NOT EXISTS (SELECT FROM crm.signing_key)
                """)
        }
        try await load()
    }

    /// The key that signs now.
    var signer: TokenSigner {
        get throws {
            guard let signer = known.withLock({ $0.last }) else {
                throw Failure(.unavailable, "Nobody can sign in right now.")
            }
            return signer
        }
    }

    /// All public keys, as they are in the table: another instance may have made one.
    func jwks() async throws -> String {
        try await load()
        return TokenSigner.jwks(known.withLock { $0.map(\.publicJWK) })
    }

    private func load() async throws {
        let rows = try await database.query(
            "SELECT key_id, private_key FROM crm.signing_key ORDER BY created_at, key_id"
        ) {
            (id: try $0.get("key_id") as String, key: try $0.get("private_key") as Data)
        }
        var signers: [TokenSigner] = []
        for row in rows { signers.append(try await TokenSigner(keyID: row.id, privateKey: row.key)) }
        known.withLock { $0 = signers }
    }
}
