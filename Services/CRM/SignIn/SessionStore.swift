import Contracts
import Crypto
import Database
import Foundation

/// Reads and writes `crm.session`: what a refresh token is good for. The token itself is not kept, only its hash.
struct SessionStore {
    let database: Database

    /// A session that a refresh token belongs to.
    struct Session: Sendable {
        let tenant: TenantID
        let user: UserID
    }

    func insert(_ id: String, _ tenant: TenantID, _ user: UserID, secret: String, life: Duration) async throws {
        try await database.run(
            """
            INSERT INTO crm.session (tenant_id, session_id, user_id, refresh_hash, expires_at)
            VALUES (\(tenant), \(id), \(user), \(Self.hash(secret)),
                    clock_timestamp() + make_interval(secs => \(life.components.seconds)::float8))
            """, tenant: tenant.rawValue)
    }

    /// How long the token before is taken once more, from somebody whom the answer did not reach.
    static let grace = Duration.seconds(30)

    /// Takes a refresh token and puts the next one in its place. A token that was used before ends the session: two hold it.
    ///
    /// An answer may be lost on its way: for half a minute the token before is good as well, and what was answered instead is
    /// not any more. If a thief makes use of that, the rightful holder's next refresh ends the session.
    func refresh(_ id: String, secret: String, next: String) async throws -> Session? {
        try await database.transaction(tenant: "*") { connection in
            let found = try connection.query(
                """
                SELECT tenant_id, user_id, refresh_hash,
                    previous_hash = \(Self.hash(secret))
                        AND refreshed_at > clock_timestamp() - make_interval(secs => \(Self.grace.components.seconds)::float8)
                        AS is_repeated
                FROM crm.session
                WHERE session_id = \(id) AND expires_at > clock_timestamp() FOR UPDATE
                """
            ) { row in
                (
                    session: Session(tenant: try row.get("tenant_id"), user: try row.get("user_id")),
                    hash: try row.get("refresh_hash") as Data,
                    isRepeated: try row.get("is_repeated") as Bool? ?? false
                )
            }
            guard let found = found.first else { return nil }
            guard found.hash == Self.hash(secret) || found.isRepeated else {
                try connection.endSession(id)
                return nil
            }
            try connection.run(
                """
                UPDATE crm.session
                SET refresh_hash = \(Self.hash(next)), previous_hash = \(Self.hash(secret)),
                    refreshed_at = CASE WHEN \(found.isRepeated) THEN refreshed_at ELSE clock_timestamp() END
                WHERE session_id = \(id)
                """)
            return found.session
        }
    }

    /// Ends the session that the refresh token belongs to, whether the token is its present one or the one before.
    func end(_ id: String, secret: String) async throws {
        try await database.transaction(tenant: "*") { connection in
            let found = try connection.query(
                """
                SELECT FROM crm.session
                WHERE session_id = \(id) AND \(Self.hash(secret)) IN (refresh_hash, previous_hash)
                """
            ) { _ in true }
            if !found.isEmpty { try connection.endSession(id) }
        }
    }

    func deleteExpired() async throws {
        try await database.run("DELETE FROM crm.session WHERE expires_at < clock_timestamp()", tenant: "*")
    }

    private static func hash(_ secret: String) -> Data { Data(SHA256.hash(data: Data(secret.utf8))) }
}
