import Bus
import Contracts
import Database
import Logging
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import ACD

@Suite(.timeLimit(.minutes(1))) struct WorkStoreTests {
    private final class Told: Sendable {
        let facts = Mutex<[String]>([])
        func publish(_ fact: any Fact, _ tenant: TenantID, _ time: Timestamp) {
            facts.withLock { $0.append("\(type(of: fact).topic) \(fact.subject)") }
        }
    }

    private func withDesk(_ body: (WorkDesk, WorkStore, Told, Database) async throws -> Void) async throws {
        try await withDatabase("acd", Outbox.migrations + Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            try await queues.insert(Queue(id: "help", name: "Help"), of: "t")
            let told = Told()
            let store = WorkStore(database: database)
            let bus = LocalBus.Network().bus(InstanceID(.acd, 1))
            let desk = WorkDesk(
                work: store, queues: queues, bus: bus, publish: told.publish, now: { .second(100) })
            try await body(desk, store, told, database)
        }
    }

    @Test func `work is entered once, and entered again it is as it was`() async throws {
        try await withDesk { desk, store, told, _ in
            let customer = WorkCustomer(customerID: "k1", name: "Li", address: "li@example.com")
            let new = NewWork(
                id: "crm-7", medium: .mail, queue: "sales", customer: customer, priority: 7000, skills: ["english"],
                title: "Order", link: "https://example.com/7", attributes: ["order": "7"])
            let entered = try await desk.enter(new, of: "t")
            #expect(entered.customer == customer && entered.priority == 1000 && entered.state == .waiting)
            var again = new
            again.title = "Other"
            #expect(try await desk.enter(again, of: "t") == entered)
            #expect(told.facts.withLock { $0 } == ["work.entered crm-7"])
            #expect(try await store.find("crm-7", of: "t") == entered)
            await #expect(throws: Failure.self) { try await store.find("crm-7", of: "u") }
            await #expect(throws: Failure.self) {
                try await desk.enter(NewWork(medium: .mail, queue: "none"), of: "t")
            }
            await #expect(throws: Failure.self) {
                try await desk.enter(NewWork(medium: .voice, queue: "sales"), of: "t")
            }
            await #expect(throws: Failure.self) {
                try await desk.enter(NewWork(medium: .chat, queue: "sales", link: "javascript:x"), of: "t")
            }
        }
    }

    @Test func `an offer is accepted by whom it was made to, once, and not after its end`() async throws {
        try await withDesk { desk, store, told, _ in
            let id = try await desk.enter(NewWork(medium: .chat, queue: "sales"), of: "t").id
            let offer = WorkDecision(workID: id, kind: .offered("amy", number: 1, until: 110))
            let offered = try #require(try await store.carryOut(offer, of: "t"))
            #expect(offered.isChanged && offered.item.offeredUntil == 110 && offered.item.agentID == "amy")
            #expect(try await store.carryOut(offer, of: "t")?.isChanged == false, "the same again is nothing new")
            await #expect(throws: Failure.self) { try await desk.accept(id, by: "bob", of: "t") }
            let open = try await desk.accept(id, by: "amy", of: "t")
            #expect(open.state == .open && open.acceptedAt == 100)
            let late = WorkDecision(workID: id, kind: .offerEnded("amy", number: 1, .noAnswer, isRefusal: true))
            let ended = try #require(try await store.carryOut(late, of: "t"))
            #expect(!ended.isChanged && ended.item.state == .open, "he was quicker")
            let done = try await desk.finish(id, disposition: "solved", note: nil, by: "amy", of: "t")
            #expect(done.state == .done && done.disposition == "solved")
            await #expect(throws: Failure.self) { try await desk.cancel(id, of: "t") }
            #expect(
                told.facts.withLock { $0.map { $0.split(separator: " ").first ?? "" } } == [
                    "work.entered", "work.offer_ended", "work.progressed", "work.ended",
                ])
        }
    }

    @Test func `all that the router decides is stored as it decided it`() async throws {
        try await withDesk { desk, store, _, _ in
            let id = try await desk.enter(NewWork(medium: .mail, queue: "sales"), of: "t").id
            func decide(_ kind: WorkDecision.Kind) async throws -> WorkItem? {
                let result = try await store.carryOut(WorkDecision(workID: id, kind: kind), of: "t")
                return result.flatMap { $0.isChanged ? $0.item : nil }
            }
            _ = try await decide(.offered("amy", number: 1, until: 110))
            let refused = try #require(
                try await decide(.offerEnded("amy", number: 1, .noAnswer, isRefusal: true)))
            #expect(refused.refusedBy == ["amy"] && refused.state == .waiting && refused.agentID == nil)
            _ = try await decide(.offered("bob", number: 2, until: 120))
            _ = try await desk.accept(id, by: "bob", of: "t")
            #expect(try await decide(.interrupted("bob", by: "c1"))?.interruptions == 1)
            #expect(try await decide(.interrupted("bob", by: "c1")) == nil)
            #expect(try await decide(.resumed("bob"))?.state == .open)
            #expect(try await decide(.givenBack("amy")) == nil, "amy does not have it")
            let waiting = try #require(try await decide(.givenBack("bob")))
            #expect(waiting.state == .waiting && waiting.acceptedAt == nil && waiting.offers == 2)
            #expect(
                try await store.carryOut(WorkDecision(workID: "none", kind: .resumed("amy")), of: "t") == nil)
        }
    }

    @Test func `an agent refuses, takes, gives back to another queue, and work is called off`() async throws {
        try await withDesk { desk, store, told, _ in
            let id = try await desk.enter(NewWork(medium: .ticket, queue: "sales"), of: "t").id
            await #expect(throws: Failure.self) { try await desk.refuse(id, by: "amy", of: "t") }
            _ = try await store.carryOut(
                WorkDecision(workID: id, kind: .offered("amy", number: 1, until: 110)), of: "t")
            #expect(try await desk.refuse(id, by: "amy", of: "t").refusedBy == ["amy"])
            #expect(try await desk.take(id, by: "amy", of: "t").state == .open)
            await #expect(throws: Failure.self) { try await desk.take(id, by: "bob", of: "t") }
            await #expect(throws: Failure.self) { try await desk.giveBack(id, to: "none", by: "amy", of: "t") }
            let given = try await desk.giveBack(id, to: "help", by: "amy", of: "t")
            #expect(given.queueID == "help" && given.state == .waiting && given.refusedBy == ["amy"])
            _ = try await store.carryOut(
                WorkDecision(workID: id, kind: .offered("bob", number: 2, until: 110)), of: "t")
            _ = try await desk.cancel(id, of: "t")
            await #expect(throws: Failure.self) { try await desk.accept(id, by: "bob", of: "t") }
            #expect(told.facts.withLock { $0.suffix(2) } == ["work.offer_ended \(id)", "work.ended \(id)"])
        }
    }

    @Test func `a new owner reads all that is not over, and then what changed`() async throws {
        try await withDesk { desk, store, _, _ in
            let first = try await desk.enter(NewWork(id: "a", medium: .mail, queue: "sales"), of: "t")
            _ = try await desk.enter(NewWork(id: "b", medium: .mail, queue: "sales"), of: "t")
            _ = try await desk.cancel("b", of: "t")
            _ = try await desk.enter(
                NewWork(id: "c", medium: .mail, queue: "sales"), of: "t")
            let all = try await store.changes(after: -1, of: "t")
            #expect(all.items.map(\.id) == ["a", "c"] && all.items.first == first)
            #expect(try await store.versions() == ["t": all.upTo])
            _ = try await desk.take("a", by: "amy", of: "t")
            _ = try await desk.finish("a", disposition: nil, note: nil, by: "amy", of: "t")
            let news = try await store.changes(after: all.upTo, of: "t")
            #expect(news.items.map(\.state) == [.done] && news.upTo == all.upTo + 2)
            #expect(try await store.changes(after: news.upTo, of: "t").items.isEmpty)
            #expect(try await store.remove(before: 100) == 0)
            #expect(try await store.remove(before: 101) == 2)
        }
    }

    @Test func `work is listed part by part, of one state, queue or agent`() async throws {
        try await withDesk { desk, store, _, _ in
            for id in ["a", "b", "c"] as [WorkID] {
                _ = try await desk.enter(NewWork(id: id, medium: .sms, queue: "sales"), of: "t")
            }
            _ = try await desk.take("b", by: "amy", of: "t")
            let first = try await store.list(states: [], queue: nil, agent: nil, PageRequest(limit: 2), of: "t")
            #expect(first.items.map(\.id) == ["c", "b"])
            let last = try #require(first.items.last)
            let rest = try await store.list(
                states: [], queue: nil, agent: nil,
                PageRequest(limit: 2, after: ["\(last.enteredAt.microseconds)", last.id.rawValue]), of: "t")
            #expect(rest.items.map(\.id) == ["a"])
            let mine = try await store.list(
                states: [.open], queue: "sales", agent: "amy", PageRequest(), of: "t")
            #expect(mine.items.map(\.id) == ["b"])
            #expect(try await store.list(states: [.done], queue: nil, agent: nil, PageRequest(), of: "t").items.isEmpty)
        }
    }

    @Test func `how much agents do at once is kept, and the router reads it with the settings`() async throws {
        try await withDesk { _, _, _, database in
            let media = MediaStore(database: database)
            let rules = MediaRules(
                capacity: 120, media: [.init(medium: .chat, weight: 40, most: 2, interruptedBy: [.voice])])
            try await media.put(rules, of: "t")
            try await media.put(AgentCapacity(capacity: 50), for: "amy", of: "t")
            try await media.put(AgentCapacity(capacity: 60), for: "bob", of: "t")
            try await media.put(AgentCapacity(), for: "bob", of: "t")
            #expect(try await media.rules(of: "t") == rules)
            #expect(try await media.rules(of: "u") == MediaRules())
            #expect(try await media.capacity(of: "amy", of: "t").capacity == 50)
            let settings = try await RoutingSettingsStore(database: database).read("t")
            #expect(settings.media == rules && settings.capacities == ["amy": AgentCapacity(capacity: 50)])
            let inputs = settings.inputs(since: RoutingSettings())
            #expect(inputs.contains { if case .mediaChanged(rules, _) = $0 { true } else { false } })
        }
    }

    @Test func `after a kill another router has all of it, and what was decided is carried on`() async throws {
        try await withDesk { desk, store, told, _ in
            let id = try await desk.enter(NewWork(medium: .mail, queue: "sales"), of: "t").id
            for isSecond in [false, true] {
                // Each round is an owner that begins with nothing, and is gone without a word.
                let fixture = RouterFixture()
                try await fixture.run { fixture in
                    let works = WorkDecisions()
                    let keeper = WorkKeeper(
                        store: store, decisions: works, router: fixture.router, publish: told.publish,
                        log: Logger(label: "test"))
                    fixture.cti.sign("amy", .ready)
                    try await eventually {
                        try await fixture.router.ask { $0.tenants["t"]?.agents["amy"]?.status == .ready }
                    }
                    try await keeper.refresh()
                    let item = try await fixture.router.ask { $0.tenants["t"]?.work.items[id]?.item }
                    #expect(item?.agentID == "amy" && item?.state == (isSecond ? .open : .offered))
                    guard !isSecond else { return }
                    await keeper.keep(
                        WorkDecision(workID: id, kind: .offered("amy", number: 1, until: 110)), of: "t")
                    _ = try await desk.accept(id, by: "amy", of: "t")
                    try await keeper.refresh()
                    let open = try await fixture.router.ask { $0.tenants["t"]?.work.items[id]?.item.state }
                    #expect(open == .open)
                }
            }
            #expect(told.facts.withLock { $0.contains("work.offered \(id)") })
        }
    }

    private func eventually(_ isSo: () async throws -> Bool) async throws {
        while try await !isSo() { await Task.yield() }
    }
}
