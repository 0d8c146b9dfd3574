import Contracts
import TestSupport
import Testing

@testable import Dialer

@Suite struct PacingStateTests {
    var state = PacingState()
    let spring = Campaign.named("spring")

    init() { _ = state.handle(.campaignsChanged([spring]), at: 0) }

    private mutating func told(
        ready: Int, waiting: Int = 0, askedAt: Timestamp? = nil, at now: Timestamp
    ) -> [PacingState.Action] {
        state.handle(.agentsTold(.sales(ready: ready, waiting: waiting), askedAt: askedAt ?? now), at: now)
    }

    private mutating func claim(_ calls: CallID..., wanted: Int? = nil, at now: Timestamp) {
        let attempts = calls.map { OpenAttempt.to($0, at: now) }
        _ = state.handle(.claimed("spring", wanted: wanted ?? calls.count, attempts), at: now)
    }

    @Test mutating func `one number is dialled for each agent who is ready`() {
        #expect(told(ready: 3, at: 1) == [.dial(spring, count: 3)])
    }

    @Test mutating func `without a ready agent nobody is dialled`() {
        #expect(told(ready: 0, at: 1).isEmpty)
        #expect(told(ready: 2, waiting: 2, at: 1).isEmpty)
    }

    @Test mutating func `callers who wait in the queue count`() {
        #expect(told(ready: 3, waiting: 2, at: 1) == [.dial(spring, count: 1)])
    }

    @Test mutating func `what is being taken from the list counts`() {
        _ = told(ready: 3, at: 1)
        #expect(told(ready: 3, at: 2).isEmpty)
        #expect(told(ready: 5, at: 2).isEmpty)
    }

    @Test mutating func `calls on the way count until they are answered or over`() {
        _ = told(ready: 3, at: 1)
        claim("c1", "c2", "c3", at: 1)
        #expect(told(ready: 3, at: 2).isEmpty)
        _ = state.handle(.ended("c1"), at: 3)
        #expect(told(ready: 3, at: 4) == [.dial(spring, count: 1)])
    }

    @Test mutating func `a call that was answered since the question counts still`() {
        _ = told(ready: 1, at: 1)
        claim("c1", at: 1)
        _ = state.handle(.answered("c1"), at: 5)
        #expect(told(ready: 1, askedAt: 4, at: 6).isEmpty)
        #expect(told(ready: 0, askedAt: 6, at: 7).isEmpty)
        #expect(told(ready: 1, askedAt: 8, at: 9) == [.dial(spring, count: 1)])
    }

    @Test mutating func `a queued call is counted by the queue, and not twice`() {
        _ = told(ready: 2, at: 1)
        claim("c1", "c2", at: 1)
        _ = state.handle(.queued("c1"), at: 5)
        #expect(told(ready: 3, waiting: 1, askedAt: 5, at: 5).isEmpty)
        #expect(told(ready: 3, waiting: 1, askedAt: 7, at: 7) == [.dial(spring, count: 1)])
    }

    @Test mutating func `a call that ended before we heard that it was taken does not count`() {
        _ = told(ready: 1, at: 1)
        _ = state.handle(.ended("c1"), at: 2)
        claim("c1", at: 3)
        #expect(told(ready: 1, at: 10) == [.dial(spring, count: 1)])
    }

    @Test mutating func `a campaign with an empty list is left alone for a while`() {
        _ = told(ready: 2, at: 1)
        claim("c1", wanted: 2, at: 1)
        #expect(told(ready: 5, at: 2).isEmpty)
        #expect(told(ready: 5, at: 7) == [.dial(spring, count: 4)])
    }

    @Test mutating func `the campaign of higher priority goes first, and equals share`() {
        let (autumn, winter) = (Campaign.named("autumn"), Campaign.named("winter", priority: 5))
        _ = state.handle(.campaignsChanged([spring, autumn, winter]), at: 0)
        #expect(told(ready: 2, at: 1) == [.dial(winter, count: 2)])
        _ = state.handle(.claimed("winter", wanted: 2, []), at: 2)
        #expect(told(ready: 3, at: 3) == [.dial(autumn, count: 2), .dial(spring, count: 1)])
    }

    @Test mutating func `campaigns of equal priority take turns for one agent`() {
        let autumn = Campaign.named("autumn")
        _ = state.handle(.campaignsChanged([spring, autumn]), at: 0)
        #expect(told(ready: 1, at: 1) == [.dial(autumn, count: 1)])
        _ = state.handle(.claimed("autumn", wanted: 1, [.to("c1", "autumn")]), at: 1)
        _ = state.handle(.ended("c1"), at: 2)
        #expect(told(ready: 1, at: 3) == [.dial(spring, count: 1)])
    }

    @Test mutating func `a paused campaign dials no more, and its calls still count`() {
        _ = told(ready: 2, at: 1)
        let autumn = Campaign.named("autumn")
        _ = state.handle(.campaignsChanged([autumn]), at: 2)
        #expect(told(ready: 2, at: 3).isEmpty)
        claim("c1", "c2", at: 4)
        #expect(told(ready: 3, at: 5) == [.dial(autumn, count: 1)])
    }

    // MARK: - Agents whom campaigns share

    @Test mutating func `an agent who works in the queues of two campaigns is dialled for once`() {
        let repair = Campaign.named("repair", queue: "support")
        _ = state.handle(.campaignsChanged([spring, repair]), at: 0)
        #expect(told([["sales", "support"]: 1], at: 1) == [.dial(repair, count: 1)])
        #expect(told([["sales", "support"]: 1], at: 2).isEmpty)
        _ = state.handle(.claimed("repair", wanted: 1, [.to("c1", "repair", queue: "support")]), at: 3)
        #expect(told([["sales", "support"]: 1], at: 4).isEmpty)
        _ = state.handle(.ended("c1"), at: 5)
        #expect(told([["sales", "support"]: 1], at: 6) == [.dial(spring, count: 1)])
    }

