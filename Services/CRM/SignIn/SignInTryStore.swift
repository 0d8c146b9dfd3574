import Contracts
import Crypto
import Database
import Foundation

/// Reads and writes `crm.sign_in_try`: how often somebody's password was tried in vain.
///
/// Ten tries are free; after that each costs a wait that doubles from 30 seconds to 15 minutes. An hour without tries
/// forgets them. A try is counted before the password is looked at, so that a thousand at once are not a thousand tries.
struct SignInTryStore {
    static let freeTries = 10
    let database: Database

    /// Counts one try.
    /// - Returns: how many seconds to wait instead; nil if the try is allowed.
    func begin(_ tenant: TenantID, _ user: UserID) async throws -> Int? {
        let name = Self.hash(tenant, user)
        let allowed = try await database.query(
            """
            INSERT INTO crm.sign_in_try AS known (name_hash, tries) VALUES (\(name), 1)
            ON CONFLICT (name_hash) DO UPDATE SET
                tries = CASE WHEN known.last_at < clock_timestamp() - interval '1 hour' THEN 1
                    ELSE least(known.tries + 1, 1000) END,
                last_at = clock_timestamp()
                WHERE known.last_at + \(Self.wait) <= clock_timestamp()
            RETURNING tries
            """
        ) { _ in true }
        guard allowed.isEmpty else { return nil }
        let seconds = try await database.query(
            """
            SELECT greatest(1, ceil(extract(epoch FROM known.last_at + \(Self.wait) - clock_timestamp())))::int AS seconds
            FROM crm.sign_in_try AS known WHERE name_hash = \(name)
            """
        ) { try $0.get("seconds") as Int }
        return seconds.first ?? 1
    }

    /// The password was right.
    func forget(_ tenant: TenantID, _ user: UserID) async throws {
        try await database.run("DELETE FROM crm.sign_in_try WHERE name_hash = \(Self.hash(tenant, user))")
    }

    func deleteOld() async throws {
        try await database.run("DELETE FROM crm.sign_in_try WHERE last_at < clock_timestamp() - interval '1 hour'")
    }

    private static let wait: SQL =
        """
        CASE WHEN known.tries < \(freeTries)::int THEN interval '0'
            ELSE least(interval '30 seconds' * power(2, least(known.tries - \(freeTries)::int, 10)), interval '15 minutes') END
        """

    private static func hash(_ tenant: TenantID, _ user: UserID) -> String {
        Data(SHA256.hash(data: Data("\(tenant)\n\(user)".utf8))).base64EncodedString()
    }
}
