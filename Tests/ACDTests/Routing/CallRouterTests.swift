import Bus
import Contracts
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ACD

/// The router with its requests and its listener, on a bus within the process, and a cti that behaves.
struct RouterFixture {
    let network: LocalBus.Network
    let bus: LocalBus
    let cti: FakeCTI
    let router: CallRouter
    let decisions = Decisions()

    final class Decisions: Sendable {
        let kept = Mutex<[Decision]>([])
    }

    init() {
        let network = LocalBus.Network()
        self.init(cti: FakeCTI(network), network: network, InstanceID(.acd, 1))
    }

    init(cti: FakeCTI, network: LocalBus.Network, _ instance: InstanceID) {
        self.network = network
        self.cti = cti
        bus = network.bus(instance)
        let decisions = decisions
        router = CallRouter(bus: bus, log: Logger(label: "test"), pulse: .milliseconds(20)) { decision in
            decisions.kept.withLock { $0.append(decision) }
        }
        RoutingRequests(router: router, refresh: {}).serve(on: bus)
    }

    /// The queue "sales" of amy and bob.
    static var sales: RoutingSettings {
        var queue = Queue(id: "sales", name: "Sales")
        queue.ringSeconds = 20
        return RoutingSettings(
            version: 1, queues: ["sales": StaffedQueue(queue: queue, members: ["amy", "bob"])])
    }

    /// Runs all of it while the body does; its shard is ours.
    func run(
        settings: RoutingSettings? = Self.sales, _ body: (RouterFixture) async throws -> Void
    ) async throws {
        let listener = EventListener(bus: bus, router: router, log: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await router.run() }
            group.addTask { try await listener.run() }
            if let settings {
                router.send(.settingsChanged("t", settings))
                router.send(.settingsComplete)
            }
            router.send(.shardAcquired(.of("t")))
            try await body(self)
            group.cancelAll()
        }
    }

    func enqueue(_ call: WaitingCall) async throws {
        cti.wait(call)
        _ = try await cti.bus.request(EnqueueCall(call: call), to: .shard(.acd, "t"), tenant: "t")
    }
}

