import Contracts
import Database
import Foundation

/// What cti's facts do to callbacks, in the transaction of the subscriber's cursor.
extension Connection {
    /// What the end of a call is to be noted with: where the tenant's numbers are at home, and whether there is any callback
    /// that it may settle. Of most calls there is none, and this is all that is asked.
    func circumstances(
        of ended: CallEnded, _ tenant: TenantID
    ) throws -> (home: NumberHome, mayHaveCallbacks: Bool) {
        let found = try query(
            """
            SELECT home.country, home.area,
                EXISTS (SELECT FROM acd.callback WHERE tenant_id = \(tenant) AND call_id = \(ended.callID))
                OR EXISTS (SELECT FROM acd.callback WHERE tenant_id = \(tenant)
                    AND queue_id = \(ended.queueID?.rawValue) AND state = 'waiting') AS has_callbacks
            FROM (SELECT) AS one LEFT JOIN acd.number_home AS home ON home.tenant_id = \(tenant)
            """
        ) { row in
            let country: String? = try row.get("country")
            let area: String? = try row.get("area")
            let home = country.map { NumberHome(country: $0, area: area) } ?? NumberHome()
            return (home: home, mayHaveCallbacks: try row.get("has_callbacks") as Bool)
        }
        return found.first ?? (NumberHome(), true)
    }

    /// A call is over: it was one that called back, one whose caller gave up, or one that made a callback needless.
    func settleCallbacks(by ended: CallEnded, of tenant: TenantID) throws {
        if try settleDialled(ended, of: tenant) { return }
        guard ended.direction == .inbound, let queue = ended.queueID else { return }
        if ended.talked {
            try cancelCallbacks(to: ended.customerNumber, in: queue, of: tenant)
        } else if ended.reason == .abandoned {
            try listAbandoned(ended, in: queue, of: tenant)
        }
    }

    /// - Returns: whether it was a call that called back.
    private func settleDialled(_ ended: CallEnded, of tenant: TenantID) throws -> Bool {
        let found = try query(
            """
            SELECT id, queue_id, state, attempts, agent_id FROM acd.callback
            WHERE tenant_id = \(tenant) AND call_id = \(ended.callID) FOR UPDATE
            """
        ) { row in
            (
                id: try row.get("id") as String, queue: try row.get("queue_id") as QueueID,
                state: try row.get("state") as Callback.State, attempts: try row.get("attempts") as Int,
                agent: try row.get("agent_id") as AgentID?
            )
        }
        guard let callback = found.first else { return false }
        guard callback.state == .dialling || callback.state == .waiting else { return true }
        let rules = try callbackRules(of: callback.queue, of: tenant) ?? CallbackRules()
        let next = CallbackResult(
            ended, attempts: callback.attempts, agent: callback.agent, rules: rules)
        try run(
            """
            UPDATE acd.callback SET state = \(next.state.rawValue), attempts = \(next.attempts),
                outcome = \(next.outcome), not_before = \(next.notBefore?.date),
                refused_by = CASE WHEN \(next.refusedBy?.rawValue)::text IS NULL THEN refused_by
                    ELSE array_append(array_remove(refused_by, \(next.refusedBy?.rawValue)), \(next.refusedBy?.rawValue)) END,
                changed_at = clock_timestamp()
            WHERE tenant_id = \(tenant) AND id = \(callback.id)
            """)
        try raiseCallbackVersion(of: tenant)
        return true
    }

    private func listAbandoned(_ ended: CallEnded, in queue: QueueID, of tenant: TenantID) throws {
        guard let rules = try callbackRules(of: queue, of: tenant), let new = ended.callback(in: queue, by: rules)
        else {
            return
        }
        try add(new, by: rules, of: tenant)
    }

    /// For a number that is listed in this queue already, the earlier place is kept; asked for, it is dialled by itself.
    func add(_ new: NewCallback, by rules: CallbackRules, of tenant: TenantID) throws {
        let expires = max(new.enqueuedAt, new.notBefore ?? new.enqueuedAt).adding(rules.lifetime)
        let key = try numberKey(new.number, of: tenant) ?? ""
        try run(
            """
            INSERT INTO acd.callback AS known (tenant_id, id, queue_id, number, number_key, source, is_automatic,
                enqueued_at, priority, skills, attributes, from_number, asked_in, not_before, expires_at)
            VALUES (\(tenant), \(CallID.make(at: .now()).rawValue), \(new.queueID), \(new.number),
                \(key), \(new.source.rawValue), \(new.isAutomatic), \(new.enqueuedAt.date),
                \(new.priority), \(new.skills), \(try SQL.json(new.attributes)), \(rules.from ?? new.called ?? ""),
                \(new.askedIn?.rawValue), \(new.notBefore?.date), \(expires.date))
            ON CONFLICT (tenant_id, queue_id, number_key) WHERE state IN ('waiting', 'dialling') DO UPDATE SET
                enqueued_at = least(known.enqueued_at, excluded.enqueued_at),
                is_automatic = known.is_automatic OR excluded.is_automatic,
                source = CASE WHEN excluded.source = 'offered' THEN excluded.source ELSE known.source END,
                expires_at = greatest(known.expires_at, excluded.expires_at), changed_at = clock_timestamp()
            """)
        try raiseCallbackVersion(of: tenant)
    }

    func cancelCallbacks(to number: String, in queue: QueueID, of tenant: TenantID) throws {
        guard let key = try numberKey(number, of: tenant) else { return }
        let cancelled = try run(
            """
            UPDATE acd.callback SET state = 'cancelled', outcome = 'reachedUs', changed_at = clock_timestamp()
            WHERE tenant_id = \(tenant) AND queue_id = \(queue) AND number_key = \(key) AND state = 'waiting'
            """)
        if cancelled > 0 { try raiseCallbackVersion(of: tenant) }
    }

    /// - Returns: nil if there is no such queue.
    func callbackRules(of queue: QueueID, of tenant: TenantID) throws -> CallbackRules? {
        try query("SELECT callbacks FROM acd.queue WHERE tenant_id = \(tenant) AND id = \(queue)") {
            try $0.json("callbacks", as: CallbackRules.self)
        }.first
    }

    /// Part of every transaction that changes callbacks.
    func raiseCallbackVersion(of tenant: TenantID) throws {
        try run(
            """
            INSERT INTO acd.callback_version (tenant_id, version) VALUES (\(tenant), 1)
            ON CONFLICT (tenant_id) DO UPDATE SET version = callback_version.version + 1
            """)
    }
}
