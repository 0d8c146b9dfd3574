import Contracts
import Foundation

/// How long a decision takes in a big house, on the machine that it runs on: `acd --measure-routing`, for `deploy/bench routing`.
///
/// A tenant with many agents in several queues each, and with callers in line everywhere. In each turn an agent becomes
/// ready and is given the first caller of his queues, who is answered; another caller comes. What is measured is what
/// ``CallRouter`` has its state do: each input by itself, by the clock.
struct RoutingMeasurement {
    /// What is printed, one line of JSON a size.
    struct Result: Codable, Equatable {
        let agents: Int
        let queues: Int
        let waiting: Int
        /// An agent becomes ready, and is given a caller.
        let ready: Times
        /// A caller comes into line.
        let arrival: Times
        /// Turns in which the agent was given nobody: with few in line, his queues may be empty.
        let idle: Int
    }

    /// Microseconds.
    struct Times: Codable, Equatable {
        let p50: Double
        let p99: Double
        let longest: Double

        init(_ durations: [Duration]) {
            let sorted = durations.map { Double($0.components.attoseconds) / 1e12 }.sorted()
            func rank(_ percent: Int) -> Double {
                sorted.dropFirst(max(0, sorted.count * percent / 100 - 1)).first ?? 0
            }
            (p50, p99, longest) = (rank(50), rank(99), sorted.last ?? 0)
        }
    }

    private static let tenant = TenantID(rawValue: "measured")
    private static let queuesOfAgent = 5

    let agents: Int
    let queues: Int
    let waiting: Int
    let turns: Int
    private var floor = RoutingFloor()
    private var random = SmallRandom(state: 7)
    private var now = Timestamp(microseconds: 1_800_000_000_000_000)
    private var calls = 0

    init(agents: Int = 1000, queues: Int = 200, waiting: Int, turns: Int) {
        self.agents = agents
        self.queues = queues
        self.waiting = waiting
        self.turns = turns
    }

    /// All sizes, a line each.
    static func run() {
        for waiting in [0, 1_000, 3_000, 10_000, 30_000] {
            var measurement = RoutingMeasurement(waiting: waiting, turns: 20_000)
            let result = measurement.measured()
            guard let line = try? JSONEncoder().encode(result) else { continue }
            FileHandle.standardOutput.write(line + Data("\n".utf8))
        }
    }

    mutating func measured() -> Result {
        open()
        var (ready, arrival): ([Duration], [Duration]) = ([], [])
        var idle = 0
        for turn in 0..<turns {
            now = now.adding(.milliseconds(1))
            // What was offered long ago is over; the clock is told as often as the router's loop does.
            if turn % 200 == 0 { _ = floor.handle(.timePassed, at: now) }
            if waiting == 0 { arrival.append(come().time) }
            let agent = turn % agents
            let (actions, time) = tell(.agentChanged(snapshot(.ready, agent, revision: 2 * turn + 2)))
            ready.append(time)
            guard let offer = Self.offer(in: actions) else {
                idle += 1
                _ = tell(.agentChanged(snapshot(.talking, agent, revision: 2 * turn + 3)))
                continue
            }
            _ = tell(.offerConfirmed(offer))
            _ = tell(.offerEnded(offer, .answered))
            _ = tell(.agentChanged(snapshot(.talking, agent, on: offer.callID, revision: 2 * turn + 3)))
            _ = tell(.callAnswered(offer.callID))
            if waiting > 0 { arrival.append(come().time) }
        }
        return Result(
            agents: agents, queues: queues, waiting: waiting, ready: Times(ready), arrival: Times(arrival),
            idle: idle)
    }

    // MARK: The house

    private mutating func open() {
        var settings = RoutingSettings()
        for number in 0..<queues {
            let id = queue(number)
            let members = (0..<agents).filter { agent in
                (0..<Self.queuesOfAgent).contains { (agent * 7 + $0 * 41) % queues == number }
            }
            settings.queues[id] = StaffedQueue(
                queue: Queue(id: id, name: id.rawValue), members: Set(members.map(self.agent)))
        }
        for number in 0..<agents { settings.skills[agent(number)] = ["english:\(number % 9 + 1)"] }
        _ = floor.handle(.settingsChanged(Self.tenant, settings), at: now)
        _ = floor.handle(.shardAcquired(.of(Self.tenant)), at: now)
        let shard = ShardSnapshot(
            waiting: [], offered: [], agents: (0..<agents).map { snapshot(.talking, $0, revision: 1) },
            stream: "cti/1@1",
            number: 1)
        _ = floor.handle(.snapshotTaken(.of(Self.tenant), shard, askedAt: now), at: now)
        for _ in 0..<waiting { _ = come() }
    }

    private func queue(_ number: Int) -> QueueID { QueueID(rawValue: "queue-\(number)") }

    private func agent(_ number: Int) -> AgentID { AgentID(rawValue: "agent-\(number)") }

    private func snapshot(_ status: AgentStatus, _ number: Int, on call: CallID? = nil, revision: Int) -> AgentSnapshot
    {
        AgentSnapshot(
            tenant: Self.tenant, agentID: agent(number), status: status, pauseReason: nil, since: now, phoneID: nil,
            callID: call, isOnHold: false, until: nil, revision: UInt64(revision))
    }

    /// A caller in any queue; some have a priority, and some ask for a language.
    private mutating func come() -> (actions: [RoutingFloor.Action], time: Duration) {
        calls += 1
        let draw = random.next()
        let call = WaitingCall(
            tenant: Self.tenant, callID: CallID(rawValue: "call-\(calls)"), queueID: queue(Int(draw % UInt64(queues))),
            priority: draw >> 32 % 4 == 0 ? Int(draw >> 40 % 1000) : 0, enqueuedAt: now,
            skills: draw >> 50 % 20 == 0 ? ["english:2"] : [])
        return tell(.callEnqueued(call))
    }

    private mutating func tell(_ input: RoutingState.Input) -> (actions: [RoutingFloor.Action], time: Duration) {
        let began = ContinuousClock.now
        let actions = floor.handle(.tenant(Self.tenant, input), at: now)
        return (actions, ContinuousClock.now - began)
    }

    private static func offer(in actions: [RoutingFloor.Action]) -> Offer? {
        for case .tenant(_, .offer(let offer, _)) in actions { return offer }
        return nil
    }
}

/// The same draws each time.
private struct SmallRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