@Suite(.timeLimit(.minutes(1))) struct CallRouterTests {
    @Test func `a caller reaches an agent who is ready`() async throws {
        try await RouterFixture().run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            fixture.cti.sign("amy", .ready)
            try await fixture.enqueue(.to("sales", at: .now()))
            let offer = await offers.next()
            #expect(offer?.callID == "c1")
            #expect(offer?.agentID == "amy")
            #expect(offer?.ringSeconds == 20)
            // The offer may be faster than the record, which the loop has made before it comes to a question.
            _ = try await fixture.router.ask { _ in true }
            #expect(fixture.decisions.kept.withLock { $0.map(\.decided.agentID) } == ["amy"])
        }
    }

    @Test func `nobody answers, the next agent rings, and he talks`() async throws {
        try await RouterFixture().run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            fixture.cti.sign("amy", .ready)
            try await fixture.enqueue(.to("sales", at: .now()))
            _ = await offers.next()
            fixture.cti.sign("bob", .ready)
            try await fixture.cti.end("c1", .noAnswer, then: .paused)
            let second = await offers.next()
            #expect(second?.agentID == "bob")
            #expect(second?.offer == 2)
            try await fixture.cti.end("c1", .answered, then: .talking)
            let figures = try await fixture.bus.request(
                QueueStatus(queueID: "sales"), to: .shard(.acd, "t"), tenant: "t")
            #expect(figures.waiting == 0)
            #expect(figures.offered == 0)
            let free = try await fixture.bus.request(
                FreeAgents(queueIDs: ["sales"]), to: .shard(.acd, "t"), tenant: "t")
            #expect(free.lines == [.init(queueID: "sales", waiting: 0)])
            #expect(free.groups.isEmpty)
        }
    }

    @Test func `a new owner finds callers and agents where cti has them`() async throws {
        let fixture = RouterFixture()
        fixture.cti.wait(.to("sales", "c2", at: 20))
        fixture.cti.wait(.to("sales", "c1", at: 10))
        fixture.cti.sign("amy", .ready)
        try await fixture.run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            #expect(await offers.next()?.callID == "c1")
        }
    }

    @Test func `an agent whom cti refuses is passed over`() async throws {
        try await RouterFixture().run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            fixture.cti.state.withLock { $0.refusals = [Failure(.conflict, "", code: "agentNotReady")] }
            fixture.cti.sign("amy", .ready)
            fixture.cti.sign("bob", .ready)
            try await fixture.enqueue(.to("sales", at: .now()))
            #expect(await offers.next()?.agentID == "bob")
        }
    }

    @Test func `after a refusal that nobody understands cti's snapshot says who is offered`() async throws {
        try await RouterFixture().run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            fixture.cti.state.withLock { $0.refusals = [Failure(.conflict, "")] }
            fixture.cti.sign("amy", .ready)
            try await fixture.enqueue(.to("sales", at: .now()))
            #expect(await offers.next()?.agentID == "amy")
        }
    }

    @Test func `a queue that nobody set up is refused`() async throws {
        try await RouterFixture().run { fixture in
            await #expect(throws: Failure(.notFound, "There is no queue none.")) {
                try await fixture.enqueue(.to("none", at: .now()))
            }
        }
    }

    @Test func `a caller is remembered before he is lined up, if his queue asks for it`() async throws {
        var settings = RouterFixture.sales
        settings.queues["sales"]?.queue.preferredAgents = [.init(by: .lastAgent, seconds: 60)]
        try await RouterFixture().run(settings: settings) { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            let now = Timestamp.now()
            let memory = CallerMemory(log: Logger(label: "test")) { number, _ in
                CallerKnowledge(talks: number == "13900000001" ? [.init(agentID: "bob", at: now)] : [])
            } owner: { _, _ in
                nil
            }
            let requests = RoutingRequests(router: fixture.router, refresh: {}, memory: memory)
            fixture.cti.sign("amy", .ready)
            fixture.cti.sign("bob", .ready)
            // Both are known to be ready before the first call comes.
            _ = try await eventually(fixture) { $0.agents.values.count { $0.standing == .ready } == 2 }
            let call = WaitingCall.to("sales", at: now, attributes: ["caller": "13900000001"])
            fixture.cti.wait(call)
            let context = RequestContext(from: InstanceID(.cti, 1), tenant: "t")
            _ = try await requests.enqueue(EnqueueCall(call: call), context)
            #expect(await offers.next()?.agentID == "bob")
        }
    }

    /// Asks the loop until it is so; it answers after all that came before.
    private func eventually(
        _ fixture: RouterFixture, _ isSo: @escaping @Sendable (RoutingState) -> Bool
    ) async throws -> Bool {
        while try await !fixture.router.ask({ floor in floor.tenants["t"].map(isSo) ?? false }) {
            try Task.checkCancellation()
            await Task.yield()
        }
        return true
    }

    @Test func `before the queues were read nobody is told that there is none`() async throws {
        let fixture = RouterFixture()
        let requests = RoutingRequests(router: fixture.router, refresh: {})
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fixture.router.run() }
            fixture.router.send(.shardAcquired(.of("t")))
            let context = RequestContext(from: InstanceID(.cti, 1), tenant: "t")
            await #expect(throws: Failure(.unavailable, "The queues have not been read yet.")) {
                try await requests.enqueue(EnqueueCall(call: .to("sales")), context)
            }
            group.cancelAll()
        }
    }

    @Test func `a second instance takes over where the first one was`() async throws {
        let fixture = RouterFixture()
        try await fixture.run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            try await fixture.enqueue(.to("sales", "c1", at: 10))
            try await fixture.enqueue(.to("sales", "c2", at: 20))
            fixture.cti.sign("amy", .ready)
            #expect(await offers.next()?.callID == "c1")
        }
        fixture.network.remove(InstanceID(.acd, 1))
        try await RouterFixture(cti: fixture.cti, network: fixture.network, InstanceID(.acd, 2)).run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            try await fixture.cti.end("c1", .answered, then: .talking)
            fixture.cti.sign("bob", .ready)
            #expect(await offers.next()?.callID == "c2")
        }
    }

    @Test func `a caller is told his place`() async throws {
        try await RouterFixture().run { fixture in
            var announcements = fixture.cti.announcements.makeAsyncIterator()
            var queue = Queue(id: "sales", name: "Sales")
            queue.announcePositionAfter = 0
            queue.announcePositionEvery = 1
            let settings = RoutingSettings(
                version: 2, queues: ["sales": StaffedQueue(queue: queue, members: ["amy"])])
            fixture.router.send(.settingsChanged("t", settings))
            try await fixture.enqueue(.to("sales", at: .now()))
            #expect(await announcements.next() == AnnouncePosition(callID: "c1", position: 1))
        }
    }

    @Test func `a call that its queue does not take is refused with the reason, and asking again does not help it`()
        async throws
    {
        try await RouterFixture().run { fixture in
            var queue = Queue(id: "sales", name: "Sales")
            queue.overflow = OverflowRules(mostWaiting: 1)
            let settings = RoutingSettings(
                version: 2, queues: ["sales": StaffedQueue(queue: queue, members: ["amy"])])
            fixture.router.send(.settingsChanged("t", settings))
            try await fixture.enqueue(.to("sales", "c1", at: .now()))
            for _ in 1...2 {
                let failure = await #expect(throws: Failure.self) {
                    try await fixture.enqueue(.to("sales", "c2", at: .now()))
                }
                #expect(failure?.kind == .conflict)
                #expect(failure?.code == "queueFull")
            }
            try await fixture.enqueue(.to("sales", "c1", at: .now()))
        }
    }

    @Test func `the queue ticks while a caller waits`() async throws {
        try await RouterFixture().run { fixture in
            var ticks = fixture.cti.bus.subscribe([QueueTicked.topic]).makeAsyncIterator()
            try await fixture.enqueue(.to("sales", at: .now()))
            let tick = try await ticks.next()?.decode(QueueTicked.self)
            #expect(tick?.figures.waiting == 1)
        }
    }

    @Test func `the view shows who waits, who is ready and what rings`() async throws {
        try await RouterFixture().run { fixture in
            var offers = fixture.cti.offers.makeAsyncIterator()
            try await fixture.enqueue(.to("sales", "c1", at: 1))
            try await fixture.enqueue(.to("sales", "c2", at: 2))
            fixture.cti.sign("amy", .ready)
            _ = await offers.next()
            let view = try await fixture.cti.bus.request(ShowRouting(), to: .shard(.acd, "t"), tenant: "t")
            #expect(view.waiting.map(\.callID) == ["c2"])
            #expect(view.ringing.map(\.callID) == ["c1"])
            #expect(view.agents.map(\.agentID) == ["amy"])
        }
    }

    @Test func `a tenant that is not routed here is refused, so that the asker looks for the owner`() async throws {
        try await RouterFixture().run { fixture in
            await #expect(throws: Failure.notRouted("elsewhere")) {
                try await fixture.router.tell("elsewhere", .callGone("c1"))
            }
        }
    }
}
