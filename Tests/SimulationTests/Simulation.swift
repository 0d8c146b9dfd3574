import Contracts
import TestSupport

/// A whole contact centre on virtual time, from one seed: two cti, two acd and a media-server, the network between them,
/// callers, agents, and what goes wrong. Time passes from one thing that happens to the next.
///
/// What is the real code and what is a model of it, docs/simulation.md says.
final class Simulation {
    static let begin = Timestamp(microseconds: 1_700_000_000_000_000)

    let seed: UInt64
    let plan: Plan
    var dice: Dice
    private(set) var now = Simulation.begin
    private var agenda = Agenda()
    var network = Network()
    let cluster: SimulatedCluster
    let history = History()
    let store = SimulatedStore()
    private(set) var media: SimulatedSwitch!
    private(set) var ctis: [SimulatedCTI] = []
    private(set) var acds: [SimulatedACD] = []
    private(set) var people: SimulatedAgents!
    /// Where agents' browsers and callers are: nothing ever happens to it.
    private(set) var world: Node!
    private(set) var reporting: Node!
    /// What happened, line by line, if somebody wants to read it.
    private(set) var lines: [String]?

    init(seed: UInt64, isTraced: Bool = false) {
        self.seed = seed
        dice = Dice(seed)
        plan = Plan(&dice)
        cluster = SimulatedCluster(plan.tenants.map { Shard.of($0) })
        lines = isTraced ? [] : nil
        world = Node(InstanceID(.crm, 1), self)
        reporting = Node(InstanceID(.reporting, 1), self)
        media = SimulatedSwitch(InstanceID(.mediaServer, 1), self)
        ctis = [1, 2].map { SimulatedCTI(InstanceID(.cti, $0), self) }
        acds = [1, 2].map { SimulatedACD(InstanceID(.acd, $0), self) }
        people = SimulatedAgents(self)
    }

    /// Runs to the end and says what was wrong; empty if nothing was.
    func run() -> [String] {
        let nodes: [Node] = [world, reporting, media] + ctis + acds
        for node in nodes { node.start() }
        network.follow([.cti], by: reporting) { [history] in history.heard($0) }
        people.begin()
        beginCalls()
        beginFaults()
        sample(every: 2_000_000)
        pass(until: Self.begin.adding(.seconds(plan.lastsSeconds)))
        history.judge(self)
        // Closures hold what holds them.
        for node in nodes { node.forget() }
        agenda = Agenda()
        network = Network()
        return history.violations
    }

    private func pass(until end: Timestamp) {
        while history.violations.count < 5, let (at, work) = agenda.next() {
            guard at <= end else { break }
            now = max(now, at)
            work()
        }
        now = max(now, end)
    }

    func at(_ time: Timestamp, _ work: @escaping () -> Void) { agenda.add(at: max(now, time), work) }

    func after(_ microseconds: Int64, _ work: @escaping () -> Void) {
        agenda.add(at: later(microseconds), work)
    }

    func later(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: now.microseconds + microseconds) }

    /// Seconds since the beginning.
    var clock: Double { Double(now.microseconds - Self.begin.microseconds) / 1_000_000 }

    func note(_ line: @autoclosure () -> String) {
        guard lines != nil else { return }
        lines?.append("\(clock) \(line())")
    }

    /// Looks now and then whether something stands still that should not.
    private func sample(every microseconds: Int64) {
        after(microseconds) { [unowned self] in
            history.sample(self)
            sample(every: microseconds)
        }
    }

    private func beginCalls() {
        for caller in plan.callers {
            at(Self.begin.adding(.milliseconds(caller.atMilliseconds))) { [unowned self] in media.arrive(caller) }
        }
    }
}

/// What one seed has in store: who calls when, what goes wrong when.
struct Plan {
    struct Caller {
        let number: Int
        let tenant: TenantID
        let dials: String
        let atMilliseconds: Int
        let patience: Int64
        let lifetime: Int64
    }

    struct Fault {
        enum Kind: String, CaseIterable { case kill, killAtBeginning, stop, drain, storm }
        let kind: Kind
        let service: ServiceName
        let victim: Int
        let atMilliseconds: Int
        let lasts: Int64
    }

    /// One in each of two shards.
    let tenants: [TenantID] = ["north", "south"]
    static let agentsPerTenant = 3
    private(set) var callers: [Caller] = []
    private(set) var faults: [Fault] = []
    /// Per mille of messages: lost, late by up to a second, delivered twice.
    let loss: Int
    let slowness: Int
    let doubles: Int
    let pausesAfterMissed: Bool
    let afterCallWorkSeconds: Int
    let lastsSeconds = 190

    init(_ dice: inout Dice) {
        loss = dice.one(of: [0, 0, 5, 20])
        slowness = dice.one(of: [0, 10, 40])
        doubles = dice.one(of: [0, 10])
        pausesAfterMissed = dice.chance(700)
        afterCallWorkSeconds = dice.one(of: [0, 0, 3, 6])
        let count = 10 + dice.below(6)
        for number in 0..<count {
            callers.append(
                Caller(
                    number: number, tenant: tenants[number % 2], dials: dice.one(of: ["400", "400", "401", "402"]),
                    atMilliseconds: 3000 + dice.below(45_000),
                    patience: dice.between(500, dice.one(of: [3000, 60_000])),
                    lifetime: dice.between(40_000, 90_000)))
        }
        let faultCount = dice.one(of: [0, 1, 1, 2])
        for number in 0..<faultCount {
            faults.append(
                Fault(
                    kind: dice.one(of: Fault.Kind.allCases), service: dice.one(of: [.cti, .cti, .acd]),
                    victim: dice.below(2), atMilliseconds: 8000 + number * 30_000 + dice.below(18_000),
                    lasts: dice.between(1000, 9000)))
        }
    }
}
