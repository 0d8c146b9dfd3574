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

    /// Takes a refresh token and puts the next one in its place. A token that was used before ends the session: two hold it.
    func refresh(_ id: String, secret: String, next: String) async throws -> Session? {
        try await database.transaction(tenant: "*") { connection in
            let found = try connection.query(
                """
                SELECT tenant_id, user_id, refresh_hash FROM crm.session
                WHERE session_id = \(id) AND expires_at > clock_timestamp() FOR UPDATE
                """
            ) { row in
                (
                    session: Session(tenant: try row.get("tenant_id"), user: try row.get("user_id")),
                    hash: try row.get("refresh_hash") as Data
                )
            }
            guard let found = found.first else { return nil }
            guard found.hash == Self.hash(secret) else {
                try connection.run("DELETE FROM crm.session WHERE session_id = \(id)")
                return nil
            }
            try connection.run(
                "UPDATE crm.session SET refresh_hash = \(Self.hash(next)) WHERE session_id = \(id)")
            return found.session
        }
    }

    func delete(_ id: String, _ tenant: TenantID, _ user: UserID) async throws {
        try await database.run(
            "DELETE FROM crm.session WHERE tenant_id = \(tenant) AND session_id = \(id) AND user_id = \(user)",
            tenant: tenant.rawValue)
    }

    func deleteExpired() async throws {
        try await database.run("DELETE FROM crm.session WHERE expires_at < clock_timestamp()", tenant: "*")
    }

    private static func hash(_ secret: String) -> Data { Data(SHA256.hash(data: Data(secret.utf8))) }
}
