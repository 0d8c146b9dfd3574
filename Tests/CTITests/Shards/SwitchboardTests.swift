import Bus
import Cluster
import Contracts
import Database
import Foundation
import Logging
import ServiceKit
import Synchronization
import TestSupport
import Testing

@testable import CTI

/// One or more instances of cti between a fake media-server and a fake acd, on a real database.
@Suite(.timeLimit(.minutes(2))) struct SwitchboardTests {
    @Test func `a call goes from arrival through queue, offer and talk to its end`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            board.media.arrive("c1")
            let waiting = await board.acd.enqueued.first { $0.callID == "c1" }
            #expect(waiting.queueID == "sales")
            try await board.acd.offer("c1", to: "amy")
            let ringing = await board.media.originated.first { _ in true }
            #expect(ringing.destination == .phone("201"))
            #expect(ringing.from == "13900000001")
            board.media.answer(ringing.legID)
            await board.media.told.first { $0 == .init(leg: "c1", command: .bridge(with: ringing.legID)) }
            #expect(await board.acd.ended.first { _ in true }.outcome == .answered)
            board.media.end("c1")
            let ended = try await board.ended("c1")
            #expect(ended.reason == .customerHungUp)
            #expect(ended.segments.map(\.kind).suffix(3) == [.queue, .ring, .talk])
            let sum = ended.segments.reduce(Int64(0)) { $0 + $1.endedAt.microseconds(since: $1.startedAt) }
            #expect(sum == ended.endedAt.microseconds(since: ended.startedAt))
            await board.media.told.first { $0.leg == ringing.legID && $0.command == .hangUp(.local) }
            let agent = try await board.gate.desk(of: "amy", tenant: "t").desk.agent
            #expect(agent.status == .afterCallWork)
        }
    }

    @Test func `a second instance goes on with calls and agents where the first one died`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            board.media.arrive("c1")
            await board.acd.enqueued.first { $0.callID == "c1" }
            try await board.acd.offer("c1", to: "amy")
            let ringing = await board.media.originated.first { _ in true }
            board.media.answer(ringing.legID)
            await board.media.told.first { $0 == .init(leg: "c1", command: .bridge(with: ringing.legID)) }
            board.media.arrive("c2", from: "13900000002")
            let place = await board.acd.enqueued.first { $0.callID == "c2" }
            await board.media.told.first { $0.leg == "c2" && $0.command.isMusic }

            board.kill(1)
            board.media.arrive("c3", from: "13900000003")
            try await board.start(2)
            let calls = try await board.gate.calls(of: "t").items
            #expect(calls.map(\.callID) == ["c1", "c2", "c3"])
            #expect(calls.map(\.phase).prefix(2) == [.talking, .waiting])
            #expect(try await board.gate.desk(of: "amy", tenant: "t").desk.agent.status == .talking)
            #expect(board.acd.enqueued.all.last { $0.callID == "c2" } == place, "nobody loses his place")
            await board.acd.enqueued.first { $0.callID == "c3" }

            board.media.end("c1")
            let ended = try await board.ended("c1")
            #expect(ended.segments.map(\.kind).suffix(3) == [.queue, .ring, .talk])
            #expect(ended.agentID == "amy")
        }
    }

    @Test func `acd gets a snapshot that is true at a number of the stream`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            board.media.arrive("c1")
            await board.acd.enqueued.first { $0.callID == "c1" }
            let snapshot = try await board.acd.bus.request(
                SnapshotShard(shard: .of("t")), to: .instance(InstanceID(.cti, 1)))
            #expect(snapshot.waiting.map(\.callID) == ["c1"])
            #expect(snapshot.agents.map(\.status) == [.ready])
            #expect(snapshot.stream.hasPrefix("cti/1@"))
            #expect(snapshot.number >= 4)
            await #expect(throws: Failure.self) {
                try await board.acd.bus.request(
                    SnapshotShard(shard: .of("elsewhere")), to: .instance(InstanceID(.cti, 1)))
            }
        }
    }

    @Test func `the agent's screen gets a snapshot, then the offer with the customer's card`() async throws {
        try await Switchboard.run { board in
            let cti = try await board.start(1)
            try await board.ready("amy", phone: "201")
            let events = try await cti.desks.events(of: AgentKey(tenant: "t", agentID: "amy"))
            var iterator = events.makeAsyncIterator()
            let first = await iterator.next()
            #expect(first?.name == "snapshot")
            #expect(first?.data.contains(#""status":"ready""#) == true)
            board.media.arrive("c1")
            await board.acd.enqueued.first { $0.callID == "c1" }
            while try await board.gate.call("c1", tenant: "t").customer == nil { await Task.yield() }
            try await board.acd.offer("c1", to: "amy")
            var names: [String] = []
            while let event = await iterator.next() {
                names.append(event.name)
                if event.name == "call.offered" {
                    #expect(event.data.contains("Li Lei"))
                    break
                }
            }
            #expect(names.contains("agent.state_changed"))
        }
    }

    @Test func `a dialled customer who answers is queued, and asking twice dials once`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            for _ in 0..<2 {
                _ = try await board.acd.bus.request(OriginateCall.example, to: .shard(.cti, "t"), tenant: "t")
            }
            let leg = await board.media.originated.first { _ in true }
            #expect(leg.destination == .number("13900000001"))
            board.media.answer(leg.legID)
            #expect(await board.acd.enqueued.first { _ in true }.callID == "c1")
            #expect(board.media.originated.all.count == 1)
            let up = try await board.acd.bus.request(
                FindCalls(callIDs: ["c1", "c9"]), to: .shard(.cti, "t"), tenant: "t")
            #expect(up == ["c1"])
        }
    }

    @Test func `a caller whose prompt cannot be played goes on`() async throws {
        try await Switchboard.run { board in
            let flow = Flow(
                schema: 1, name: "Greeting", language: "en", start: "hello",
                nodes: [
                    "hello": .play(.init(prompts: [.init(file: "hello")], next: "sales")),
                    "sales": .queue(.init(queue: "sales")),
                ])
            let flows = FlowStore(database: board.database)
            _ = try await flows.publish(flow, as: "greeting", tenant: "t", by: UserID(rawValue: "root"))
            try await flows.bind("500", to: "greeting", tenant: "t")
            board.media.losePrompts()
            try await board.start(1)
            board.media.arrive("c1", to: "500")
            await board.acd.enqueued.first { $0.callID == "c1" }
        }
    }

    @Test func `a shard that is being taken over is not compared with its legs`() async throws {
        try await Switchboard.run { board in
            let silence = board.media.keepSilent()
            let cti = try await board.start(1, waiting: false)
            await board.media.listed.first { $0.shards == [.of("t")] }
            await Reconciler(shards: cti.shards, tools: cti.tools).reconcile()
            #expect(board.media.listed.all.count == 1)
            silence.open()
            _ = try await board.gate.agents(of: "t")
            await Reconciler(shards: cti.shards, tools: cti.tools).reconcile()
            #expect(board.media.listed.all.count == 2)
        }
    }

    @Test func `what cannot be dialled is not dialled`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            for (number, from) in [("{a}", "400"), ("", "400"), ("123", "<sip:x>"), ("1 2", "400")] {
                let request = OriginateCall(
                    callID: "c1", campaignID: "k1", attemptID: "a1", number: number, from: from, queueID: "sales",
                    priority: 100, ringSeconds: 30, attributes: [:])
                await #expect(throws: Failure.self, "\(number) \(from)") {
                    try await board.acd.bus.request(request, to: .shard(.cti, "t"), tenant: "t")
                }
            }
            #expect(board.media.originated.all.isEmpty)
        }
    }

    @Test func `a telephone that is not registered ends the offer and the caller still waits`() async throws {
        try await Switchboard.run { board in
            board.media.bus.serve(OriginateLeg.self) { _, _ in throw Failure(.notFound, "Not registered.") }
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            board.media.arrive("c1")
            await board.acd.enqueued.first { $0.callID == "c1" }
            try await board.acd.offer("c1", to: "amy")
            #expect(await board.acd.ended.first { _ in true }.outcome == .failed)
            #expect(try await board.gate.call("c1", tenant: "t").phase == .waiting)
            #expect(try await board.gate.desk(of: "amy", tenant: "t").desk.agent.pauseReason == "phoneUnreachable")
        }
    }
}

