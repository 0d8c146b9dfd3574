import Contracts
import TestSupport
import Testing

@testable import Cluster

@Suite struct LeaseStateTests {
    var world = World()
    var state = LeaseState(me)

    /// We and a peer, each with its share, in contact since second 0.
    private mutating func twoInstances() -> LeaseState {
        var other = LeaseState(peer)
        world.set(me, until: 2)
        world.set(peer, until: 2)
        _ = state.settle(&world, at: 0)
        _ = other.settle(&world, at: 0)
        _ = state.settle(&world, at: 0.1)
        return other
    }

    @Test mutating func `the only instance takes every shard`() {
        world.set(me, until: 2)
        let changes = state.settle(&world, at: 0)
        #expect(changes == Shard.all.map { .acquired($0, epoch: 1) })
        #expect(state.held.count == 64)
    }

    @Test mutating func `two instances share`() {
        let other = twoInstances()
        #expect(state.held.count + other.held.count == 64)
        #expect((24...40).contains(state.held.count))
    }

    @Test mutating func `an instance that joins gets its share from those who are there`() {
        world.set(me, until: 2)
        _ = state.settle(&world, at: 0)
        world.set(peer, until: 2)
        let changes = state.settle(&world, at: 0.4)
        #expect(changes.allSatisfy { if case .lost = $0 { true } else { false } })
        var other = LeaseState(peer)
        let gained = other.settle(&world, at: 0.5)
        #expect(gained.count == changes.count)
        #expect(gained.allSatisfy { if case .acquired(_, let epoch) = $0 { epoch == 2 } else { false } })
    }

    @Test mutating func `a peer that is silent for the time to live is declared down and its shards are taken`() {
        _ = twoInstances()
        world.set(me, until: 4)
        _ = state.settle(&world, at: 1)
        #expect(state.settle(&world, at: 1.9) == [])
        let changes = state.settle(&world, at: 2.1)
        #expect(world.members[peer]?.state == .down)
        #expect(changes.allSatisfy { if case .acquired(_, let epoch) = $0 { epoch == 2 } else { false } })
        #expect(state.held.count == 64)
    }

    @Test mutating func `after an outage of PostgreSQL everybody has the chance to be heard first`() {
        _ = twoInstances()
        let before = state.held
        // Nobody could reach PostgreSQL for ten seconds; we are the first who can.
        #expect(state.settle(&world, at: 10) == [])
        #expect(state.settle(&world, at: 11.9) == [])
        #expect(state.held == before)
        #expect(world.members[peer]?.state == .up)
        // The peer was not heard in the time to live after it.
        #expect(!state.settle(&world, at: 12.1).isEmpty)
        #expect(world.members[peer]?.state == .down)
    }

    @Test mutating func `a peer that died before PostgreSQL's clock was set back is missed after the time to live`() {
        _ = twoInstances()
        world.set(me, until: 5002)
        world.set(peer, until: 5002)
        #expect(state.settle(&world, at: 5000) == [])
        // An hour back; the peer is never heard again.
        world.set(me, until: 1402)
        #expect(state.settle(&world, at: 1400) == [])
        #expect(state.settle(&world, at: 1401.9) == [])
        #expect(!state.settle(&world, at: 1402.1).isEmpty)
        #expect(world.members[peer]?.state == .down)
    }

    @Test mutating func `a peer that is heard after an outage keeps its shards`() {
        let other = twoInstances()
        _ = state.settle(&world, at: 10)
        world.set(peer, until: 12.5)
        #expect(state.settle(&world, at: 11) == [])
        #expect(state.settle(&world, at: 12.2) == [])
        #expect(world.owned(by: peer) == other.held.keys.sorted())
    }

    @Test mutating func `an instance that starts waits before it judges others`() {
        world.set(peer, until: -5)
        world.set(me, until: 2)
        _ = state.settle(&world, at: 0)
        #expect(world.members[peer]?.state == .up)
        _ = state.settle(&world, at: 1)
        #expect(!state.settle(&world, at: 2.1).isEmpty)
        #expect(state.held.count == 64)
    }

    @Test mutating func `who was declared down loses everything and starts anew`() {
        _ = twoInstances()
        let held = state.held.keys.sorted()
        #expect(state.handle(.declaredDown) == held.map { .announce(.lost($0)) })
        #expect(state.handle(.observed(world.seen(at: 1))) == [])
        _ = state.handle(.joined(incarnation: 2))
        world.set(me, until: 4, incarnation: 2)
        let changes = state.settle(&world, at: 1.2)
        #expect(changes == held.map { .acquired($0, epoch: 2) })
    }

    @Test mutating func `a process that starts under the name of a killed one takes that one's shards at once`() {
        _ = twoInstances()
        let held = state.held.keys.sorted()
        var successor = LeaseState(me, incarnation: 2)
        world.set(me, until: 3, incarnation: 2)
        #expect(successor.settle(&world, at: 0.5) == held.map { .acquired($0, epoch: 2) })
    }

    @Test mutating func `draining gives everything away and takes nothing`() {
        var other = twoInstances()
        _ = state.handle(.drain)
        world.set(me, until: 3, .draining)
        let held = state.held.keys.sorted()
        #expect(state.settle(&world, at: 0.5) == held.map { .lost($0) })
        #expect(other.settle(&world, at: 0.6) == held.map { .acquired($0, epoch: 2) })
        #expect(state.settle(&world, at: 0.7) == [])
        #expect(other.held.count == 64)
    }

