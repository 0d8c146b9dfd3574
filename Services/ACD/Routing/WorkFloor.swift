import Contracts

/// A matter as routing sees it: as it is stored, or as it will be when what was decided is.
struct RoutedWork: Sendable {
    var item: WorkItem
    var place: Place
    /// Whether those who did not take it may be asked again: true once some seconds have passed since.
    var isLastResortOpen = true
    /// Decisions that are not stored yet: until then what is read is older than what we know.
    var unstored = 0
    /// The newest that was read meanwhile.
    var latest: WorkItem?

    /// As a place in line, in draws and in decisions.
    var call: WaitingCall {
        WaitingCall(
            tenant: TenantID(rawValue: ""), callID: Self.callID(of: item.id), queueID: item.queueID,
            priority: item.priority, enqueuedAt: item.enteredAt, skills: item.skills, attributes: item.attributes)
    }

    /// What it is called in decisions. No call's id begins so.
    static func callID(_ id: WorkID) -> CallID { CallID(rawValue: "work-\(id)") }
    static func callID(of id: WorkID) -> CallID { callID(id) }
}

/// All work of a tenant that is no call, and how much of it an agent can do. Empty where there is none, so that calls do not
/// pay for it.
struct WorkFloor: Sendable {
    /// Matters of one queue and one medium, in the order in which they are taken.
    struct Line: Hashable, Sendable {
        let queueID: QueueID
        let medium: Medium
    }

    /// All that are not over.
    var items: [WorkID: RoutedWork] = [:]
    var lines: [Line: SortedLine<Place>] = [:]
    var ids: [CallID: WorkID] = [:]
    /// What each agent has in hand or is asked to take.
    var held: [AgentID: Set<WorkID>] = [:]
    var rules = MediaRules()
    var capacities: [AgentID: AgentCapacity] = [:]
    /// How far the stored changes were read; -1 before the first reading.
    var readUpTo: Int64 = -1
    /// When the idle time of those who have work is reckoned next.
    var reckonsAt = Timestamp(microseconds: 0)

    var isEmpty: Bool { items.isEmpty }

    func capacity(of id: AgentID) -> Int { capacities[id]?.capacity ?? rules.capacity }

    func most(_ medium: Medium, for id: AgentID) -> Int {
        capacities[id]?.most.first { $0.medium == medium }?.most ?? rules.rule(medium).most
    }

    /// In the order in which they would be taken.
    func held(by id: AgentID) -> [RoutedWork] {
        (held[id] ?? []).compactMap { items[$0] }.sorted { $0.place < $1.place }
    }

    mutating func standInLine(_ id: WorkID) {
        guard let work = items[id] else { return }
        lines[Line(queueID: work.item.queueID, medium: work.item.medium), default: SortedLine()].insert(work.place)
    }

    mutating func leaveLine(_ id: WorkID) {
        guard let work = items[id] else { return }
        let line = Line(queueID: work.item.queueID, medium: work.item.medium)
        lines[line]?.remove(work.place)
        if lines[line]?.isEmpty == true { lines[line] = nil }
    }

    mutating func hold(_ id: WorkID, by agent: AgentID) { held[agent, default: []].insert(id) }

    mutating func letGo(_ id: WorkID, by agent: AgentID) {
        held[agent]?.remove(id)
        if held[agent]?.isEmpty == true { held[agent] = nil }
    }
}