    @Test mutating func `who serves one queue only is not kept idle by a call that another may take`() {
        _ = state.handle(.found([.to("c1", "repair", queue: "support")]), at: 0)
        #expect(told([["sales"]: 1, ["sales", "support"]: 1], at: 1) == [.dial(spring, count: 1)])
    }

    @Test mutating func `callers who wait for a shared agent come before numbers to dial`() {
        let repair = Campaign.named("repair", queue: "support")
        _ = state.handle(.campaignsChanged([spring, repair]), at: 0)
        let groups: [[QueueID]: Int] = [["sales", "support"]: 2]
        #expect(told(groups, waiting: ["sales": 1, "support": 1], at: 1).isEmpty)
        #expect(told(groups, waiting: ["sales": 1], at: 2) == [.dial(repair, count: 1)])
    }

    @Test mutating func `the campaign of higher priority gets the shared agents, another the rest`() {
        let repair = Campaign.named("repair", queue: "support", priority: 5)
        _ = state.handle(.campaignsChanged([spring, repair]), at: 0)
        #expect(
            told([["sales", "support"]: 2, ["sales"]: 1], at: 1)
                == [.dial(repair, count: 2), .dial(spring, count: 1)])
    }

    @Test mutating func `a campaign that changes its queue loses no count of its calls`() {
        _ = told(ready: 1, at: 1)
        claim("c1", at: 1)
        _ = state.handle(.campaignsChanged([.named("spring", queue: "support")]), at: 2)
        #expect(state.queues == ["sales", "support"])
        #expect(told([["sales", "support"]: 1], at: 3).isEmpty)
        _ = state.handle(.ended("c1"), at: 4)
        #expect(state.queues == ["support"])
        #expect(told([["sales", "support"]: 1], at: 6) == [.dial(.named("spring", queue: "support"), count: 1)])
    }

    @Test mutating func `a campaign whose calls cannot be made rests`() {
        _ = state.handle(.refused("spring"), at: 1)
        #expect(told(ready: 3, at: 2).isEmpty)
        #expect(told(ready: 3, at: 7) == [.dial(spring, count: 3)])
    }

    private mutating func told(
        _ groups: [[QueueID]: Int], waiting: [QueueID: Int] = [:], at now: Timestamp
    ) -> [PacingState.Action] {
        state.handle(.agentsTold(.of(groups, waiting: waiting), askedAt: now), at: now)
    }

    @Test mutating func `tries of an earlier life count`() {
        _ = state.handle(.found([.to("c1"), .to("c2")]), at: 0)
        #expect(told(ready: 3, at: 1) == [.dial(spring, count: 1)])
    }

    /// Whatever happens in whatever order, at no moment are more calls on the way and in line than agents ready.
    @Test(arguments: 1...30)
    mutating func `dialling never exceeds the ready agents`(seed: UInt64) {
        var world = PacedWorld(numbers: SeededNumbers(state: seed))
        for second in 1...400 {
            world.step(&state, at: Timestamp(microseconds: Int64(second) * 300_000))
            #expect(
                world.dialling + world.waiting <= world.ready,
                "step \(second): \(world.dialling) on the way, \(world.waiting) waiting, \(world.ready) ready")
        }
        #expect(world.connected > 50)
    }
}

/// Agents, a queue and customers who answer or do not, with news that comes late.
struct PacedWorld {
    var numbers: SeededNumbers
    var ready = 4
    var talking = 0
    var connected = 0
    private var ringing: [CallID] = []
    private var queued: [CallID] = []
    private var talkers: [CallID] = []
    private var next = 0
    private var pending: (figures: FreeAgentFigures, askedAt: Timestamp)?
    private var late: [PacingState.Input] = []

    init(numbers: SeededNumbers) { self.numbers = numbers }

    var dialling: Int { ringing.count }
    var waiting: Int { queued.count }

    mutating func step(_ state: inout PacingState, at now: Timestamp) {
        // News of the step before comes now; so do figures that were asked for then.
        for news in late { _ = state.handle(news, at: now) }
        late = []
        if let (figures, askedAt) = pending {
            for case .dial(let campaign, let count) in state.handle(.agentsTold(figures, askedAt: askedAt), at: now) {
                let attempts = (0..<count).map {
                    OpenAttempt.to(CallID(rawValue: "c\(next + $0)"), campaign.id, at: now)
                }
                next += count
                ringing += attempts.map(\.callID)
                late.append(.claimed(campaign.id, wanted: count, attempts))
            }
            pending = nil
        }
        customersAct()
        agentsAct()
        if Bool.random(using: &numbers) { pending = (.sales(ready: ready, waiting: queued.count), now) }
    }

    private mutating func customersAct() {
        for call in ringing where Int.random(in: 0..<4, using: &numbers) == 0 {
            ringing.removeAll { $0 == call }
            if Bool.random(using: &numbers) {
                queued.append(call)
                late.append(.queued(call))
            } else {
                late.append(.ended(call))
            }
        }
        while ready > 0, !queued.isEmpty {
            let call = queued.removeFirst()
            ready -= 1
            talking += 1
            connected += 1
            talkers.append(call)
            late.append(.answered(call))
        }
    }

    private mutating func agentsAct() {
        for call in talkers where Int.random(in: 0..<6, using: &numbers) == 0 {
            talkers.removeAll { $0 == call }
            late.append(.ended(call))
            talking -= 1
            ready += 1
        }
    }
}

/// Random numbers that a seed repeats.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
