import Contracts
import Database
import ServiceKit

/// Reads and writes `acd.queue` and `acd.queue_member`. The only file that knows the tables.
struct QueueStore: Sendable {
    let database: Database

    /// By name.
    func list(_ page: PageRequest, of tenant: TenantID) async throws -> Page<Queue> {
        let rows = try await database.query(
            """
            SELECT \(columns) FROM acd.queue
            WHERE tenant_id = \(tenant) AND name > \(try page.key(0) ?? "")
            ORDER BY name LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.queue)
        return Page(rows: rows, request: page) { [$0.name] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: QueueID, of tenant: TenantID) async throws -> Queue {
        let found = try await database.query(
            "SELECT \(columns) FROM acd.queue WHERE tenant_id = \(tenant) AND id = \(id)", tenant: tenant.rawValue,
            row: Self.queue)
        guard let queue = found.first else { throw Self.missing(id) }
        return queue
    }

    /// - Throws: `Failure.conflict` if the id or the name is taken.
    func insert(_ queue: Queue, of tenant: TenantID) async throws {
        try await naming(queue) {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                try connection.run(
                    """
                    INSERT INTO acd.queue (tenant_id, id, name, ring_seconds, after_call_work_seconds, required_skills,
                        strategy, agent_order, announce_position_after, announce_position_every, widening,
                        announce_estimate, overflow, ring_back, priority, preferred_agents, callbacks, service_level,
                        rings_at_once)
                    VALUES (\(tenant), \(queue.id), \(queue.name), \(queue.ringSeconds), \(queue.afterCallWorkSeconds),
                        \(queue.requiredSkills), \(queue.strategy.rawValue), \(queue.agentOrder.map(\.rawValue)),
                        \(queue.announcePositionAfter), \(queue.announcePositionEvery), \(try SQL.json(queue.widening)),
                        \(queue.announceEstimate), \(try SQL.json(queue.overflow)), \(queue.ringBack),
                        \(try SQL.json(queue.priority)), \(try SQL.json(queue.preferredAgents)),
                        \(try SQL.json(queue.callbacks)), \(try SQL.json(queue.serviceLevel)),
                        \(queue.ringsAtOnce))
                    """)
                try connection.raiseSettingsVersion(of: tenant)
            }
        }
    }

    /// - Throws: `Failure.notFound`, `Failure.conflict` if the name is taken.
    func change(_ id: QueueID, _ wish: QueueWish, of tenant: TenantID) async throws -> Queue {
        try await naming(Queue(id: id, name: wish.name ?? "")) {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                let found = try connection.query(
                    "SELECT \(columns) FROM acd.queue WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE",
                    row: Self.queue)
                guard let queue = found.first.map(wish.applied(to:)) else { throw Self.missing(id) }
                try connection.run(
                    """
                    UPDATE acd.queue
                    SET name = \(queue.name), ring_seconds = \(queue.ringSeconds),
                        after_call_work_seconds = \(queue.afterCallWorkSeconds),
                        required_skills = \(queue.requiredSkills),
                        strategy = \(queue.strategy.rawValue), agent_order = \(queue.agentOrder.map(\.rawValue)),
                        announce_position_after = \(queue.announcePositionAfter),
                        announce_position_every = \(queue.announcePositionEvery),
                        widening = \(try SQL.json(queue.widening)),
                        announce_estimate = \(queue.announceEstimate),
                        overflow = \(try SQL.json(queue.overflow)), ring_back = \(queue.ringBack),
                        priority = \(try SQL.json(queue.priority)),
                        preferred_agents = \(try SQL.json(queue.preferredAgents)),
                        callbacks = \(try SQL.json(queue.callbacks)),
                        service_level = \(try SQL.json(queue.serviceLevel)),
                        rings_at_once = \(queue.ringsAtOnce)
                    WHERE tenant_id = \(tenant) AND id = \(id)
                    """)
                try connection.raiseSettingsVersion(of: tenant)
                return queue
            }
        }
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: QueueID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let removed = try connection.run("DELETE FROM acd.queue WHERE tenant_id = \(tenant) AND id = \(id)")
            guard removed > 0 else { throw Self.missing(id) }
            try connection.raiseSettingsVersion(of: tenant)
        }
    }

    // MARK: - Members

    func members(_ page: PageRequest, of id: QueueID, of tenant: TenantID) async throws -> Page<AgentID> {
        let rows = try await database.query(
            """
            SELECT agent_id FROM acd.queue_member
            WHERE tenant_id = \(tenant) AND queue_id = \(id) AND agent_id > \(try page.key(0) ?? "")
            ORDER BY agent_id LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { try $0.get("agent_id") as AgentID }
        return Page(rows: rows, request: page) { [$0.rawValue] }
    }

    /// Adding a member again changes nothing.
    /// - Throws: `Failure.notFound` if there is no such queue.
    func addMember(_ agent: AgentID, to id: QueueID, of tenant: TenantID) async throws {
        do {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                try connection.run(
                    """
                    INSERT INTO acd.queue_member (tenant_id, queue_id, agent_id)
                    VALUES (\(tenant), \(id), \(agent))
                    ON CONFLICT DO NOTHING
                    """)
                try connection.raiseSettingsVersion(of: tenant)
            }
        } catch let error as DatabaseError where error.sqlState == "23503" {
            throw Self.missing(id)
        }
    }

