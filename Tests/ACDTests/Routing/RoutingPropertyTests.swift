import Contracts
import TestSupport
import Testing

@testable import ACD

/// A day's worth of random events from one seed: the fast decision must agree with the naive one at every step.
struct RandomDay {
    var numbers: SeededNumbers
    var revisions: [AgentID: UInt64] = [:]
    var offers: [Offer] = []
    var calls = 0
    let skills = ["english:2", "gold:2", "night"]
    let queues: [QueueID] = ["sales", "help", "claims"]
    let agents: [AgentID] = ["amy", "bob", "cid", "dee", "eve", "fay"]

    mutating func some(of words: [String]) -> [String] { words.filter { _ in Bool.random(using: &numbers) } }

    mutating func queue(_ id: QueueID) -> StaffedQueue {
        var queue = Queue(id: id, name: "\(id)")
        queue.requiredSkills = Int.random(in: 0..<3, using: &numbers) == 0 ? some(of: ["english"]) : []
        queue.strategy = AgentStrategy.allCases.randomElement(using: &numbers) ?? .longestIdle
        queue.agentOrder = some(of: agents.map(\.rawValue)).shuffled(using: &numbers).map(AgentID.init(rawValue:))
        queue.widening = [4, 9, 15].filter { _ in Bool.random(using: &numbers) }.map { seconds in
            WideningStep(
                afterSeconds: seconds,
                skills: [["english:0", "gold:1", "night:1"].randomElement(using: &numbers) ?? ""])
        }
        let members = agents.filter { _ in Int.random(in: 0..<3, using: &numbers) > 0 }
        return StaffedQueue(queue: queue, members: Set(members))
    }

    /// The call he was offered last, or one he made himself.
    mutating func talksOn(_ agent: AgentID) -> CallID {
        let offered = offers.last { $0.agentID == agent }?.callID
        return Int.random(in: 0..<4, using: &numbers) == 0 ? "out" : offered ?? "out"
    }

    mutating func next(at now: Timestamp) -> RoutingState.Input {
        let agent = agents[Int.random(in: agents.indices, using: &numbers)]
        let queue = queues[Int.random(in: queues.indices, using: &numbers)]
        switch Int.random(in: 0..<100, using: &numbers) {
        case 0..<2: return .queueChanged(self.queue(queue))
        case 2..<5: return .skillsChanged(agent, Set(some(of: ["english:3", "gold:1", "gold:2", "night"])))
        case 5..<35:
            calls += 1
            return .callEnqueued(
                WaitingCall(
                    tenant: "t", callID: CallID(rawValue: "c\(Int.random(in: 0..<40, using: &numbers))"),
                    queueID: queue,
                    priority: Int.random(in: 0..<3, using: &numbers),
                    enqueuedAt: now.adding(.seconds(-Int.random(in: 0..<5, using: &numbers))),
                    skills: Bool.random(using: &numbers) ? [] : some(of: skills)))
        case 35..<42: return .callGone(CallID(rawValue: "c\(Int.random(in: 0..<40, using: &numbers))"))
        case 42..<75:
            let statuses: [AgentStatus] = [
                .ready, .ready, .ready, .ready, .paused, .signedOut, .afterCallWork, .talking, .talking,
            ]
            let status = statuses[Int.random(in: statuses.indices, using: &numbers)]
            revisions[agent, default: 10] += 1
            let late: UInt64 = Int.random(in: 0..<10, using: &numbers) == 0 ? 3 : 0
            return .agentChanged(
                .is(status, agent, since: now, on: talksOn(agent), revision: (revisions[agent] ?? 0) - late))
        case 75..<95:
            let outcomes: [OfferOutcome] = [.answered, .noAnswer, .rejected, .callerGone, .agentGone, .failed]
            guard let offer = offers.randomElement(using: &numbers) else { return .timePassed }
            return .offerEnded(offer, outcomes[Int.random(in: outcomes.indices, using: &numbers)])
        default: return .timePassed
        }
    }
}

@Suite struct RoutingPropertyTests {
    @Test(arguments: 1...40)
    func `the fast decision agrees with the naive one`(seed: UInt64) {
        var day = RandomDay(numbers: SeededNumbers(state: seed))
        var fast = RoutingState()
        var naive = NaiveRouting()
        _ = fast.handle(.snapshotTaken(TenantSnapshot(askedAt: 0)), at: 0)
        for id in day.queues {
            let queue = day.queue(id)
            _ = fast.handle(.queueChanged(queue), at: 0)
            _ = naive.handle(.queueChanged(queue), at: 0)
        }
        for step in 1...400 {
            let now = Timestamp.second(step)
            let input = day.next(at: now)
            let made = fast.offers(input, at: now)
            let expected = naive.handle(input, at: now)
            guard made == expected else {
                Issue.record("step \(step), \(input): \(made) instead of \(expected)")
                return
            }
            day.offers = Array((day.offers + made).suffix(8))
            check(fast, naive, step)
            nobodyIsIdleInVain(fast, naive, step)
        }
    }

