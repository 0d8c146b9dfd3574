import Bus
import Contracts
import Database
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Dialer

/// A cti that dials whoever it is asked to, and an acd that says how many agents are ready.
final class FakeSwitchboard: Sendable {
    let cti: LocalBus
    let acd: LocalBus
    let ready = Mutex(0)
    let up = Mutex<Set<CallID>>([])
    let failure = Mutex<Failure?>(nil)
    let dialled: AsyncStream<OriginateCall>
    private let numbers = Mutex<UInt64>(0)

    init(_ network: LocalBus.Network) {
        cti = network.bus(InstanceID(.cti, 1))
        acd = network.bus(InstanceID(.acd, 1))
        let (stream, dialled) = AsyncStream.makeStream(of: OriginateCall.self)
        self.dialled = stream
        cti.serve(OriginateCall.self) { [self] request, _ in
            if let failure = failure.withLock({ $0 }) { throw failure }
            _ = up.withLock { $0.insert(request.callID) }
            dialled.yield(request)
            return Done()
        }
        cti.serve(FindCalls.self) { [self] request, _ in up.withLock { $0.intersection(request.callIDs).sorted() } }
        acd.serve(FreeAgents.self) { [self] _, _ in .sales(ready: ready.withLock { $0 }) }
    }

    func end(_ call: CallEnded) throws {
        _ = up.withLock { $0.remove(call.callID) }
        let number = numbers.withLock { number in
            number += 1
            return number
        }
        cti.publish(try Envelope(call, stream: "cti/1@a", number: number, tenant: "t", time: .now()))
    }
}

@Suite(.timeLimit(.minutes(1))) struct CampaignDiallerTests {
    private func run(
        _ database: Database, _ body: (FakeSwitchboard, CampaignDialler) async throws -> Void
    ) async throws {
        let network = LocalBus.Network()
        let switchboard = FakeSwitchboard(network)
        let log = Logger(label: "test")
        let bus = network.bus(InstanceID(.dialer, 1))
        let dialler = CampaignDialler(
            bus: bus, attempts: AttemptStore(database: database), log: log, pulse: .milliseconds(20))
        let watch = CampaignWatch(campaigns: CampaignStore(database: database), dialler: dialler, log: log)
        let listener = EventListener(bus: bus, dialler: dialler, log: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await dialler.run() }
            group.addTask { try await listener.run() }
            try await watch.look()
            dialler.send(.shardAcquired(.of("t")))
            try await body(switchboard, dialler)
            group.cancelAll()
        }
    }

    private func fill(_ database: Database, _ numbers: String...) async throws {
        _ = try await NumberStore(database: database).add(
            numbers.map { .init(number: $0) }, to: "spring", of: "t", at: 0)
    }

    @Test func `as many numbers are dialled as agents are ready, and each is stored before`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101", "102")
            try await run(database) { switchboard, _ in
                switchboard.ready.withLock { $0 = 2 }
                var dialled = switchboard.dialled.makeAsyncIterator()
                let first = await dialled.next()
                let second = await dialled.next()
                #expect(Set([first?.number, second?.number]) == ["100", "101"])
                #expect(first?.from == "100")
                let open = try await AttemptStore(database: database).open()
                #expect(Set(open.map(\.callID)) == Set([first?.callID, second?.callID].compactMap(\.self)))
            }
        }
    }

    @Test func `when a call is over the next number is dialled`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101")
            try await run(database) { switchboard, _ in
                var dialled = switchboard.dialled.makeAsyncIterator()
                switchboard.ready.withLock { $0 = 1 }
                let first = await dialled.next()
                #expect(first?.number == "100")
                let call = CallEnded.with(.busy, call: first?.callID ?? "", attempt: first?.attemptID)
                try switchboard.end(call)
                #expect(await dialled.next()?.number == "101")
            }
        }
    }

    @Test func `a number that cti cannot dial is kept as failed and tried later`() async throws {
        try await withDialer { database in
            try await fill(database, "100")
            try await run(database) { switchboard, _ in
                switchboard.failure.withLock { $0 = Failure(.conflict, "The call has ended.") }
                switchboard.ready.withLock { $0 = 1 }
                let attempts = AttemptStore(database: database)
                var ended: [Attempt] = []
                while ended.isEmpty {
                    await Task.yield()
                    ended = try await attempts.list(of: "spring", of: "t", result: .failed, limit: 10)
                }
                #expect(ended.map(\.number) == ["100"])
                let progress = try await CampaignStore(database: database).progress(of: "spring", of: "t")
                #expect(progress.open == 1)
            }
        }
    }

    @Test func `while nobody can be called no number loses a try`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101", "102")
            try await run(database) { switchboard, _ in
                switchboard.failure.withLock { $0 = Failure(.unavailable, "No trunk.") }
                switchboard.ready.withLock { $0 = 1 }
                let attempts = AttemptStore(database: database)
                var ended: [Attempt] = []
                while ended.isEmpty {
                    await Task.yield()
                    ended = try await attempts.list(of: "spring", of: "t", result: .failed, limit: 10)
                }
                let left = try await database.query("SELECT attempts FROM dialer.number", tenant: "*") {
                    try $0.get("attempts") as Int
                }
                #expect(left == [0, 0, 0])
                let progress = try await CampaignStore(database: database).progress(of: "spring", of: "t")
                #expect(progress.open == 3)
            }
        }
    }

    @Test func `after a restart the calls that are up count, and nobody is dialled twice`() async throws {
        try await withDialer { database in
            try await fill(database, "100", "101")
            let earlier = try await AttemptStore(database: database).claim(
                1, of: .named("spring"), "t", in: [""], at: .now())
            try await run(database) { switchboard, _ in
                switchboard.up.withLock { $0 = Set(earlier.map(\.attempt.callID)) }
                var dialled = switchboard.dialled.makeAsyncIterator()
                switchboard.ready.withLock { $0 = 2 }
                #expect(await dialled.next()?.number == "101")
                let open = try await AttemptStore(database: database).open()
                #expect(open.count == 2)
            }
        }
    }
}
