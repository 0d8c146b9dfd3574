import Contracts

@testable import Bus

/// A process: it may die, be stopped for a while, and be started again, with what it knew gone.
class Node {
    let id: InstanceID
    unowned let sim: Simulation
    private(set) var life = 0
    private(set) var isAlive = false
    private(set) var isStopped = false
    /// After it was stopped for long it asks the cluster before it decides anything (`Wakefulness`).
    private(set) var isSure = true
    private var stoppedAt = Simulation.begin
    private(set) var startedAt = Simulation.begin
    private var deferred: [(life: Int, work: () -> Void)] = []
    /// Refuses whoever was succeeded: the real memory.
    fileprivate(set) var epochs = EpochMemory()
    fileprivate(set) var replies: [String: Any] = [:]
    /// What it publishes under.
    private(set) var stream: FactStream!

    init(_ id: InstanceID, _ sim: Simulation) {
        self.id = id
        self.sim = sim
    }

    var isRunning: Bool { isAlive && !isStopped }

    func start() {
        life += 1
        isAlive = true
        isStopped = false
        isSure = true
        startedAt = sim.now
        deferred = []
        epochs = EpochMemory()
        replies = [:]
        stream = sim.network.begin(stream: "\(id)@\(life)", of: self)
        sim.note("\(id) starts")
        begin()
    }

    /// What it does when it starts, and forgets when it dies.
    func begin() {}
    func end() {}

    func kill() {
        sim.note("\(id) dies")
        isAlive = false
        deferred = []
        sim.network.unfollow(self)
        end()
    }

    /// As SIGSTOP does: it does nothing, and its messages wait.
    func stop() {
        sim.note("\(id) stands still")
        isStopped = true
        stoppedAt = sim.now
    }

    func goOn() {
        sim.note("\(id) goes on")
        isStopped = false
        if stoppedAt.adding(.milliseconds(1333)) < sim.now { isSure = false }
        let waiting = deferred
        deferred = []
        for (life, work) in waiting { run(life, work) }
    }

    /// A look at the cluster has ended.
    func asked() {
        guard !isSure else { return }
        isSure = true
        becameSure()
    }

    func becameSure() {}

    func forget() {
        end()
        deferred = []
        replies = [:]
    }

    /// Does something later, if it still lives then.
    func after(_ microseconds: Int64, _ work: @escaping () -> Void) {
        let life = life
        sim.after(microseconds) { [unowned self] in run(life, work) }
    }

    func at(_ time: Timestamp, _ work: @escaping () -> Void) {
        let life = life
        sim.at(time) { [unowned self] in run(life, work) }
    }

    private func run(_ life: Int, _ work: @escaping () -> Void) {
        guard isAlive, life == self.life else { return }
        if isStopped { deferred.append((life, work)) } else { work() }
    }

    /// Something came over the network.
    func receive(after microseconds: Int64, _ work: @escaping () -> Void) {
        sim.after(microseconds) { [unowned self] in run(life, work) }
    }

    func publish(_ fact: any Fact, _ tenant: TenantID, at time: Timestamp) {
        sim.network.publish(fact, tenant, at: time, on: stream, sim)
    }

    /// Under which epoch it owns a shard, as far as it knows.
    func epoch(of shard: Shard) -> UInt64? { sim.cluster.held(by: self)[shard] }

    fileprivate func admits(_ epoch: UInt64?, of shard: Shard?, from service: ServiceName) -> Bool {
        guard let epoch, let shard else { return true }
        return epochs.admit(epoch, of: shard, service: service)
    }
}

/// A request on its way, sent again as the bus does: to an instance once, to a shard's owner until the time is over.
final class Asking<Reply> {
    typealias Answer = Result<Reply, Failure>
    typealias Serving = (Node, @escaping (Answer) -> Void) -> Void

    private enum Known {
        case answered(Answer)
        case running([(Answer) -> Void])
    }

    private let sim: Simulation
    private let from: Node
    private let address: Address
    private let shard: Shard?
    private let epoch: UInt64?
    private let key: String?
    private let end: Timestamp
    private let life: Int
    private let serve: Serving
    private var done: ((Answer) -> Void)?
    private var attempts = 0
    private var last = Failure(.unavailable, "Nobody is there.")

    init(
        from: Node, to address: Address, tenant: TenantID?, epoch: UInt64?, key: String?, deadline: Int64,
        serve: @escaping Serving, done: @escaping (Answer) -> Void
    ) {
        sim = from.sim
        self.from = from
        life = from.life
        self.address = address
        let shard = tenant.map { Shard.of($0) }
        self.shard = shard
        self.epoch = epoch ?? shard.flatMap { from.epoch(of: $0) }
        self.key = key
        end = from.sim.later(deadline)
        self.serve = serve
        self.done = done
    }

    func begin() { attempt() }

    private var isOver: Bool { done == nil }