    /// - Throws: `Failure.notFound` if the agent does not work in the queue.
    func member(_ agent: AgentID, of id: QueueID, of tenant: TenantID, at now: Timestamp) async throws -> QueueMember {
        let found = try await database.query(
            """
            SELECT coalesce(hours, 'null') AS hours FROM acd.queue_member
            WHERE tenant_id = \(tenant) AND queue_id = \(id) AND agent_id = \(agent)
            """, tenant: tenant.rawValue
        ) { try $0.json("hours", as: MemberHours?.self) }
        guard let hours = found.first else { throw Self.noMember(agent, id) }
        return QueueMember(agentID: agent, hours: hours, isIn: hours?.presence(at: now).isIn ?? true)
    }

    /// - Parameter hours: when the agent works in the queue; nil for always.
    /// - Throws: `Failure.notFound` if he does not.
    func setHours(_ hours: MemberHours?, of agent: AgentID, in id: QueueID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let changed = try connection.run(
                """
                UPDATE acd.queue_member SET hours = \(try hours.map { try SQL.json($0) })
                WHERE tenant_id = \(tenant) AND queue_id = \(id) AND agent_id = \(agent)
                """)
            guard changed > 0 else { throw Self.noMember(agent, id) }
            try connection.raiseSettingsVersion(of: tenant)
        }
    }

    private static func noMember(_ agent: AgentID, _ id: QueueID) -> Failure {
        Failure(.notFound, "\(agent) does not work in the queue \(id).")
    }

    func removeMember(_ agent: AgentID, from id: QueueID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.run(
                """
                DELETE FROM acd.queue_member
                WHERE tenant_id = \(tenant) AND queue_id = \(id) AND agent_id = \(agent)
                """)
            try connection.raiseSettingsVersion(of: tenant)
        }
    }

    // MARK: - Rows

    private var columns: SQL { Self.columns }

    static var columns: SQL {
        """
        id, name, ring_seconds, after_call_work_seconds, required_skills, strategy, agent_order,
        announce_position_after, announce_position_every, widening,
        announce_estimate, overflow, ring_back, priority, preferred_agents, callbacks, service_level, rings_at_once
        """
    }

    @Sendable static func queue(_ row: Row) throws -> Queue {
        Queue(
            id: try row.get("id"), name: try row.get("name"), ringSeconds: try row.get("ring_seconds"),
            afterCallWorkSeconds: try row.get("after_call_work_seconds"),
            requiredSkills: try row.get("required_skills"),
            widening: try row.json("widening"),
            strategy: try row.get("strategy"), agentOrder: try row.get("agent_order"),
            announcePositionAfter: try row.get("announce_position_after"),
            announcePositionEvery: try row.get("announce_position_every"),
            announceEstimate: try row.get("announce_estimate"), overflow: try row.json("overflow"),
            ringBack: try row.get("ring_back"), priority: try row.json("priority"),
            preferredAgents: try row.json("preferred_agents"), callbacks: try row.json("callbacks"),
            serviceLevel: try row.json("service_level"), ringsAtOnce: try row.get("rings_at_once"))
    }

    private static func missing(_ id: QueueID) -> Failure { Failure(.notFound, "There is no queue \(id).") }

    private func naming<Value>(_ queue: Queue, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError where error.isUniqueViolation {
            throw Failure(
                .conflict, "There is already a queue \(queue.id) or one named \(queue.name).", code: "queueTaken")
        }
    }
}
