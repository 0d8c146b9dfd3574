import Contracts

/// A queue with its lines: one for each set of skills that its calls ask for.
struct LinedQueue: Sendable {
    var settings: Queue
    var ranking = AgentRanking()
    /// As it was set up, with all who ever work in it.
    var staffed: StaffedQueue?
    /// Who works in it now.
    var members: Set<AgentID> = []
    /// When that changes by the clock; a change due at another time is ignored.
    var changesAt: Timestamp?
    /// What became of its callers today.
    var served = ServiceCounts()
    /// False for a queue that calls name but nobody set up: they wait until somebody does.
    var isKnown: Bool
    /// All members, whatever their skills; what decision records show.
    var membersLine = -1
    /// The queue's own skills: most calls wait here, and the queue's figures count its agents.
    var baseLine = -1
    var bySkills: [[String]: Int] = [:]
    var offered = 0
    var estimate = WaitEstimate()
    /// Above so many lines the empty ones are cleared away.
    var mostLines = LinedQueue.fewLines

    static let fewLines = 64
}

/// Keeping lines: which calls stand where, and which agents serve them.
extension RoutingState {
    // MARK: - What a supervisor changes

    mutating func queueChanged(_ staffed: StaffedQueue, at now: Timestamp) -> [Action] {
        let id = staffed.queue.id
        let former = queues[id]?.members ?? []
        let (members, changesAt) = staffed.present(at: now)
        for agent in former.subtracting(members) { agents[agent]?.queues.remove(id) }
        for agent in members { agents[agent, default: RoutedAgent()].queues.insert(id) }
        removeLines(of: id, members: former)
        var queue = queues[id] ?? LinedQueue(settings: staffed.queue, isKnown: true)
        queue.settings = staffed.queue
        queue.ranking = AgentRanking(of: staffed.queue)
        queue.members = members
        queue.staffed = staffed
        queue.changesAt = changesAt
        queue.isKnown = true
        queues[id] = queue
        if let changesAt { deadlines.add(.staffChanges(id, at: changesAt), at: changesAt) }
        layLines(of: id, at: now)
        layWork(of: id)
        return matchAll(at: now) + matchWork(at: now)
    }

    /// Somebody's hours in the queue begin or end.
    mutating func staffChanges(in id: QueueID, dueAt: Timestamp, at now: Timestamp) -> [Action] {
        guard let queue = queues[id], queue.changesAt == dueAt, let staffed = queue.staffed else { return [] }
        return queueChanged(staffed, at: now)
    }

    /// Callers who wait in it stay, served by nobody, until cti takes them away or the queue comes back.
    mutating func queueRemoved(_ id: QueueID, at now: Timestamp) -> [Action] {
        guard let queue = queues[id] else { return [] }
        for agent in queue.members { agents[agent]?.queues.remove(id) }
        removeLines(of: id, members: queue.members)
        queues[id]?.members = []
        queues[id]?.staffed = nil
        queues[id]?.changesAt = nil
        queues[id]?.isKnown = false
        layLines(of: id, at: now)
        overflowEnds(to: id, at: now)
        forgetIfUnknown(id)
        return matchAll(at: now)
    }

    /// A queue that nobody set up is kept only while calls name it.
    mutating func forgetIfUnknown(_ id: QueueID) {
        guard let queue = queues[id], !queue.isKnown, queue.offered == 0,
            queue.bySkills.values.allSatisfy({ lines[$0].waiting.isEmpty })
        else { return }
        removeLines(of: id, members: [])
        queues[id] = nil
    }

    mutating func skillsChanged(_ id: AgentID, _ skills: Set<String>, at now: Timestamp) -> [Action] {
        var agent = agents[id] ?? RoutedAgent()
        guard agent.skills != skills else { return [] }
        for index in agent.lines { lines[index].remove(lines[index].counted(id, agent), as: agent.countedAs) }
        agent.skills = skills
        agent.lines = []
        agents[id] = agent
        for queue in agent.queues {
            for index in queues[queue]?.bySkills.values.sorted() ?? [] { serve(index, by: id) }
        }
        return matchAll(at: now) + matchWork(at: now)
    }

    // MARK: - Lines

    /// Where the call belongs, in a line made for it if there is none yet.
    mutating func line(of call: WaitingCall, in id: QueueID, widened: Int, wanted: WantedSeat? = nil) -> Int {
        if queues[id] == nil {
            queues[id] = LinedQueue(settings: Queue(id: id, name: ""), isKnown: false)
            layLines(of: id, at: call.enqueuedAt)
        }
        let steps = queues[call.queueID]?.settings.widening.prefix(widened) ?? []
        guard let queue = queues[id] else { return -1 }
        if let agent = wanted?.agentID { return makeLine(in: id, skills: [], only: agent) }
        if call.skills.isEmpty, widened == 0 { return queue.baseLine }
        let skills = Widening.lowered(
            Set(queue.settings.requiredSkills).union(call.skills), by: steps)
        if let line = queue.bySkills[skills.sorted()] { return line }
        if queue.bySkills.count >= queue.mostLines { clearEmptyLines(of: id) }
        return makeLine(in: id, skills: skills)
    }