extension LegCommand {
    var isMusic: Bool {
        if case .play(_, [.music], _, _) = self { true } else { false }
    }
    var isSpeech: Bool {
        if case .play(_, let prompts, _, _) = self, case .speech? = prompts.first { true } else { false }
    }
}

/// The world around cti, for one test.
struct Switchboard: Sendable {
    var configuration = CTIConfiguration()
    let network: LocalBus.Network
    let media: FakeMediaServer
    let acd: FakeACD
    let gate: ControlGate
    let database: Database
    let directory: String
    let ends = Happenings<CallEnded>()
    let instances = Instances()

    final class Instances: Sendable {
        let running = Mutex<[Int: Task<Void, Never>]>([:])
    }

    static func run(
        _ configuration: CTIConfiguration = CTIConfiguration(), _ body: (Switchboard) async throws -> Void
    ) async throws {
        try await withDatabase([("cti", Outbox.migrations + CTI.schema)]) { database in
            let network = LocalBus.Network()
            let acd = network.bus(InstanceID(.acd, 1))
            let crm = network.bus(InstanceID(.crm, 1))
            crm.serve(FindCustomerByNumber.self) { request, _ in
                CustomerCard(
                    customerID: CustomerID(rawValue: "k1"), name: "Li Lei", numbers: [request.number], isVIP: false,
                    fields: [:])
            }
            let board = Switchboard(
                configuration: configuration, network: network,
                media: FakeMediaServer(network.bus(InstanceID(.mediaServer, 1))), acd: FakeACD(acd),
                gate: ControlGate(bus: acd), database: database,
                directory: FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path())
            let flows = FlowStore(database: database)
            _ = try await flows.publish(.queueOnly, as: "queue", tenant: "t", by: UserID(rawValue: "root"))
            try await flows.bind("400", to: "queue", tenant: "t")
            let events = acd.subscribe([CallEnded.topic])
            let listening = Task { [ends = board.ends] in
                for await event in events { if let ended = try? event.decode(CallEnded.self) { ends.add(ended) } }
            }
            defer {
                listening.cancel()
                try? FileManager.default.removeItem(atPath: board.directory)
            }
            do {
                try await body(board)
            } catch {
                await board.stopAll()
                throw error
            }
            await board.stopAll()
        }
    }

