import Contracts
import TestSupport
import Testing

@testable import Dialer

@Suite struct AgentAssignmentTests {
    /// Which of the queues get an agent, asked for in this order.
    private func given(_ queues: [QueueID], of groups: [[QueueID]: Int]) -> [QueueID] {
        var agents = AgentAssignment(groups.map { .init(queueIDs: $0.key, ready: $0.value) })
        return queues.filter { agents.take(for: $0) }
    }

    @Test func `an agent is given once`() {
        #expect(given(["b", "b", "a"], of: [["a", "b"]: 1]) == ["b"])
    }

    @Test func `who is given may be exchanged along a chain of queues`() {
        let groups: [[QueueID]: Int] = [["a"]: 1, ["a", "b"]: 1, ["b", "c"]: 1]
        #expect(given(["b", "a", "c", "b"], of: groups) == ["b", "a", "c"])
        #expect(given(["b", "b", "c", "a", "a"], of: groups) == ["b", "b", "a"])
    }

    @Test func `a queue without agents has none`() {
        #expect(given(["a", "b", "b", "b", "b"], of: [["a"]: 0, ["b"]: 3]) == ["b", "b", "b"])
    }

    /// Held against trying every way of giving agents to queues.
    @Test(arguments: 1...200)
    func `as many are given as can be, in whatever order they are asked for`(seed: UInt64) {
        var numbers = SeededNumbers(state: seed)
        let queues: [QueueID] = ["a", "b", "c"]
        let agents = (0..<Int.random(in: 0...5, using: &numbers)).map { _ in
            queues.filter { _ in Bool.random(using: &numbers) }
        }
        let wanted = (0..<Int.random(in: 0...6, using: &numbers)).compactMap { _ in
            queues.randomElement(using: &numbers)
        }
        let groups = Dictionary(agents.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(given(wanted, of: groups).count == most(wanted[...], agents))
    }

    private func most(_ wanted: ArraySlice<QueueID>, _ agents: [[QueueID]]) -> Int {
        guard let queue = wanted.first else { return 0 }
        let without = most(wanted.dropFirst(), agents)
        return agents.indices.filter { agents[$0].contains(queue) }.reduce(without) { best, index in
            var rest = agents
            rest.remove(at: index)
            return max(best, 1 + most(wanted.dropFirst(), rest))
        }
    }
}