    private mutating func makeLine(in queue: QueueID, skills: Set<String>, only: AgentID? = nil) -> Int {
        // No skill begins with a control character.
        let key = only.map { ["\u{1}\($0)"] } ?? skills.sorted()
        if let line = queues[queue]?.bySkills[key] { return line }
        let index = freeLines.popLast() ?? lines.count
        let line = Line(queueID: queue, skills: skills, ranking: queues[queue]?.ranking ?? AgentRanking(), only: only)
        if index == lines.count { lines.append(line) } else { lines[index] = line }
        queues[queue]?.bySkills[key] = index
        for member in queues[queue]?.members ?? [] { serve(index, by: member) }
        return index
    }

    private mutating func serve(_ index: Int, by id: AgentID) {
        guard let agent = agents[id], lines[index].skills.isSubset(of: agent.can), lines[index].only ?? id == id else {
            return
        }
        agents[id]?.lines.append(index)
        lines[index].add(lines[index].counted(id, agent), as: agent.countedAs)
    }

    private mutating func removeLines(of id: QueueID, members: Set<AgentID>) {
        guard let queue = queues[id] else { return }
        let gone = Set(queue.bySkills.values)
        for member in members { agents[member]?.lines.removeAll { gone.contains($0) } }
        for index in gone { free(index) }
        queues[id]?.bySkills = [:]
    }

    private mutating func free(_ index: Int) {
        lines[index] = Line(queueID: QueueID(rawValue: ""), skills: [], ranking: AgentRanking())
        freeLines.append(index)
    }

    private mutating func clearEmptyLines(of id: QueueID) {
        guard let queue = queues[id] else { return }
        let inUse = Set(calls.values.lazy.filter { $0.servedIn == id }.map(\.line))
            .union([queue.membersLine, queue.baseLine])
        let gone = queue.bySkills.filter { !inUse.contains($0.value) }
        let indexes = Set(gone.values)
        for member in queue.members { agents[member]?.lines.removeAll { indexes.contains($0) } }
        for (key, index) in gone {
            free(index)
            queues[id]?.bySkills[key] = nil
        }
        queues[id]?.mostLines = max(LinedQueue.fewLines, inUse.count * 2)
    }

    /// Makes the lines of a queue whose settings or members changed, and puts its calls into them.
    private mutating func layLines(of id: QueueID, at now: Timestamp) {
        guard let queue = queues[id] else { return }
        let membersLine = makeLine(in: id, skills: [])
        let baseLine = makeLine(in: id, skills: Set(queue.settings.requiredSkills))
        queues[id]?.membersLine = membersLine
        queues[id]?.baseLine = baseLine
        for call in calls.values.filter({ $0.servedIn == id }).sorted(by: { $0.place < $1.place }) {
            let widened = stepsTaken(by: call.call, at: now)
            let wanted =
                call.overflow == nil
                ? wanted(by: call.call, knowing: call.known, besides: call.refusedBy, at: now) : nil
            let line = line(of: call.call, in: id, widened: widened, wanted: wanted)
            calls[call.call.callID]?.line = line
            calls[call.call.callID]?.wanted = wanted
            calls[call.call.callID]?.widened = widened
            standInLine(call.call.callID, at: now)
            planWidening(call.call, at: now)
            if call.announceAt == nil { announceFirst(call.call, at: now) }
        }
    }

    // MARK: - Calls and agents in lines

    mutating func standInLine(_ id: CallID, at now: Timestamp) {
        guard var call = calls[id] else { return }
        call.place = Place(
            call.call, by: queues[call.call.queueID]?.settings.priority ?? PriorityRules(), wanted: call.wanted,
            wasRefused: !call.refusedBy.isEmpty)
        calls[id] = call
        guard call.offer == nil, lines.indices.contains(call.line) else { return }
        lockSeat(for: call, at: now)
        lines[call.line].waiting.insert(call.place)
    }

    mutating func leaveLine(_ call: RoutedCall) {
        guard call.offer == nil, lines.indices.contains(call.line) else { return }
        lines[call.line].waiting.remove(call.place)
    }

    /// Counts an agent in his lines as what he is now.
    mutating func recount(_ id: AgentID) {
        guard let agent = agents[id] else { return }
        let standing = agent.standing
        if standing == agent.countedAs,
            standing != .ready || agent.idleSince == agent.countedSince && agent.work == agent.countedWork
        {
            return
        }
        var new = agent
        new.countedAs = standing
        new.countedSince = agent.idleSince
        new.countedWork = agent.work
        for index in agent.lines {
            lines[index].remove(lines[index].counted(id, agent), as: agent.countedAs)
            lines[index].add(lines[index].counted(id, new), as: standing)
        }
        agents[id] = new
    }
}