    /// Starts an instance that owns every shard from now on, and waits until it answers for the tenant; or one that only
    /// listens.
    @discardableResult
    func start(_ number: Int, owning: Bool = true, waiting: Bool = true) async throws -> CTI {
        let instance = InstanceID(.cti, number)
        let bus = network.bus(instance)
        for shard in Shard.all where owning {
            network.directory.setOwner(of: shard, service: .cti, instance, epoch: UInt64(number))
        }
        let facts = try FactJournal(
            bus: bus, directory: directory, sink: OutboxStore(database), log: Logger(label: "test"))
        let (ownership, changes) = AsyncStream.makeStream(of: OwnershipChange.self)
        if owning { changes.yield(.acquired(.of("t"), epoch: UInt64(number))) }
        let cti = CTI(
            configuration, bus: bus, directory: network.directory, ownership: ownership, facts: facts,
            database: database, log: Logger(label: "test"))
        instances.running.withLock { $0[number] = Task { try? await cti.run() } }
        if owning, waiting { _ = try await gate.agents(of: "t") }
        return cti
    }

    /// As if the process had died: nothing is said or stored any more.
    func kill(_ number: Int) {
        network.remove(InstanceID(.cti, number))
        instances.running.withLock { $0.removeValue(forKey: number) }?.cancel()
    }

    func stopAll() async {
        let running = instances.running.withLock { Array($0.values) }
        for task in running {
            task.cancel()
            await task.value
        }
    }

    func ready(_ agent: AgentID, phone: PhoneID) async throws {
        _ = try await gate.command(agent, .signIn(phone), tenant: "t")
        _ = try await gate.command(agent, .ready, tenant: "t")
    }

    func ended(_ call: CallID) async throws -> CallEnded { await ends.first { $0.callID == call } }
}
