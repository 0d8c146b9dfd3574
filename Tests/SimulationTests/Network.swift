import Bus
import Contracts
import Foundation

/// One publisher's facts, as they lie on its disk.
final class FactStream {
    let name: String
    let publisher: InstanceID
    unowned let node: Node
    private let life: Int
    var facts: [PublishedFact] = []
    /// So many are in PostgreSQL, where others can read them as well.
    var stored = 0
    fileprivate var isFlushing = false
    fileprivate var isStoring = false
    fileprivate var sent = 0

    init(_ name: String, _ node: Node) {
        self.name = name
        publisher = node.id
        self.node = node
        life = node.life
    }

    /// Whether its process is still the one that began it.
    var isLive: Bool { node.isAlive && node.life == life }
    var canAnswer: Bool { isLive && node.isRunning }
    /// What anybody can still get hold of.
    var readable: Int { canAnswer ? facts.count : stored }
}

/// A fact with its place in its stream.
struct PublishedFact {
    let fact: any Fact
    let tenant: TenantID
    let time: Timestamp
    /// Without a body: what it says is in `fact`.
    let envelope: Envelope
    let publisher: InstanceID
}

/// Messages on their way: late, lost, twice, in another order. Facts come through in the end, as the real `StreamCursor` of
/// each follower asks for what it misses.
final class Network {
    private final class Follower {
        unowned let node: Node
        let services: [ServiceName]
        let hear: (PublishedFact) -> Void
        var cursors: [String: StreamCursor] = [:]
        /// Streams whose head it is told until it has heard it all.
        var reminded: Set<String> = []
        var isGone = false

        init(_ node: Node, _ services: [ServiceName], _ hear: @escaping (PublishedFact) -> Void) {
            self.node = node
            self.services = services
            self.hear = hear
        }
    }

    private(set) var streams: [FactStream] = []
    private var byName: [String: FactStream] = [:]
    private var followers: [Follower] = []
    private var keys = 0
    /// Until then most messages are lost.
    var stormUntil = Simulation.begin

    func newKey() -> String {
        keys += 1
        return "k\(keys)"
    }

    func loses(_ sim: Simulation) -> Bool { sim.dice.chance(sim.now < stormUntil ? 300 : sim.plan.loss) }

    func delay(_ sim: Simulation) -> Int64 {
        sim.dice.chance(sim.plan.slowness) ? sim.dice.between(50, 1000) : sim.dice.between(0, 4)
    }

    // MARK: Facts

    func begin(stream name: String, of node: Node) -> FactStream {
        // What the process before left on its disk is stored by the next.
        for old in streams where old.publisher == node.id { old.stored = old.facts.count }
        let stream = FactStream(name, node)
        streams.append(stream)
        byName[name] = stream
        return stream
    }

    /// From now on, without a hole: what was published before, a snapshot says.
    func follow(_ services: [ServiceName], by node: Node, _ hear: @escaping (PublishedFact) -> Void) {
        let follower = Follower(node, services, hear)
        for stream in streams where services.contains(stream.publisher.service) {
            follower.cursors[stream.name] = StreamCursor(last: UInt64(stream.facts.count))
        }
        followers.append(follower)
    }

    func unfollow(_ node: Node) {
        for follower in followers where follower.node === node { follower.isGone = true }
        followers.removeAll { $0.isGone }
    }

    func publish(_ fact: any Fact, _ tenant: TenantID, at time: Timestamp, on stream: FactStream, _ sim: Simulation) {
        let envelope = Envelope(
            type: "", version: 1, stream: stream.name, number: UInt64(stream.facts.count + 1), tenant: nil, subject: "",
            time: time, body: Data())
        stream.facts.append(
            PublishedFact(fact: fact, tenant: tenant, time: time, envelope: envelope, publisher: stream.publisher))
        sim.note("\(stream.name)#\(stream.facts.count) \(type(of: fact).topic) \(fact.subject) \(fact.gist)")
        sim.history.published(fact, tenant, by: stream.publisher, sim)
        if !stream.isFlushing {
            stream.isFlushing = true
            sim.after(0) { sim.network.flush(stream, sim) }
        }
        guard !stream.isStoring else { return }
        stream.isStoring = true
        stream.node.after(80_000) {
            stream.isStoring = false
            if stream.isLive { stream.stored = stream.facts.count }
        }
    }

