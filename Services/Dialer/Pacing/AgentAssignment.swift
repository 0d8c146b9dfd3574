import Contracts

/// Gives free agents to queues, each agent to one call: a flow from queues to groups of agents who serve the same queues.
struct AgentAssignment: Sendable {
    private struct Group {
        let queues: Set<QueueID>
        var free: Int
        /// How many of them are given to which queue.
        var given: [QueueID: Int] = [:]
    }

    /// How a group was reached: for this queue, instead of an agent of that group.
    private struct Step {
        let queue: QueueID
        let from: Int?
    }

    private var groups: [Group]

    init(_ groups: [FreeAgentFigures.Group]) {
        self.groups = groups.filter { $0.ready > 0 }.map { Group(queues: Set($0.queueIDs), free: $0.ready) }
    }

    /// Gives an agent to the queue. If those who serve it are given away, one of them is exchanged for another agent where
    /// that is possible.
    /// - Returns: false if there is none.
    mutating func take(for queue: QueueID) -> Bool {
        var reached: [Int: Step] = [:]
        var rest: [Int] = []
        reach(queue, from: nil, &reached, &rest)
        while !rest.isEmpty {
            let index = rest.removeFirst()
            if groups[index].free > 0 {
                give(index, along: reached)
                return true
            }
            for (queue, count) in groups[index].given where count > 0 {
                reach(queue, from: index, &reached, &rest)
            }
        }
        return false
    }

    /// As many as there are, at most `count`.
    mutating func take(_ count: Int, for queue: QueueID) {
        var left = count
        while left > 0, take(for: queue) { left -= 1 }
    }

    private func reach(_ queue: QueueID, from: Int?, _ reached: inout [Int: Step], _ rest: inout [Int]) {
        for index in groups.indices where reached[index] == nil && groups[index].queues.contains(queue) {
            reached[index] = Step(queue: queue, from: from)
            rest.append(index)
        }
    }

    private mutating func give(_ last: Int, along reached: [Int: Step]) {
        groups[last].free -= 1
        var index: Int? = last
        while let present = index, let step = reached[present] {
            groups[present].given[step.queue, default: 0] += 1
            if let from = step.from { groups[from].given[step.queue, default: 0] -= 1 }
            index = step.from
        }
    }
}
