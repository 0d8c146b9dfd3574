import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `acd.work_item`: work that is no call. What is stored is true; who decides or does something changes a row
/// that is as he saw it, or nothing.
struct WorkStore: Sendable {
    let database: Database

    /// How many changes are read at once.
    static let most = 20_000

    /// Entered again under the same id, nothing happens.
    /// - Returns: the item as it is, and whether it is new.
    func enter(_ item: WorkItem, of tenant: TenantID) async throws -> (item: WorkItem, isNew: Bool) {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let version = try connection.nextWorkVersion(of: tenant)
            let entered = try connection.query(
                """
                INSERT INTO acd.work_item (tenant_id, id, medium, queue_id, priority, skills, customer, title, link,
                    attributes, entered_at, state, version)
                VALUES (\(tenant), \(item.id), \(item.medium.rawValue), \(item.queueID), \(item.priority),
                    \(item.skills), \(try SQL.json(item.customer)), \(item.title), \(item.link),
                    \(try SQL.json(item.attributes)), \(item.enteredAt.date), 'waiting', \(version))
                ON CONFLICT (tenant_id, id) DO NOTHING
                RETURNING \(Self.columns)
                """, row: Self.read)
            if let new = entered.first { return (new, true) }
            guard let known = try connection.workItem(item.id, of: tenant) else { throw Self.missing(item.id) }
            return (known, false)
        }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: WorkID, of tenant: TenantID) async throws -> WorkItem {
        let found = try await database.transaction(tenant: tenant.rawValue) { try $0.workItem(id, of: tenant) }
        guard let found else { throw Self.missing(id) }
        return found
    }

    /// In the order in which they came, the newest first.
    func list(
        states: [WorkItem.State], queue: QueueID?, agent: AgentID?, _ page: PageRequest, of tenant: TenantID
    ) async throws -> Page<WorkItem> {
        var wheres: [SQL] = ["tenant_id = \(tenant)"]
        if !states.isEmpty { wheres.append("state = ANY(\(states.map(\.rawValue))::text[])") }
        if let queue { wheres.append("queue_id = \(queue)") }
        if let agent { wheres.append("agent_id = \(agent)") }
        if let last = try page.key(0).flatMap(Int64.init), let id = try page.key(1) {
            let time = Timestamp(microseconds: last).date
            wheres.append("(entered_at, id) < (\(time)::timestamptz, \(id))")
        }
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM acd.work_item WHERE \(wheres.joined(separator: " AND "))
            ORDER BY entered_at DESC, id DESC LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: Self.read)
        return Page(rows: rows, request: page) { ["\($0.enteredAt.microseconds)", $0.id.rawValue] }
    }

    /// Changes an item that is as `condition` says.
    /// - Returns: what it is now, and whether this changed it; nil if there is none.
    func change(
        _ id: WorkID, _ sets: SQL, where condition: SQL, of tenant: TenantID
    ) async throws -> (item: WorkItem, isChanged: Bool)? {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let version = try connection.nextWorkVersion(of: tenant)
            let changed = try connection.query(
                """
                UPDATE acd.work_item SET \(sets), version = \(version)
                WHERE tenant_id = \(tenant) AND id = \(id) AND \(condition)
                RETURNING \(Self.columns)
                """, row: Self.read)
            if let item = changed.first { return (item, true) }
            return try connection.workItem(id, of: tenant).map { ($0, false) }
        }
    }

    /// Carries out what the router decided, if the item is as the router saw it.
    func carryOut(
        _ decision: WorkDecision, of tenant: TenantID
    ) async throws -> (item: WorkItem, isChanged: Bool)? {
        let id = decision.workID
        switch decision.kind {
        case .offered(let agent, let number, let until):
            return try await change(
                id, "state = 'offered', agent_id = \(agent), offers = \(number), offered_until = \(until.date)",
                where: "state = 'waiting' AND offers = \(number - 1)", of: tenant)
        case .offerEnded(let agent, let number, _, let isRefusal):
            let refused: SQL =
                isRefusal ? "array_append(array_remove(refused_by, \(agent)), \(agent))" : "refused_by"
            return try await change(
                id, "state = 'waiting', agent_id = NULL, offered_until = NULL, refused_by = \(refused)",
                where: "state = 'offered' AND offers = \(number) AND agent_id = \(agent)", of: tenant)
        case .interrupted(let agent, _):
            return try await change(
                id, "state = 'interrupted', interruptions = interruptions + 1",
                where: "state = 'open' AND agent_id = \(agent)", of: tenant)
        case .resumed(let agent):
            return try await change(
                id, "state = 'open'", where: "state = 'interrupted' AND agent_id = \(agent)", of: tenant)
        case .givenBack(let agent):
            return try await change(
                id, "state = 'waiting', agent_id = NULL, accepted_at = NULL, offered_until = NULL",
                where: "state IN ('open', 'interrupted') AND agent_id = \(agent)", of: tenant)
        }
    }

    // MARK: - What the keeper reads

    /// Every tenant's version: the number of its last change.
    func versions() async throws -> [TenantID: Int64] {
        let rows = try await database.query("SELECT tenant_id, version FROM acd.work_version", tenant: "*") { row in
            (try row.get("tenant_id") as TenantID, try row.get("version") as Int64)
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// What changed after that, in the order of the changes; with -1 all that is not over.
    /// - Returns: also how far that goes.
    func changes(after version: Int64, of tenant: TenantID) async throws -> (items: [WorkItem], upTo: Int64) {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            // First: what is changed meanwhile is then read again rather than missed.
            let last =
                try connection.query("SELECT version FROM acd.work_version WHERE tenant_id = \(tenant)") {
                    try $0.get("version") as Int64
                }.first ?? 0
            let which: SQL = version < 0 ? "state NOT IN ('done', 'cancelled')" : "version > \(version)"
            let items = try connection.query(
                """
                SELECT \(Self.columns) FROM acd.work_item WHERE tenant_id = \(tenant) AND \(which)
                ORDER BY version LIMIT \(Self.most)::int
                """, row: Self.read)
            let isWhole = items.count < Self.most
            return (items, isWhole ? max(last, items.last?.version ?? 0) : items.last?.version ?? last)
        }
    }

    /// - Returns: how many were over for so long.
    func remove(before time: Timestamp) async throws -> Int {
        try await database.run(
            "DELETE FROM acd.work_item WHERE state IN ('done', 'cancelled') AND ended_at < \(time.date)", tenant: "*")
    }

    static func missing(_ id: WorkID) -> Failure { Failure(.notFound, "There is no work \(id).", code: "workNotFound") }

    fileprivate static let columns: SQL =
        """
        id, medium, queue_id, priority, skills, customer, title, link, attributes, entered_at, state, agent_id, offers,
        offered_until, refused_by, accepted_at, interruptions, ended_at, disposition, note, version
        """

    @Sendable fileprivate static func read(_ row: Row) throws -> WorkItem {
        WorkItem(
            id: try row.get("id"), medium: try row.get("medium"), queueID: try row.get("queue_id"),
            priority: try row.get("priority"), skills: try row.get("skills"),
            customer: try row.json("customer", as: WorkCustomer?.self), title: try row.get("title"),
            link: try row.get("link"), attributes: try row.json("attributes"),
            enteredAt: Timestamp(try row.get("entered_at") as Date), state: try row.get("state"),
            agentID: try row.get("agent_id"), offers: try row.get("offers"),
            offeredUntil: (try row.get("offered_until") as Date?).map { Timestamp($0) },
            refusedBy: try row.get("refused_by"),
            acceptedAt: (try row.get("accepted_at") as Date?).map { Timestamp($0) },
            interruptions: try row.get("interruptions"),
            endedAt: (try row.get("ended_at") as Date?).map { Timestamp($0) },
            disposition: try row.get("disposition"), note: try row.get("note"), version: try row.get("version"))
    }
}

extension Connection {
    /// The number of the next change of a tenant's work. Holds the tenant's others up until the transaction ends, so that
    /// changes become visible in the order of their numbers.
    fileprivate func nextWorkVersion(of tenant: TenantID) throws -> Int64 {
        let version = try query(
            """
            INSERT INTO acd.work_version (tenant_id, version) VALUES (\(tenant), 1)
            ON CONFLICT (tenant_id) DO UPDATE SET version = work_version.version + 1
            RETURNING version
            """
        ) { try $0.get("version") as Int64 }.first
        guard let version else { throw Failure(.unavailable, "The work was not kept.") }
        return version
    }

    fileprivate func workItem(_ id: WorkID, of tenant: TenantID) throws -> WorkItem? {
        try query(
            "SELECT \(WorkStore.columns) FROM acd.work_item WHERE tenant_id = \(tenant) AND id = \(id)",
            row: WorkStore.read
        ).first
    }
}
