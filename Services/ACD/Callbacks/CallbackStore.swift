import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `acd.callback` and `acd.callback_version`, which tells the router that something changed.
struct CallbackStore: Sendable {
    let database: Database

    /// Lists a callback. For a number that is listed in this queue already, the earlier place is kept.
    /// - Throws: `Failure.notFound` if there is no such queue.
    func add(_ new: NewCallback, of tenant: TenantID) async throws -> Callback {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            guard let rules = try connection.callbackRules(of: new.queueID, of: tenant) else {
                throw Failure(.notFound, "There is no queue \(new.queueID).")
            }
            try connection.add(new, by: rules, of: tenant)
            let key = try connection.numberKey(new.number, of: tenant) ?? ""
            let found = try connection.query(
                """
                SELECT \(Self.columns) FROM acd.callback WHERE tenant_id = \(tenant) AND queue_id = \(new.queueID)
                    AND number_key = \(key) AND state IN ('waiting', 'dialling')
                """, row: Self.read)
            guard let callback = found.first else { throw Failure(.unavailable, "The callback was not kept.") }
            return callback
        }
    }

    /// In the order of their places.
    func list(
        queue: QueueID?, state: Callback.State?, number: String?, _ page: PageRequest, of tenant: TenantID
    ) async throws -> Page<Callback> {
        var wheres: [SQL] = ["tenant_id = \(tenant)"]
        if let queue { wheres.append("queue_id = \(queue)") }
        if let state { wheres.append("state = \(state.rawValue)") }
        if let number {
            let home = try await NumberHomeStore(database: database).find(of: tenant)
            wheres.append("number_key = \(home.normal(number) ?? "")")
        }
        if let last = try page.key(0).flatMap(Int64.init), let id = try page.key(1) {
            wheres.append("(enqueued_at, id) > (\(Timestamp(microseconds: last).date)::timestamptz, \(id))")
        }
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM acd.callback WHERE \(wheres.joined(separator: " AND "))
            ORDER BY enqueued_at, id LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: Self.read)
        return Page(rows: rows, request: page) { ["\($0.enqueuedAt.microseconds)", $0.id] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: String, of tenant: TenantID) async throws -> Callback {
        let found = try await database.query(
            "SELECT \(Self.columns) FROM acd.callback WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.read)
        guard let callback = found.first else { throw Failure(.notFound, "There is no callback \(id).") }
        return callback
    }

    // MARK: - Dialling

    /// Whoever begins has it: nobody else dials it meanwhile. Its call's id is made here.
    /// - Throws: `Failure.notFound`; `Failure.conflict` if it does not wait.
    func begin(_ id: String, by agent: AgentID, of tenant: TenantID) async throws -> Callback {
        let begun = try await change(
            id,
            """
            state = 'dialling', agent_id = \(agent), dials = dials + 1, call_id = 'callback-' || id || '-' || (dials + 1),
            dialled_at = clock_timestamp()
            """, where: "state = 'waiting'", of: tenant)
        if let begun { return begun }
        let found = try await find(id, of: tenant)
        throw Failure(.conflict, "The callback is \(found.state.rawValue).", code: "callbackNotWaiting")
    }

    /// The call was not made, or nobody knows of it any more: it waits again, at its place.
    func giveBack(_ id: String, _ call: CallID?, notBefore: Timestamp?, of tenant: TenantID) async throws {
        _ = try await change(
            id, "state = 'waiting', not_before = coalesce(\(notBefore?.date)::timestamptz, not_before)",
            where: "state = 'dialling' AND call_id IS NOT DISTINCT FROM \(call?.rawValue)::text", of: tenant)
    }

    /// - Parameter state: `done`, `failed`, `cancelled`, or `waiting` to be tried again.
    /// - Throws: `Failure.notFound`; `Failure.conflict` if it is being dialled.
    func close(
        _ id: String, as state: Callback.State, outcome: String?, note: String?, of tenant: TenantID
    ) async throws -> Callback {
        let closed = try await change(
            id,
            """
            state = \(state.rawValue), outcome = coalesce(\(outcome)::text, outcome),
            note = coalesce(\(note)::text, note), not_before = NULL
            """, where: "state <> 'dialling'", of: tenant)
        if let closed { return closed }
        let found = try await find(id, of: tenant)
        throw Failure(.conflict, "The callback is \(found.state.rawValue).", code: "callbackDialling")
    }

    /// The customer got through by himself.
    func reached(_ number: String, in queue: QueueID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.cancelCallbacks(to: number, in: queue, of: tenant)
        }
    }

    // MARK: - What the keeper does

    /// Every tenant's version.
    func versions() async throws -> [TenantID: Int64] {
        let rows = try await database.query("SELECT tenant_id, version FROM acd.callback_version", tenant: "*") { row in
            (try row.get("tenant_id") as TenantID, try row.get("version") as Int64)
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Those that are dialled by themselves when their turn comes; the earliest.
    func waiting(of tenant: TenantID) async throws -> [Callback] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM acd.callback
            WHERE tenant_id = \(tenant) AND state = 'waiting' AND is_automatic
            ORDER BY enqueued_at, id LIMIT \(Self.mostInLine)::int
            """, tenant: tenant.rawValue, row: Self.read)
    }

    static let mostInLine = 5_000

    /// - Returns: how many were too old.
    func expire(at now: Timestamp) async throws -> Int {
        try await database.transaction(tenant: "*") { connection in
            let tenants = try connection.query(
                """
                UPDATE acd.callback SET state = 'expired', changed_at = clock_timestamp()
                WHERE state = 'waiting' AND expires_at <= \(now.date) RETURNING tenant_id
                """
            ) { try $0.get("tenant_id") as TenantID }
            for tenant in Set(tenants).sorted() { try connection.raiseCallbackVersion(of: tenant) }
            return tenants.count
        }
    }

    /// What has been dialled for so long that it should have ended, or be a call that is up.
    func dialling(since time: Timestamp) async throws -> [(tenant: TenantID, callback: Callback)] {
        try await database.query(
            """
            SELECT tenant_id, \(Self.columns) FROM acd.callback
            WHERE state = 'dialling' AND dialled_at <= \(time.date) ORDER BY dialled_at LIMIT 500
            """, tenant: "*"
        ) { (try $0.get("tenant_id") as TenantID, try Self.read($0)) }
    }

    /// - Returns: nil if there is no such callback in such a state.
    private func change(
        _ id: String, _ sets: SQL, where condition: SQL, of tenant: TenantID
    ) async throws -> Callback? {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let changed = try connection.query(
                """
                UPDATE acd.callback SET \(sets), changed_at = clock_timestamp()
                WHERE tenant_id = \(tenant) AND id = \(id) AND \(condition)
                RETURNING \(Self.columns)
                """, row: Self.read)
            if !changed.isEmpty { try connection.raiseCallbackVersion(of: tenant) }
            return changed.first
        }
    }

    fileprivate static let columns: SQL =
        """
        id, queue_id, number, source, state, is_automatic, enqueued_at, priority, skills, attributes, from_number,
        asked_in, call_id, agent_id, attempts, refused_by, not_before, expires_at, outcome, note, changed_at
        """

    @Sendable fileprivate static func read(_ row: Row) throws -> Callback {
        Callback(
            id: try row.get("id"), queueID: try row.get("queue_id"), number: try row.get("number"),
            source: try row.get("source"), state: try row.get("state"), isAutomatic: try row.get("is_automatic"),
            enqueuedAt: Timestamp(try row.get("enqueued_at") as Date), priority: try row.get("priority"),
            skills: try row.get("skills"), attributes: try row.json("attributes"), from: try row.get("from_number"),
            askedIn: try row.get("asked_in"), callID: try row.get("call_id"), agentID: try row.get("agent_id"),
            attempts: try row.get("attempts"), refusedBy: try row.get("refused_by"),
            notBefore: (try row.get("not_before") as Date?).map { Timestamp($0) },
            expiresAt: Timestamp(try row.get("expires_at") as Date), outcome: try row.get("outcome"),
            note: try row.get("note"), changedAt: Timestamp(try row.get("changed_at") as Date))
    }
}
