import Bus
import Contracts
import Database
import Logging
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import ACD

@Suite(.timeLimit(.minutes(1))) struct CallbackStoreTests {
    private func withSales(
        _ rules: CallbackRules = CallbackRules(), _ body: (CallbackStore, Database) async throws -> Void
    ) async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            var queue = Queue(id: "sales", name: "Sales")
            queue.callbacks = rules
            try await QueueStore(database: database).insert(queue, of: "t")
            try await body(CallbackStore(database: database), database)
        }
    }

    private func asked(_ number: String = "13900000001", at: Timestamp = 10) -> NewCallback {
        NewCallback(
            queueID: "sales", number: number, source: .offered, enqueuedAt: at, attributes: ["vip": "1"],
            askedIn: "c1", called: "4008001")
    }

    private func hear(_ ended: CallEnded, in database: Database) async throws {
        try await database.transaction(tenant: "*") { try $0.settleCallbacks(by: ended, of: "t") }
    }

    @Test func `it is read as it was written, and nobody is listed twice`() async throws {
        try await withSales { store, _ in
            let made = try await store.add(asked(at: 20), of: "t")
            #expect(made.state == .waiting && made.enqueuedAt == 20 && made.from == "4008001")
            #expect(made.expiresAt == Timestamp.second(20 + 96 * 3600))
            let again = try await store.add(asked("+8613900000001", at: 10), of: "t")
            #expect(again.id == made.id && again.enqueuedAt == 10)
            #expect(try await store.add(asked("13900000001", at: 30), of: "t").enqueuedAt == 10)
            #expect(try await store.find(made.id, of: "t").attributes == ["vip": "1"])
            #expect(try await store.waiting(of: "t").map(\.id) == [made.id])
            #expect(try await store.waiting(of: "u").isEmpty)
            await #expect(throws: Failure.self) { try await store.find(made.id, of: "u") }
            var nowhere = asked()
            nowhere.queueID = "none"
            await #expect(throws: Failure.self) { try await store.add(nowhere, of: "t") }
        }
    }

    @Test func `whoever begins has it, each dial is a call of its own, and it can be given back`() async throws {
        try await withSales { store, _ in
            let made = try await store.add(asked(), of: "t")
            let begun = try await store.begin(made.id, by: "amy", of: "t")
            #expect(begun.state == .dialling && begun.agentID == "amy")
            #expect(begun.callID == CallID(rawValue: "callback-\(made.id)-1"))
            await #expect(throws: Failure.self) { try await store.begin(made.id, by: "bob", of: "t") }
            #expect(try await store.waiting(of: "t").isEmpty)
            try await store.giveBack(made.id, "another", notBefore: nil, of: "t")
            #expect(try await store.find(made.id, of: "t").state == .dialling)
            try await store.giveBack(made.id, begun.callID, notBefore: 50, of: "t")
            let back = try await store.find(made.id, of: "t")
            #expect(back.state == .waiting && back.notBefore == 50 && back.enqueuedAt == 10)
            #expect(try await store.begin(made.id, by: "bob", of: "t").callID?.rawValue.hasSuffix("-2") == true)
        }
    }

    @Test func `a talk makes it done, and the number may be listed anew`() async throws {
        try await withSales { store, database in
            let made = try await store.add(asked(), of: "t")
            let call = try #require(try await store.begin(made.id, by: "amy", of: "t").callID)
            try await hear(.of("13900000001", call, talkedWith: "amy", direction: .outbound), in: database)
            let done = try await store.find(made.id, of: "t")
            #expect(done.state == .done && done.attempts == 1 && done.outcome == "talked")
            #expect(try await store.add(asked(), of: "t").id != made.id)
        }
    }

    @Test func `a customer who is not reached is tried again later, as often as the queue says`() async throws {
        try await withSales(CallbackRules(mostAttempts: 2, retrySeconds: 60)) { store, database in
            let made = try await store.add(asked(), of: "t")
            for (attempt, state) in [(1, Callback.State.waiting), (2, .failed)] {
                let call = try #require(try await store.begin(made.id, by: "amy", of: "t").callID)
                try await hear(
                    .of("13900000001", call, endedAt: 100, reason: .noAnswer, direction: .outbound), in: database)
                let after = try await store.find(made.id, of: "t")
                #expect(after.state == state && after.attempts == attempt && after.outcome == "noAnswer")
                #expect(after.notBefore == (state == .waiting ? 160 : nil))
            }
        }
    }

    @Test func `an agent who does not take it is remembered, and the customer was not tried`() async throws {
        try await withSales { store, database in
            let made = try await store.add(asked(), of: "t")
            let call = try #require(try await store.begin(made.id, by: "amy", of: "t").callID)
            try await hear(
                .of("13900000001", call, endedAt: 100, reason: .agentHungUp, direction: .outbound), in: database)
            let after = try await store.find(made.id, of: "t")
            #expect(after.state == .waiting && after.attempts == 0 && after.refusedBy == ["amy"])
            #expect(after.notBefore == 130)
        }
    }

    @Test func `who gives up is listed per queue if it says so, once, and not if he hardly waited`() async throws {
        try await withSales(CallbackRules(abandoned: .list, afterSeconds: 20)) { store, database in
            try await hear(.of("13900000001", "c1", queuedAt: 10, endedAt: 29, reason: .abandoned), in: database)
            #expect(try await store.list(queue: nil, state: nil, number: nil, PageRequest(), of: "t").items.isEmpty)
            try await hear(.of("13900000001", "c2", queuedAt: 10, endedAt: 30, reason: .abandoned), in: database)
            try await hear(.of("13900000001", "c3", queuedAt: 50, endedAt: 90, reason: .abandoned), in: database)
            try await hear(.of("anonymous", "c4", queuedAt: 50, endedAt: 90, reason: .abandoned), in: database)
            let listed = try await store.list(queue: "sales", state: .waiting, number: nil, PageRequest(), of: "t")
                .items
            #expect(listed.map(\.enqueuedAt) == [10])
            #expect(listed.first?.source == .abandoned && listed.first?.askedIn == "c2")
            #expect(listed.first?.attributes == ["vip": "1"] && listed.first?.from == "4008001")
            // It is only listed, so nobody is called by himself until he asks for it.
            #expect(try await store.waiting(of: "t").isEmpty)
            let offered = try await store.add(asked(at: 60), of: "t")
            #expect(offered.isAutomatic && offered.source == .offered && offered.enqueuedAt == 10)
        }
    }

    @Test func `who gives up is not listed in a queue that does not say so`() async throws {
        try await withSales { store, database in
            try await hear(.of("13900000001", queuedAt: 10, endedAt: 90, reason: .abandoned), in: database)
            #expect(try await store.list(queue: nil, state: nil, number: nil, PageRequest(), of: "t").items.isEmpty)
        }
    }

    @Test func `a customer who gets through by himself in that queue is not called back`() async throws {
        try await withSales { store, database in
            let made = try await store.add(asked(), of: "t")
            try await hear(.of("+8613900000001", "c7", talkedWith: "bob", in: "help"), in: database)
            #expect(try await store.find(made.id, of: "t").state == .waiting)
            try await hear(.of("+8613900000001", "c8", talkedWith: "bob", in: "sales"), in: database)
            let after = try await store.find(made.id, of: "t")
            #expect(after.state == .cancelled && after.outcome == "reachedUs")
        }
    }

    @Test func `the list goes on where it was cut, in the order of the places`() async throws {
        try await withSales { store, _ in
            for (number, at) in [("10003", 30), ("10001", 10), ("10002", 20)] {
                _ = try await store.add(asked(number, at: .second(at)), of: "t")
            }
            let first = try await store.list(queue: nil, state: nil, number: nil, PageRequest(limit: 2), of: "t")
            #expect(first.items.map(\.number) == ["10001", "10002"])
            let last = try #require(first.items.last)
            let page = PageRequest(limit: 2, after: ["\(last.enqueuedAt.microseconds)", last.id])
            let second = try await store.list(queue: nil, state: nil, number: nil, page, of: "t")
            #expect(second.items.map(\.number) == ["10003"])
        }
    }

    // MARK: - The keeper

    private func keeper(_ store: CallbackStore, _ bus: LocalBus, at now: Timestamp) -> CallbackKeeper {
        CallbackKeeper(store: store, bus: bus, log: Logger(label: "test"), now: { now }) { _, _ in }
    }

    @Test func `the router is told of each change once`() async throws {
        try await withSales { store, _ in
            let told = Told()
            let bus = LocalBus.Network().bus(InstanceID(.acd, 1))
            let keeper = CallbackKeeper(store: store, bus: bus, log: Logger(label: "test")) { tenant, waiting in
                told.all.withLock { $0.append(waiting.map(\.number)) }
                #expect(tenant == "t")
            }
            _ = try await store.add(asked(), of: "t")
            try await keeper.refresh()
            try await keeper.refresh()
            #expect(told.all.withLock { $0 } == [["13900000001"]])
            try await store.reached("13900000001", in: "sales", of: "t")
            try await keeper.refresh()
            #expect(told.all.withLock { $0 } == [["13900000001"], []])
        }
    }

    private final class Told: Sendable { let all = Mutex<[[String]]>([]) }

    @Test func `what waited too long expires`() async throws {
        try await withSales(CallbackRules(expiresHours: 1)) { store, _ in
            let made = try await store.add(asked(at: 10), of: "t")
            let bus = LocalBus.Network().bus(InstanceID(.acd, 1))
            try await keeper(store, bus, at: .second(3609)).expire()
            #expect(try await store.find(made.id, of: "t").state == .waiting)
            try await keeper(store, bus, at: .second(3610)).expire()
            #expect(try await store.find(made.id, of: "t").state == .expired)
        }
    }

    @Test func `a call that cti does not know at two looks was lost, one that is up was not`() async throws {
        try await withSales { store, _ in
            let lost = try await store.add(asked("10001"), of: "t")
            let up = try await store.add(asked("10002"), of: "t")
            _ = try await store.begin(lost.id, by: "amy", of: "t")
            let upCall = try #require(try await store.begin(up.id, by: "bob", of: "t").callID)
            let network = LocalBus.Network()
            network.bus(InstanceID(.cti, 1)).serve(FindCalls.self) { request, _ in
                request.callIDs.filter { $0 == upCall }
            }
            let later = Timestamp.now().adding(.seconds(90))
            let keeper = keeper(store, network.bus(InstanceID(.acd, 1)), at: later)
            try await keeper.mend()
            #expect(try await store.find(lost.id, of: "t").state == .dialling)
            try await keeper.mend()
            #expect(try await store.find(lost.id, of: "t").state == .waiting)
            #expect(try await store.find(up.id, of: "t").state == .dialling)
        }
    }

    // MARK: - The desk

    private final class Refusal: Sendable { let holds = Mutex(true) }

    @Test func `the agent is rung with what is known of the customer, and a refusal gives it back`() async throws {
        try await withSales { store, _ in
            let made = try await store.add(asked(), of: "t")
            let network = LocalBus.Network()
            let (requests, came) = AsyncStream.makeStream(of: CallBack.self)
            let refusal = Refusal()
            network.bus(InstanceID(.cti, 1)).serve(CallBack.self) { request, _ in
                came.yield(request)
                if refusal.holds.withLock({ $0 }) { throw Failure(.conflict, "not ready", code: "agentNotReady") }
                return Done()
            }
            let desk = CallbackDesk(
                callbacks: store, bus: network.bus(InstanceID(.acd, 1)), log: Logger(label: "test"))
            let refused = try await desk.dial(
                made.id, by: "amy", afterCallWorkSeconds: 20, mustBeReady: true, of: "t")
            #expect(refused == .refused(Failure(.conflict, "not ready", code: "agentNotReady")))
            #expect(try await store.find(made.id, of: "t").state == .waiting)
            refusal.holds.withLock { $0 = false }
            guard
                case .made(let begun) = try await desk.dial(
                    made.id, by: "bob", afterCallWorkSeconds: 20, mustBeReady: true, of: "t")
            else {
                Issue.record("not made")
                return
            }
            var all = requests.makeAsyncIterator()
            _ = await all.next()
            let request = await all.next()
            #expect(request?.callID == begun.callID && request?.agentID == "bob" && request?.number == "13900000001")
            #expect(request?.from == "4008001" && request?.afterCallWorkSeconds == 20)
            #expect(request?.attributes == ["vip": "1", "callback": made.id, "callbackSource": "offered"])
        }
    }
}
