import Contracts
import Database
import ServiceKit

/// Sessions that end are told, in the transaction that ends them.
extension Connection {
    /// A fact has no more than these.
    private static var mostToldAtOnce: Int { 200 }

    /// Ends all sessions of a user.
    func endSessions(_ user: UserID, _ tenant: TenantID) throws {
        let ended = try query(
            "DELETE FROM crm.session WHERE tenant_id = \(tenant) AND user_id = \(user) RETURNING session_id"
        ) { try $0.get("session_id") as String }
        try tell(ended, of: user, tenant)
    }

    /// Ends one session, if there is such a one.
    func endSession(_ id: String) throws {
        let ended = try query("DELETE FROM crm.session WHERE session_id = \(id) RETURNING tenant_id, user_id") {
            (tenant: try $0.get("tenant_id") as TenantID, user: try $0.get("user_id") as UserID)
        }
        for session in ended { try tell([id], of: session.user, session.tenant) }
    }

    private func tell(_ sessions: [String], of user: UserID, _ tenant: TenantID) throws {
        for start in stride(from: 0, to: sessions.count, by: Self.mostToldAtOnce) {
            let part = sessions[start..<min(start + Self.mostToldAtOnce, sessions.count)]
            try publish(UserSessionsEnded(userID: user, sessions: Array(part)), tenant: tenant)
        }
    }
}