    /// No agent is ready who works in the queue, has the skills and was not asked yet, while a call waits there.
    private func nobodyIsIdleInVain(_ fast: RoutingState, _ naive: NaiveRouting, _ step: Int) {
        for call in fast.calls.values where call.offer == nil {
            guard let queue = naive.queues[call.call.queueID] else { continue }
            let asked = naive.calls[call.call.callID].map { naive.asked(of: $0, queue.queue) } ?? []
            let idle = queue.members.filter { id in
                guard let agent = fast.agents[id], let known = naive.agents[id] else { return false }
                return agent.standing == .ready && naive.can(known, asked) && !call.refusedBy.contains(id)
            }
            #expect(idle.isEmpty, "step \(step): \(call.call.callID) waits while \(idle) are ready")
        }
    }

    private func check(_ fast: RoutingState, _ naive: NaiveRouting, _ step: Int) {
        let offered = fast.calls.values.compactMap(\.offer)
        #expect(Set(offered.map(\.agentID)).count == offered.count, "step \(step): an agent has two offers")
        for (id, agent) in fast.agents {
            guard let offer = agent.offer else { continue }
            #expect(fast.calls[offer.callID]?.offer == offer, "step \(step): \(id) rings for a call offered elsewhere")
        }
        #expect(Set(fast.calls.keys) == Set(naive.calls.keys))
        for queue in naive.queues.keys {
            let figures = fast.figures(of: queue)
            let inQueue = naive.calls.values.filter { $0.call.queueID == queue }
            #expect(figures?.waiting == inQueue.filter { $0.offer == nil }.count)
            #expect(figures?.offered == inQueue.filter { $0.offer != nil }.count)
            #expect(figures?.longestSince == inQueue.filter { $0.offer == nil }.map(\.call.enqueuedAt).min())
        }
    }
}

@Suite struct RoutingSpeedTests {
    /// A thousand agents, each in 20 of 200 queues, and ten thousand callers.
    private func crowd() -> RoutingState {
        var state = RoutingState()
        for number in 0..<200 {
            var queue = Queue(id: QueueID(rawValue: "q\(number)"), name: "")
            queue.requiredSkills = ["english"]
            let members = (0..<100).map { AgentID(rawValue: "a\(($0 * 10 + number) % 1000)") }
            _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: Set(members))), at: 0)
        }
        for number in 0..<1000 {
            _ = state.handle(.skillsChanged(AgentID(rawValue: "a\(number)"), ["english", "gold"]), at: 0)
        }
        let waiting = (0..<10_000).map { number in
            WaitingCall.to(
                QueueID(rawValue: "q\(number % 200)"), CallID(rawValue: "c\(number)"), priority: number % 3,
                at: .second(number), skills: number % 5 == 0 ? ["gold"] : [])
        }
        _ = state.handle(.snapshotTaken(TenantSnapshot(waiting: waiting, askedAt: 0)), at: 0)
        return state
    }

    @Test func `a decision among a thousand agents and ten thousand callers takes well under a millisecond`() {
        var state = crowd()
        var offers = 0
        let clock = ContinuousClock()
        var turns: [Duration] = []
        for number in 0..<1000 {
            let id = AgentID(rawValue: "a\(number)")
            turns.append(clock.measure { offers += state.ready(id, at: .second(20_000 + number)).count })
        }
        #expect(offers == 1000)
        turns.sort()
        print("routing decision: median \(turns[500]), p99 \(turns[990]), worst \(turns[999])")
        #if DEBUG
            #expect(turns[500] < .milliseconds(2))
        #else
            #expect(turns[990] < .milliseconds(1))
        #endif
    }

    @Test func `with everybody ready a new call finds its agent as fast`() {
        var state = crowd()
        for id in Array(state.calls.keys) { _ = state.handle(.callGone(id), at: 20_000) }
        for number in 0..<1000 { _ = state.ready(AgentID(rawValue: "a\(number)"), at: .second(20_000 + number)) }
        let clock = ContinuousClock()
        var offers = 0
        var turns: [Duration] = []
        for number in 0..<1000 {
            let call = WaitingCall.to(QueueID(rawValue: "q\(number % 200)"), CallID(rawValue: "n\(number)"), at: 30_000)
            turns.append(clock.measure { offers += state.offers(.callEnqueued(call), at: 30_000).count })
        }
        #expect(offers > 900)
        turns.sort()
        print("offer of a new call: median \(turns[500]), p99 \(turns[990]), worst \(turns[999])")
        #if DEBUG
            #expect(turns[500] < .milliseconds(2))
        #else
            #expect(turns[990] < .milliseconds(1))
        #endif
    }
}
