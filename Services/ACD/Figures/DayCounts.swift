import Contracts

/// What was counted today of one tenant: what became of queues' callers, and what agents did. Kept, so that it goes on when the
/// tenant is routed by another instance.
struct DayCounts: Sendable, Equatable {
    /// In days since 1970, UTC.
    var day: Int64
    /// From when on it was counted.
    var since: Timestamp
    var queues: [QueueID: ServiceCounts] = [:]
    var agents: [AgentID: AgentDay] = [:]
}

/// What one agent did today.
struct AgentDay: Codable, Sendable, Equatable {
    var answered = 0
    var talkedMicroseconds: Int64 = 0
    var reservedMicroseconds: Int64 = 0
    /// When he last had a call, in or out, or let one pass.
    var turnAt = Timestamp(microseconds: 0)

    /// No count grows beyond this, whatever is stored.
    private static let most: Int64 = .max / 4

    static func sum(_ left: Int64, _ right: Int64) -> Int64 { min(max(left, 0), most) + min(max(right, 0), most) }
}

extension ServiceCounts {
    mutating func add(_ other: ServiceCounts) {
        func sum(_ left: Int, _ right: Int) -> Int { Int(AgentDay.sum(Int64(left), Int64(right))) }
        answered = sum(answered, other.answered)
        abandoned = sum(abandoned, other.abandoned)
        answeredWithin = sum(answeredWithin, other.answeredWithin)
        abandonedWithin = sum(abandonedWithin, other.abandonedWithin)
        abandonedShort = sum(abandonedShort, other.abandonedShort)
    }
}

extension RoutingState {
    /// What is to be kept; nil before it is known what was counted by another owner.
    var dayCounts: DayCounts? {
        guard hasCounts, day > 0 else { return nil }
        var counts = DayCounts(day: day, since: countsSince)
        for (id, queue) in queues where queue.served != ServiceCounts() { counts.queues[id] = queue.served }
        for (id, agent) in agents {
            let done = AgentDay(
                answered: agent.work.answered, talkedMicroseconds: agent.work.talkedMicroseconds,
                reservedMicroseconds: agent.reservedMicroseconds, turnAt: agent.work.turnAt)
            if done != AgentDay() { counts.agents[id] = done }
        }
        return counts
    }

    /// What was counted before this owner began is added to what he has counted; that of another day is not.
    mutating func countsFound(_ found: DayCounts?, at now: Timestamp) -> [Action] {
        guard !hasCounts else { return [] }
        hasCounts = true
        let today = day > 0 ? day : AgentWork.day(of: now)
        if day == 0 { (day, countsSince) = (today, now) }
        // Whose turn it is goes on over midnight.
        for (id, done) in found?.agents ?? [:] {
            var agent = agents[id] ?? RoutedAgent()
            agent.work.turnAt = max(agent.work.turnAt, done.turnAt)
            if found?.day == today {
                agent.work.answered = Int(AgentDay.sum(Int64(agent.work.answered), Int64(done.answered)))
                agent.work.talkedMicroseconds = AgentDay.sum(agent.work.talkedMicroseconds, done.talkedMicroseconds)
                agent.reservedMicroseconds = AgentDay.sum(agent.reservedMicroseconds, done.reservedMicroseconds)
            }
            agents[id] = agent
            recount(id)
        }
        guard let found, found.day == today else { return [] }
        countsSince = min(countsSince, found.since)
        for (id, served) in found.queues { queues[id]?.served.add(served) }
        return []
    }
}
