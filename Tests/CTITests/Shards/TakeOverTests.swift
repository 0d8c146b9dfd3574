import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct TakeOverTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    lazy var heir = ShardState(shard: shard.shard, books: shard.books)
    let amy = AgentKey(tenant: "t", agentID: "amy")

    private mutating func tell(_ inputs: ShardInput...) {
        for (index, input) in inputs.enumerated() { _ = shard.handle(input, at: second(Double(index))) }
    }

    private mutating func waitInQueue() {
        tell(
            .leg(.arrived(.example), tenant: "t", on: media), .leg(.answered("c1"), tenant: "t", on: media),
            .agent(amy, .signIn("201")), .agent(amy, .makeReady))
    }

    private mutating func talk() {
        waitInQueue()
        tell(.offer(.to("amy"), tenant: "t"), .leg(.answered("c1-1"), tenant: "t", on: media))
    }

    @Test mutating func `a new owner goes on with a call that talks`() throws {
        talk()
        let actions = heir.takeOver(try shard.inheritance(), at: second(6))
        #expect(actions.ended.isEmpty)
        #expect(actions.commands.isEmpty, "media is left alone")
        #expect(heir.calls["c1"]?.phase == .talking)
        #expect(heir.agents[amy]?.status == .talking)
        let ended = heir.handle(.leg(.ended("c1", .remote), tenant: "t", on: media), at: second(20)).ended
        #expect(ended.first?.segments.map(\.kind).last == .talk)
        #expect(heir.agents[amy]?.status == .afterCallWork)
    }

    @Test mutating func `a new owner knows the agent even if his session was never stored`() throws {
        talk()
        var inheritance = try shard.inheritance()
        inheritance.agents = []
        _ = heir.takeOver(inheritance, at: second(6))
        #expect(heir.agents[amy]?.status == .talking)
        #expect(heir.agents[amy]?.phoneID == "201")
    }

    @Test mutating func `whoever waits keeps his place over a change of owner`() throws {
        waitInQueue()
        let actions = heir.takeOver(try shard.inheritance(), at: second(6))
        #expect(heir.waiting() == shard.waiting())
        #expect(actions.contains { if case .enqueue(let call) = $0 { call.enqueuedAt == second(1) } else { false } })
        #expect(actions.commands.isEmpty, "the music plays on")
    }

    @Test mutating func `a caller who left while nobody was in control is abandoned now`() throws {
        waitInQueue()
        var inheritance = try shard.inheritance()
        inheritance.legs = []
        #expect(heir.takeOver(inheritance, at: second(6)).ended.map(\.reason) == [.abandoned])
        #expect(heir.calls.isEmpty)
        #expect(heir.agents[amy]?.status == .ready)
    }

    @Test mutating func `a talk whose agent left while nobody was in control ends`() throws {
        talk()
        var inheritance = try shard.inheritance()
        inheritance.legs.removeAll { $0.leg.legID == "c1-1" }
        let actions = heir.takeOver(inheritance, at: second(6))
        #expect(actions.ended.map(\.reason) == [.agentHungUp])
        #expect(heir.agents[amy]?.status == .afterCallWork)
    }

    @Test mutating func `an answer while nobody was in control is connected now`() throws {
        waitInQueue()
        tell(.offer(.to("amy"), tenant: "t"))
        var inheritance = try shard.inheritance()
        inheritance.legs = inheritance.legs.map { ($0.instance, $0.leg.answered) }
        let actions = heir.takeOver(inheritance, at: second(6))
        #expect(actions.commands.first?.commands.first == .bridge(with: "c1-1"))
        #expect(heir.agents[amy]?.status == .talking)
    }

    @Test mutating func `the newest context counts`() throws {
        waitInQueue()
        let old = try shard.inheritance()
        tell(.offer(.to("amy"), tenant: "t"), .leg(.answered("c1-1"), tenant: "t", on: media))
        var inheritance = try shard.inheritance()
        inheritance.legs = old.legs + inheritance.legs.filter { $0.leg.legID == "c1-1" }
        inheritance.calls = old.calls
        _ = heir.takeOver(inheritance, at: second(6))
        #expect(heir.calls["c1"]?.phase == .talking)
    }

    @Test mutating func `a leg that arrived while nobody was in control begins its call now`() {
        let actions = heir.takeOver(ShardInheritance(legs: [(media, .leg("c1", .arrived))]), at: second(3))
        #expect(actions.commands.first?.commands == [.answer])
    }

    @Test mutating func `a caller who came and went while nobody was in control is counted`() {
        let missed = MissedLeg(
            arrival: .example, tenant: "t", instance: media, arrivedAt: second(1), endedAt: second(2))
        let ended = heir.takeOver(ShardInheritance(missed: [missed]), at: second(6)).ended
        #expect(ended.map(\.reason) == [.customerHungUp])
        #expect(ended.first?.startedAt == second(1))
        #expect(ended.first?.endedAt == second(2))
    }

    @Test mutating func `calls on a media-server that does not answer are left alone`() throws {
        talk()
        var inheritance = try shard.inheritance()
        inheritance.legs = []
        inheritance.silent = [media]
        #expect(heir.takeOver(inheritance, at: second(6)).ended.isEmpty)
        #expect(heir.agents[amy]?.status == .talking)
    }

    @Test mutating func `a leg with a context that nobody can read is hung up`() {
        let leg = LegSnapshot.leg("x", .answered, context: "?")
        #expect(heir.takeOver(ShardInheritance(legs: [(media, leg)]), at: second(3)).strays == ["x"])
    }

    @Test mutating func `a call that was over is not told again, and its legs go`() throws {
        talk()
        var call = try #require(shard.calls["c1"])
        _ = call.handle(.hangUp(by: "amy"), at: second(7))
        shard.calls["c1"] = call
        let inheritance = try shard.inheritance()
        let actions = heir.takeOver(inheritance, at: second(8))
        #expect(actions.ended.isEmpty)
        #expect(actions.commands.map(\.leg) == ["c1"])
        #expect(actions.commands.map(\.commands) == [[.hangUp(.local)]])
        #expect(heir.handle(.leg(.ended("c1", .local), tenant: "t", on: media), at: second(9)).ended.isEmpty)
    }

    @Test mutating func `a call whose end was told but not stored ends no second time, and its legs go`() throws {
        talk()
        var inheritance = try shard.inheritance()
        inheritance.ended = ["c1"]
        let actions = heir.takeOver(inheritance, at: second(8))
        #expect(actions.ended.isEmpty)
        #expect(actions.commands.map(\.leg) == ["c1", "c1-1"])
        #expect(actions.commands.allSatisfy { $0.commands == [.hangUp(.local)] })
        #expect(heir.calls.isEmpty)
        #expect(heir.agents[amy]?.status == .afterCallWork)
    }

    @Test mutating func `a customer who was dialled for the former owner is not dialled again`() {
        _ = heir.takeOver(ShardInheritance(ended: ["c1"]), at: second(3))
        #expect(heir.handle(.originate(.example, tenant: "t", on: media), at: second(4)).refusal?.code == "callOver")
    }

    @Test mutating func `a dialled call whose leg never came to be is ended by the next owner`() throws {
        let saved = shard.handle(.originate(.example, tenant: "t", on: media), at: second(1)).saved
        #expect(saved.map(\.phase) == [.dialling])
        let ended = heir.takeOver(ShardInheritance(calls: saved), at: second(6)).ended
        #expect(ended.map(\.reason) == [.unavailable])
    }

    @Test mutating func `a talk that was never bridged is bridged by the next owner`() throws {
        talk()
        var inheritance = try shard.inheritance()
        inheritance.legs = inheritance.legs.map { ($0.instance, $0.leg.bridged(with: nil)) }
        let commands = heir.takeOver(inheritance, at: second(6)).commands
        #expect(commands.map(\.leg) == ["c1"])
        #expect(
            commands.first?.commands == [
                .bridge(with: "c1-1"), .record("c1-r1", of: "c1", customer: "c1", agent: "c1-1"),
            ])
    }

    @Test mutating func `a customer on hold who still hears the agent is parted from him by the next owner`() throws {
        talk()
        var inheritance = try shard.inheritance()
        tell(.call("c1", tenant: "t", .hold(by: "amy")))
        inheritance.calls = try shard.inheritance().calls
        let commands = heir.takeOver(inheritance, at: second(9)).commands
        #expect(commands.first?.commands.first == .unbridge)
        #expect(commands.first?.commands.last?.isMusic == true)
    }

    @Test mutating func `an agent's revisions are above all that the former owner published`() throws {
        waitInQueue()
        let stored = try shard.inheritance()
        tell(.agent(amy, .pause(reason: "tea")), .agent(amy, .makeReady))
        let published = try #require(shard.agents[amy]?.revision)
        for inheritance in [stored, ShardInheritance()] {
            heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
            _ = heir.takeOver(inheritance, at: second(9))
            #expect(heir.desk(amy, at: second(9)).agent.revision > published)
            let news = heir.handle(.agent(amy, .signIn("202")), at: second(10)).changed
            #expect(news.allSatisfy { $0.revision > heir.firstRevision })
            #expect(news.count == 1)
        }
    }

    @Test mutating func `what the former owner told of an agent counts, though he did not store it`() throws {
        waitInQueue()
        var inheritance = try shard.inheritance()
        tell(.agent(amy, .pause(reason: "tea")))
        inheritance.told = [try #require(shard.agents[amy]?.snapshot)]
        let old = try #require(inheritance.agents.first?.snapshot)
        heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
        _ = heir.takeOver(inheritance, at: second(9))
        #expect(heir.agents[amy]?.status == .paused)
        #expect(heir.agents[amy]?.pauseReason == "tea")
        inheritance = ShardInheritance(agents: Array(shard.agents.values), told: [old])
        heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
        _ = heir.takeOver(inheritance, at: second(9))
        #expect(heir.agents[amy]?.status == .paused, "what was told before that does not")
    }

    @Test mutating func `after-call work goes on to its end over a change of owner`() throws {
        talk()
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
        let actions = heir.takeOver(try shard.inheritance(), at: second(6))
        let timers = actions.compactMap { if case .agentTimer(_, let revision, _) = $0 { revision } else { nil } }
        let revision = try #require(timers.first)
        _ = heir.handle(.agent(amy, .timer(revision: revision)), at: second(60))
        #expect(heir.agents[amy]?.status == .ready)
    }

    @Test mutating func `a call keeps the version of its flow`() throws {
        waitInQueue()
        let newer = PublishedFlow(flowID: "queue", version: 2, flow: .menu)
        let books: [TenantID: TenantBook] = ["t": TenantBook(flows: ["queue": newer], numbers: ["400": "queue"])]
        var inheritance = try shard.inheritance()
        let version = FlowVersion(tenant: "t", flowID: "queue", version: 1)
        #expect(ShardState.versionsNeeded(inheritance.calls, books) == [version])
        inheritance.flows = [version: .queueOnly]
        heir = ShardState(shard: shard.shard, books: books)
        _ = heir.takeOver(inheritance, at: second(6))
        #expect(heir.calls["c1"]?.flow == .queueOnly)
    }

    @Test mutating func `a call keeps the versions of its sub-flows`() throws {
        let outer = Flow(
            schema: 1, name: "Outer", language: "en", start: "sub",
            nodes: ["sub": .subFlow(.init(flow: "queue", next: "bye")), "bye": .hangUp])
        let main = PublishedFlow(flowID: "outer", version: 4, flow: outer)
        var book = TenantBook(flows: ["queue": .queueOnly, "outer": main], numbers: ["400": "outer"])
        shard = ShardState(shard: shard.shard, books: ["t": book])
        waitInQueue()
        let before = try #require(shard.calls["c1"]?.flow)
        #expect(before.parts == ["queue": .queueOnly])
        book.flows["queue"] = PublishedFlow(flowID: "queue", version: 2, flow: .menu)
        var inheritance = try shard.inheritance()
        let version = FlowVersion(tenant: "t", flowID: "queue", version: 1)
        #expect(ShardState.versionsNeeded(inheritance.calls, ["t": book]) == [version])
        inheritance.flows = [version: .queueOnly]
        heir = ShardState(shard: shard.shard, books: ["t": book])
        _ = heir.takeOver(inheritance, at: second(6))
        #expect(heir.calls["c1"]?.flow == before)
    }
}
