import Contracts

/// A monitor group (监控组): its supervisors see its members and may come into their calls, and nobody else's.
struct MonitorGroup: Codable, Sendable, Equatable {
    static let mostGroups = 500
    static let mostMembers = 1_000

    let id: String
    let name: String
    let supervisors: [AgentID]
    let members: [AgentID]
}

extension TenantBook {
    /// Whom somebody supervises; nil for everybody. While a tenant has no groups, whoever may supervise calls supervises all.
    func supervised(by supervisor: AgentID) -> Set<AgentID>? {
        guard !groups.isEmpty else { return nil }
        return groups.reduce(into: []) { all, group in
            if group.supervisors.contains(supervisor) { all.formUnion(group.members) }
        }
    }

    func seat(of agent: AgentID) -> SeatKind {
        if groups.contains(where: { $0.supervisors.contains(agent) }) { return .supervisor }
        return desk.experts.contains(agent) ? .expert : .ordinary
    }
}
