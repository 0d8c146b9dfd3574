import Contracts

/// A model of `Shared/Cluster`: leases with epochs in a PostgreSQL that is always there, heartbeats, a time to live of two
/// seconds, fair shares. (`LeaseState` itself has its own tests.)
final class SimulatedCluster {
    struct Owner {
        let instance: InstanceID
        let epoch: UInt64
    }

    private struct Lease {
        var owner: InstanceID?
        var epoch: UInt64 = 0
    }

    private struct Member {
        var life: Int
        var membership: Int
        var expiresAt: Timestamp
        var isDown = false
        var isDraining = false
    }

    private struct View {
        var held: [Shard: UInt64] = [:]
        var owners: [ServiceName: [Shard: Owner]] = [:]
        var membership: Int?
        var isReleasing = false
    }

    static let tick: Int64 = 400_000
    static let timeToLive = Duration.seconds(2)

    let shards: [Shard]
    private var leases: [ServiceName: [Shard: Lease]] = [:]
    private var members: [InstanceID: Member] = [:]
    private var views: [InstanceID: View] = [:]
    private var memberships = 0

    init(_ shards: [Shard]) {
        self.shards = shards
        for service in [ServiceName.cti, .acd] {
            leases[service] = Dictionary(uniqueKeysWithValues: shards.map { ($0, Lease()) })
        }
    }

    func held(by node: Node) -> [Shard: UInt64] { views[node.id]?.held ?? [:] }

    /// As the table says now, whoever may know of it.
    func trueOwner(of shard: Shard, service: ServiceName) -> Owner? {
        guard let lease = leases[service]?[shard], let owner = lease.owner else { return nil }
        return Owner(instance: owner, epoch: lease.epoch)
    }

    func owner(of shard: Shard, service: ServiceName, seenBy node: Node) -> Owner? {
        if let view = views[node.id] {
            guard let owner = view.owners[service]?[shard] else { return nil }
            return owner.instance == node.id && view.held[shard] != owner.epoch ? nil : owner
        }
        return trueOwner(of: shard, service: service)
    }

    // MARK: The loop of each

    func join(_ node: ShardOwner) {
        views[node.id] = View()
        turn(node, inTurn: true)
    }

    func drain(_ node: ShardOwner, _ isDraining: Bool) {
        members[node.id]?.isDraining = isDraining
        turn(node, inTurn: false)
    }

    private func turn(_ node: ShardOwner, inTurn: Bool) {
        // The way to PostgreSQL and back, a few times.
        node.after(node.sim.dice.between(2, 25)) { self.look(node) }
        if inTurn { node.after(Self.tick) { self.turn(node, inTurn: true) } }
    }

    private func look(_ node: ShardOwner) {
        let now = node.sim.now
        beat(node, at: now)
        for (peer, member) in members.sorted(by: { $0.key < $1.key })
        where peer.service == node.id.service && !member.isDown && member.expiresAt <= now {
            node.sim.note("\(node.id) declares \(peer) down")
            members[peer]?.isDown = true
            free(peer)
        }
        let candidates = members.filter {
            $0.key.service == node.id.service && !$0.value.isDown && !$0.value.isDraining
        }
        .keys.sorted()
        var releases: [Shard] = []
        for (index, shard) in shards.enumerated() {
            guard let lease = leases[node.id.service]?[shard] else { continue }
            let wanted = candidates.isEmpty ? nil : candidates[index % candidates.count]
            if lease.owner == node.id, wanted != node.id { releases.append(shard) }
            if lease.owner == nil, wanted == node.id { claim(shard, lease.epoch + 1, node) }
        }
        if !releases.isEmpty { release(releases, node) }
        showOwners(to: node)
        node.asked()
    }

    private func beat(_ node: ShardOwner, at now: Timestamp) {
        let expires = now.adding(Self.timeToLive)
        if let known = members[node.id], known.life == node.life, !known.isDown,
            views[node.id]?.membership == known.membership
        {
            members[node.id]?.expiresAt = expires
            return
        }
        // Declared down, or a new process: what was ours is not any more.
        free(node.id)
        for shard in held(by: node).keys.sorted() { lose(shard, node) }
        memberships += 1
        members[node.id] = Member(life: node.life, membership: memberships, expiresAt: expires)
        views[node.id]?.membership = memberships
    }

    private func free(_ id: InstanceID) {
        for shard in shards where leases[id.service]?[shard]?.owner == id { leases[id.service]?[shard]?.owner = nil }
    }

    private func claim(_ shard: Shard, _ epoch: UInt64, _ node: ShardOwner) {
        leases[node.id.service]?[shard] = Lease(owner: node.id, epoch: epoch)
        views[node.id]?.held[shard] = epoch
        node.sim.note("\(node.id) owns \(shard) under \(epoch)")
        node.acquired(shard, epoch: epoch)
    }

    private func lose(_ shard: Shard, _ node: ShardOwner) {
        guard views[node.id]?.held.removeValue(forKey: shard) != nil else { return }
        node.sim.note("\(node.id) has lost \(shard)")
        node.lost(shard)
    }

    /// First it stops and ends what it began, then the others may have it.
    private func release(_ shards: [Shard], _ node: ShardOwner) {
        guard views[node.id]?.isReleasing == false else { return }
        views[node.id]?.isReleasing = true
        for shard in shards { lose(shard, node) }
        node.handOver(shards) {
            self.views[node.id]?.isReleasing = false
            for shard in shards where self.leases[node.id.service]?[shard]?.owner == node.id {
                self.leases[node.id.service]?[shard]?.owner = nil
            }
        }
    }

    private func showOwners(to node: ShardOwner) {
        for service in [ServiceName.cti, .acd] {
            views[node.id]?.owners[service] = Dictionary(
                uniqueKeysWithValues: shards.compactMap { shard in
                    trueOwner(of: shard, service: service).map { (shard, $0) }
                })
        }
    }
}

/// A process that owns shards.
class ShardOwner: Node {
    func acquired(_ shard: Shard, epoch: UInt64) {}
    func lost(_ shard: Shard) {}
    /// Ends what was begun in shards that were lost just now.
    func handOver(_ shards: [Shard], _ done: @escaping () -> Void) { done() }

    override func begin() { sim.cluster.join(self) }
}
