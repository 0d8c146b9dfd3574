import Contracts

/// Which shards this instance takes, keeps and gives away: the whole decision, with no I/O and no clock.
///
///     free ──claim──▶ ours ──release──▶ free        free: given back, or its owner's incarnation is over
///                      │
///                      └── another owner or epoch seen ──▶ lost
///
/// ``Cluster`` shows it what PostgreSQL says and carries out its actions. What is owned is learnt from the next observation
/// only, so an answer that got lost on the way does no harm.
///
/// **Who is away from PostgreSQL goes on.** An owner that cannot reach PostgreSQL keeps its shards, whatever its own clock says.
/// While PostgreSQL is away, nobody can take over, so stopping would only lose calls. If it is the owner alone that is cut off,
/// or was stopped, the others declare it down and raise the epochs; its commands are then refused as `staleEpoch` by every
/// receiver that has seen the newer epoch, and it learns of its end at its next contact. For the same reason nobody is declared
/// down by an instance that has not itself been in contact for a whole time to live: after an outage of PostgreSQL
/// everybody's time has run out, and all get the chance to be heard first. The same when PostgreSQL's clock is set.
///
/// **Who drains gives to somebody.** While no other instance takes shards, an instance that drains keeps its own, and takes
/// what is free: calls need an owner. It gives all away when another is there, or when it leaves.
struct LeaseState {
    enum Input {
        /// PostgreSQL has entered us, under this incarnation.
        case joined(incarnation: Int)
        /// Our incarnation was declared down.
        case declaredDown
        /// We are to give everything away, to whoever takes it.
        case drain
        /// The same, whether anybody takes it or not: this process ends.
        case leave
        /// We may take shards again.
        case undrain
        case observed(Observation)
    }

    enum Action: Equatable {
        case declareDown(InstanceID, incarnation: Int)
        /// Take these, if their epochs still are the ones seen.
        case claim([Shard: UInt64])
        case release([Shard])
        case announce(OwnershipChange)
    }

    let instance: InstanceID
    let timeToLive: Duration
    private(set) var incarnation: Int?
    private(set) var isDraining = false
    private var isLeaving = false
    /// What we own, with epochs.
    private(set) var held: [Shard: UInt64] = [:]
    /// Since when observations have come without a gap of a time to live.
    private var contactSince: Timestamp?
    private var lastContact: Timestamp?

    init(instance: InstanceID, timeToLive: Duration) {
        self.instance = instance
        self.timeToLive = timeToLive
    }

    mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .joined(let incarnation): joined(incarnation)
        case .declaredDown: declaredDown()
        case .drain: drain(true)
        case .leave: drain(true, isLeaving: true)
        case .undrain: drain(false)
        case .observed(let observation): observed(observation)
        }
    }

    /// Whether the member is to be believed alive, in the light of how long we have been listening.
    func isLive(_ member: Member, at time: Timestamp) -> Bool {
        guard member.state != .down else { return false }
        if member.instance == instance { return member.incarnation == incarnation }
        // Later than anybody writes: PostgreSQL's clock was set back since, and whoever lives will soon write anew.
        let isNonsense = member.expiresAt > time.adding(timeToLive * ClusterStore.furthest)
        return max(isNonsense ? time : member.expiresAt, (contactSince ?? time).adding(timeToLive)) > time
    }

    private mutating func joined(_ incarnation: Int) -> [Action] {
        self.incarnation = incarnation
        return []
    }

    private mutating func declaredDown() -> [Action] {
        incarnation = nil
        contactSince = nil
        return lose(Array(held.keys))
    }

    private mutating func drain(_ isDraining: Bool, isLeaving: Bool = false) -> [Action] {
        self.isDraining = isDraining
        self.isLeaving = isLeaving
        return []
    }

    private mutating func observed(_ observation: Observation) -> [Action] {
        noteContact(at: observation.time)
        let peers = observation.members.filter { $0.instance.service == instance.service }
        let leases = observation.leases.filter { $0.service == instance.service }
        var actions = lose(held.keys.filter { shard in !leases.contains { isOurs($0) && $0.shard == shard } })
        guard incarnation != nil else { return actions }

        let rivals = peers.filter { $0.instance != instance && $0.state == .up && isLive($0, at: observation.time) }
        let isOwner = !isDraining || (rivals.isEmpty && !isLeaving)
        let owners = Rendezvous.owners(
            holders: holders(leases, peers), among: Set(rivals.map(\.instance) + (isOwner ? [instance] : [])))
        var claims: [Shard: UInt64] = [:]
        var releases: [Shard] = []
        for lease in leases {
            let isForUs = owners[lease.shard] == instance
            if isOurs(lease) {
                if isForUs { actions += hold(lease) } else { releases.append(lease.shard) }
            } else if isForUs, isFree(lease, peers) {
                claims[lease.shard] = lease.epoch
            }
        }
        for peer in peers where peer.state != .down && peer.instance != instance && !isLive(peer, at: observation.time)
        {
            actions.append(.declareDown(peer.instance, incarnation: peer.incarnation))
        }
        // We stop first, and say so to PostgreSQL after.
        actions += lose(releases)
        if !releases.isEmpty { actions.append(.release(releases.sorted())) }
        if !claims.isEmpty { actions.append(.claim(claims)) }
        return actions
    }

    private mutating func noteContact(at time: Timestamp) {
        if let lastContact, time < lastContact.adding(timeToLive), time > lastContact.adding(.zero - timeToLive) {
            contactSince = contactSince ?? time
        } else {
            contactSince = time
        }
        lastContact = time
    }

    private func isOurs(_ lease: Lease) -> Bool {
        lease.owner == instance && lease.incarnation == incarnation
    }

    private func isFree(_ lease: Lease, _ peers: [Member]) -> Bool {
        !peers.contains { $0.instance == lease.owner && $0.incarnation == lease.incarnation && $0.state != .down }
    }

    private func holders(_ leases: [Lease], _ peers: [Member]) -> [Shard: InstanceID] {
        Dictionary(
            leases.compactMap { lease in isFree(lease, peers) ? nil : lease.owner.map { (lease.shard, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    private mutating func hold(_ lease: Lease) -> [Action] {
        guard held[lease.shard] != lease.epoch else { return [] }
        let actions = lose(held.keys.contains(lease.shard) ? [lease.shard] : [])
        held[lease.shard] = lease.epoch
        return actions + [.announce(.acquired(lease.shard, epoch: lease.epoch))]
    }

    private mutating func lose(_ shards: [Shard]) -> [Action] {
        shards.sorted().compactMap { shard in
            held.removeValue(forKey: shard) == nil ? nil : .announce(.lost(shard))
        }
    }
}