    private func finish(_ answer: Answer) {
        let done = done
        self.done = nil
        done?(answer)
    }

    private var target: (node: Node, ownerEpoch: UInt64?)? {
        switch address {
        case .instance(let id): return sim.node(id).map { ($0, nil) }
        case .shard(let service, let tenant):
            guard let owner = sim.cluster.owner(of: .of(tenant), service: service, seenBy: from) else { return nil }
            return sim.node(owner.instance).map { ($0, owner.epoch) }
        case .any: return nil
        }
    }

    private func attempt() {
        guard !isOver else { return }
        guard sim.now < end else { return finish(.failure(last)) }
        guard let (node, ownerEpoch) = target else { return again() }
        attempts += 1
        let mine = attempts
        send(to: node, ownerEpoch, mine)
        from.at(end) { self.passed(mine, node) }
        if case .shard = address { watch(mine, node) }
    }

    private func passed(_ mine: Int, _ node: Node) {
        guard !isOver, mine == attempts else { return }
        last = node.isAlive ? Failure(.timeout, "No answer in time.") : Failure(.unavailable, "Not reached.")
        finish(.failure(last))
    }

    /// The directory says meanwhile that it belongs elsewhere.
    private func watch(_ mine: Int, _ node: Node) {
        from.after(400_000) {
            guard !self.isOver, mine == self.attempts else { return }
            if self.target?.node !== node { return self.again() }
            self.watch(mine, node)
        }
    }

    private func again() {
        attempts += 1
        if case .instance = address { return finish(.failure(last)) }
        from.after(min(100_000, 10_000 << Int64(min(attempts, 4)))) { self.attempt() }
    }

    private func send(to node: Node, _ ownerEpoch: UInt64?, _ mine: Int) {
        if sim.network.loses(sim) { return }
        for _ in 0..<(sim.dice.chance(sim.plan.doubles) && key != nil ? 2 : 1) {
            node.receive(after: sim.network.delay(sim)) { self.arrive(at: node, ownerEpoch, mine) }
        }
    }

    private func arrive(at node: Node, _ ownerEpoch: UInt64?, _ mine: Int) {
        // What a process had not sent yet when it died is gone with it.
        if !from.isAlive || from.life != life, sim.dice.chance(500) { return }
        let reply = { (answer: Answer) in
            if self.sim.network.loses(self.sim) { return }
            self.from.receive(after: self.sim.network.delay(self.sim)) { self.answered(answer, mine) }
        }
        guard node.admits(epoch, of: shard, from: from.id.service) else {
            return reply(.failure(Failure(.staleEpoch, "\(from.id) owns it no longer.")))
        }
        if let ownerEpoch, let shard, node.epoch(of: shard).map({ $0 < ownerEpoch }) ?? true {
            return reply(.failure(Failure(.staleEpoch, "\(node.id) does not own it.", code: "notOwner")))
        }
        guard let key else { return serve(node, reply) }
        once(key, at: node, reply)
    }

    private func once(_ key: String, at node: Node, _ reply: @escaping (Answer) -> Void) {
        switch node.replies[key] as? Known {
        case .answered(let answer): reply(answer)
        case .running(let others): node.replies[key] = Known.running(others + [reply])
        case nil:
            node.replies[key] = Known.running([reply])
            serve(node) { answer in
                var waiting: [(Answer) -> Void] = []
                if case .running(let others)? = node.replies[key] as? Known { waiting = others }
                node.replies[key] = Self.isKept(answer) ? Known.answered(answer) : nil
                for reply in waiting { reply(answer) }
            }
        }
    }

    private static func isKept(_ answer: Answer) -> Bool {
        guard case .failure(let failure) = answer else { return true }
        return ![.unavailable, .timeout, .staleEpoch, .unknown].contains(failure.kind)
    }

    private func answered(_ answer: Answer, _ mine: Int) {
        guard !isOver, mine == attempts else { return }
        if case .failure(let failure) = answer, case .shard = address,
            failure.kind == .unavailable || failure.code == "notOwner"
        {
            last = failure
            return again()
        }
        finish(answer)
    }
}

extension Simulation {
    func node(_ id: InstanceID) -> Node? {
        switch id.service {
        case .mediaServer: media
        case .cti: ctis.first { $0.id == id }
        case .acd: acds.first { $0.id == id }
        default: nil
        }
    }

    func request<Reply>(
        from: Node, to address: Address, tenant: TenantID?, epoch: UInt64? = nil, key: String? = nil,
        deadline: Int64 = 2_000_000, serve: @escaping Asking<Reply>.Serving,
        done: @escaping (Asking<Reply>.Answer) -> Void
    ) {
        var key = key
        if key == nil, case .shard = address { key = network.newKey() }
        Asking(
            from: from, to: address, tenant: tenant, epoch: epoch, key: key, deadline: deadline, serve: serve,
            done: done
        ).begin()
    }
}