    /// What was published at one moment travels together.
    private func flush(_ stream: FactStream, _ sim: Simulation) {
        stream.isFlushing = false
        let batch = stream.sent..<stream.facts.count
        stream.sent = stream.facts.count
        for follower in followers where follower.services.contains(stream.publisher.service) {
            if loses(sim) {
                heartbeat(of: stream, to: follower, sim)
                continue
            }
            let copies = sim.dice.chance(sim.plan.doubles) ? 2 : 1
            for _ in 0..<copies {
                follower.node.receive(after: delay(sim)) { sim.network.arrive(batch, of: stream, at: follower, sim) }
            }
        }
    }

    private func arrive(_ batch: Range<Int>, of stream: FactStream, at follower: Follower, _ sim: Simulation) {
        guard !follower.isGone else { return }
        for index in batch { tell(follower, .fact(stream.facts[index].envelope), of: stream, sim) }
    }

    /// Says how far the stream has come, until the follower has it all.
    private func heartbeat(of stream: FactStream, to follower: Follower, _ sim: Simulation) {
        guard follower.reminded.insert(stream.name).inserted else { return }
        follower.node.receive(after: stream.isLive ? 250_000 : 1_000_000) {
            follower.reminded.remove(stream.name)
            guard !follower.isGone else { return }
            let known = follower.cursors[stream.name]
            guard known.map({ Int($0.last) < stream.facts.count }) ?? !stream.facts.isEmpty else { return }
            sim.network.tell(follower, .heartbeat(head: UInt64(stream.readable)), of: stream, sim)
            sim.network.heartbeat(of: stream, to: follower, sim)
        }
    }

    private func tell(_ follower: Follower, _ input: StreamCursor.Input, of stream: FactStream, _ sim: Simulation) {
        let actions = follower.cursors[stream.name, default: StreamCursor()].handle(input)
        for action in actions {
            switch action {
            case .deliver(let envelope):
                let fact = stream.facts[Int(envelope.number) - 1]
                if follower.node === sim.reporting { sim.history.delivered(envelope) }
                follower.hear(fact)
            case .replay(let from, let through): replay(from, through, of: stream, to: follower, sim)
            case .drop: break
            case .lost: sim.history.violate("I6", "a follower was told of a loss")
            }
        }
    }

    private func replay(
        _ from: UInt64, _ through: UInt64, of stream: FactStream, to follower: Follower, _ sim: Simulation
    ) {
        follower.node.receive(after: sim.dice.between(2, 30)) {
            guard !follower.isGone else { return }
            let last = min(Int(through), stream.readable)
            guard Int(from) <= last, !sim.network.loses(sim) else {
                sim.network.tell(follower, .replayFailed, of: stream, sim)
                return sim.network.heartbeat(of: stream, to: follower, sim)
            }
            let facts = stream.facts[(Int(from) - 1)..<last].map(\.envelope)
            sim.network.tell(follower, .replayed(facts, oldest: nil), of: stream, sim)
        }
    }

    /// Whether a follower has heard everything that can still be heard.
    func hasHeardAll(_ node: Node) -> Bool {
        followers.filter { $0.node === node }.allSatisfy { follower in
            streams.filter { follower.services.contains($0.publisher.service) }.allSatisfy { stream in
                Int(follower.cursors[stream.name]?.last ?? 0) >= stream.readable
            }
        }
    }
}

extension Fact {
    /// What matters of it, for a reader.
    var gist: String {
        switch self {
        case let fact as AgentStateChanged:
            "\(fact.agent.status) r\(fact.agent.revision & 0xff_ffff) \(fact.agent.pauseReason ?? "") \(fact.agent.callID?.rawValue ?? "")"
        case let fact as CallOffered: "to \(fact.agentID)"
        case let fact as CallOfferEnded: "\(fact.agentID) \(fact.outcome)"
        case let fact as CallEnded: "\(fact.reason)"
        case let fact as LegEnded: "\(fact.cause)"
        case let fact as RoutingDecided: "to \(fact.agentID) \(fact.rule)"
        default: ""
        }
    }
}