    @Test mutating func `who drains alone keeps its shards until there is somebody to give them to`() {
        world.set(me, until: 2)
        _ = state.settle(&world, at: 0)
        _ = state.handle(.drain)
        world.set(me, until: 3, .draining)
        #expect(state.settle(&world, at: 0.4) == [])
        #expect(state.held.count == 64)
        world.set(peer, until: 3)
        #expect(state.settle(&world, at: 0.8).count == 64)
        #expect(state.held.isEmpty)
    }

    @Test mutating func `who drains takes what a dead peer leaves, if nobody else is there`() {
        _ = twoInstances()
        _ = state.handle(.drain)
        world.set(me, until: 3, .draining)
        _ = state.settle(&world, at: 0.5)
        #expect(state.held.isEmpty)
        world.set(me, until: 5, .draining)
        _ = state.settle(&world, at: 1.9)
        world.set(peer, until: 2, .down)
        _ = state.settle(&world, at: 2.6)
        #expect(state.held.count == 64)
    }

    @Test mutating func `two that drain keep what they have, and neither takes the other's`() {
        var other = twoInstances()
        let (mine, its) = (state.held, other.held)
        _ = state.handle(.drain)
        _ = other.handle(.drain)
        world.set(me, until: 3, .draining)
        world.set(peer, until: 3, .draining)
        _ = state.settle(&world, at: 0.5)
        _ = other.settle(&world, at: 0.5)
        #expect(state.held == mine && other.held == its)
    }

    @Test mutating func `a shard is lost before PostgreSQL hears that it is given back`() {
        world.set(me, until: 2)
        _ = state.settle(&world, at: 0)
        _ = state.handle(.leave)
        let actions = state.handle(.observed(world.seen(at: 0.4)))
        #expect(actions.dropLast().allSatisfy { if case .announce(.lost) = $0 { true } else { false } })
        #expect(actions.last == .release(Shard.all))
    }

    @Test mutating func `a shard taken by another is lost`() throws {
        _ = twoInstances()
        let shard = try #require(state.held.keys.min())
        world.leases[shard] = Lease(service: .cti, shard: shard, owner: peer, incarnation: 1, epoch: 9)
        #expect(state.handle(.observed(world.seen(at: 0.5))) == [.announce(.lost(shard))])
    }

    @Test mutating func `a claim that PostgreSQL answered in vain is seen at the next look`() {
        world.set(me, until: 2)
        let claim = state.handle(.observed(world.seen(at: 0)))
        world.perform(claim, by: me)
        #expect(state.held.isEmpty)
        _ = state.handle(.observed(world.seen(at: 0.4)))
        #expect(state.held.count == 64)
    }

    @Test mutating func `other services are none of our business`() {
        world.set(me, until: 2)
        world.set(InstanceID(.acd, 1), until: -10)
        _ = state.settle(&world, at: 0)
        _ = state.settle(&world, at: 1)
        _ = state.settle(&world, at: 2.5)
        #expect(world.members[InstanceID(.acd, 1)]?.state == .up)
        #expect(state.held.count == 64)
    }
}

@Suite struct RendezvousTests {
    private func shares(_ owners: [Shard: InstanceID]) -> [Int] {
        Dictionary(grouping: owners.keys) { owners[$0] }.values.map(\.count).sorted()
    }

    @Test(arguments: [
        (1, [64]), (2, [32, 32]), (3, [20, 22, 22]), (4, [16, 16, 16, 16]), (5, [12, 13, 13, 13, 13]),
    ])
    func `shares are fair`(_ count: Int, _ expected: [Int]) {
        let instances = Set((1...count).map { InstanceID(.cti, $0) })
        let owners = Rendezvous.owners(holders: [:], among: instances)
        #expect(owners.count == 64)
        #expect(shares(owners) == expected)
    }

    @Test func `when one goes only its shards move`() {
        let before = Rendezvous.owners(holders: [:], among: [me, peer, third])
        let after = Rendezvous.owners(holders: before, among: [me, third])
        #expect(shares(after) == [32, 32])
        for (shard, owner) in before where owner != peer { #expect(after[shard] == owner) }
    }

    @Test func `when one comes the others give away no more than they must`() {
        let before = Rendezvous.owners(holders: [:], among: [me, third])
        let after = Rendezvous.owners(holders: before, among: [me, peer, third])
        #expect(shares(after) == [20, 22, 22])
        for (shard, owner) in before where after[shard] != owner { #expect(after[shard] == peer) }
    }

    @Test func `what is divided fairly stays as it is`() {
        let owners = Rendezvous.owners(holders: [:], among: [me, peer, third])
        #expect(Rendezvous.owners(holders: owners, among: [me, peer, third]) == owners)
    }

    @Test func `an instance that has taken its part leaves the rest to the others`() {
        let all = Rendezvous.owners(holders: [:], among: [me, peer, third])
        let mine = all.filter { $0.value == me }
        #expect(Rendezvous.owners(holders: mine, among: [me, peer, third]) == all)
    }

    @Test func `nobody owns a shard where nobody is`() {
        #expect(Rendezvous.owners(holders: [:], among: []).isEmpty)
    }
}
