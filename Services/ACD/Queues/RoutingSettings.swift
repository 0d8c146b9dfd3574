import Contracts
import Database

/// All that supervisors of one tenant set up for routing, as the router keeps it in memory.
struct RoutingSettings: Sendable, Equatable {
    var version: Int64 = 0
    var queues: [QueueID: StaffedQueue] = [:]
    var skills: [AgentID: Set<String>] = [:]
    var media = MediaRules()
    var capacities: [AgentID: AgentCapacity] = [:]
    var home = NumberHome()

    /// What the router has to hear so that it goes from the older settings to these.
    func inputs(since older: RoutingSettings) -> [RoutingState.Input] {
        let agents = Set(skills.keys).union(older.skills.keys).sorted()
        let changedSkills = agents.filter { skills[$0] != older.skills[$0] }
        let removed = older.queues.keys.filter { queues[$0] == nil }.sorted()
        let changed = queues.values.filter { older.queues[$0.queue.id] != $0 }.sorted { $0.queue.id < $1.queue.id }
        let hasMedia = media != older.media || capacities != older.capacities
        return (home != older.home ? [.homeChanged(home)] : []) + (hasMedia ? [.mediaChanged(media, capacities)] : [])
            + changedSkills.map { .skillsChanged($0, skills[$0] ?? []) }
            + removed.map { .queueRemoved($0) }
            + changed.map { .queueChanged($0) }
    }
}

/// Reads what the router needs of a tenant in one go, and `acd.settings_version`, which tells whether it changed.
struct RoutingSettingsStore: Sendable {
    let database: Database

    /// Every tenant's version.
    func versions() async throws -> [TenantID: Int64] {
        let rows = try await database.query("SELECT tenant_id, version FROM acd.settings_version", tenant: "*") { row in
            (try row.get("tenant_id") as TenantID, try row.get("version") as Int64)
        }
        return Dictionary(rows) { first, _ in first }
    }

    func read(_ tenant: TenantID) async throws -> RoutingSettings {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            var settings = RoutingSettings()
            // The version first: a change that comes meanwhile is then read again rather than missed.
            settings.version =
                try connection.query("SELECT version FROM acd.settings_version WHERE tenant_id = \(tenant)") {
                    try $0.get("version") as Int64
                }.first ?? 0
            let members = try connection.query(
                """
                SELECT queue_id, agent_id, coalesce(hours, 'null') AS hours FROM acd.queue_member
                WHERE tenant_id = \(tenant)
                """
            ) { row in
                (
                    queue: try row.get("queue_id") as QueueID, agent: try row.get("agent_id") as AgentID,
                    hours: try row.json("hours", as: MemberHours?.self)
                )
            }
            let byQueue = Dictionary(grouping: members, by: \.queue)
            let queues = try connection.query(
                "SELECT \(QueueStore.columns) FROM acd.queue WHERE tenant_id = \(tenant)", row: QueueStore.queue)
            for queue in queues {
                let staff = byQueue[queue.id, default: []]
                let hours = staff.compactMap { member in member.hours.map { (member.agent, $0) } }
                settings.queues[queue.id] = StaffedQueue(
                    queue: queue, members: Set(staff.map(\.agent)), hours: Dictionary(hours) { first, _ in first })
            }
            let skills = try connection.query(
                "SELECT agent_id, skills FROM acd.agent_skills WHERE tenant_id = \(tenant)"
            ) { (try $0.get("agent_id") as AgentID, Set(try $0.get("skills") as [String])) }
            settings.skills = Dictionary(skills) { first, _ in first }
            settings.media = try connection.mediaRules(of: tenant)
            settings.capacities = try connection.capacities(of: tenant)
            settings.home = try connection.numberHome(of: tenant)
            return settings
        }
    }
}

extension Connection {
    /// Part of every transaction that changes queues, members or skills.
    func raiseSettingsVersion(of tenant: TenantID) throws {
        try run(
            """
            INSERT INTO acd.settings_version (tenant_id, version) VALUES (\(tenant), 1)
            ON CONFLICT (tenant_id) DO UPDATE SET version = settings_version.version + 1
            """)
    }
}
