import Bus
import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CTI

/// A shard is given away while something is under way.
@Suite(.timeLimit(.minutes(2))) struct HandOverTests {
    /// Amy talks to the caller of c1.
    private func talk(_ board: Switchboard) async throws {
        try await board.ready("amy", phone: "201")
        board.media.arrive("c1")
        await board.acd.enqueued.first { $0.callID == "c1" }
        try await board.acd.offer("c1", to: "amy")
        let ringing = await board.media.originated.first { _ in true }
        board.media.answer(ringing.legID)
        await board.media.told.first { $0 == .init(leg: "c1", command: .bridge(with: ringing.legID)) }
    }

    @Test func `a hang-up that is under way arrives before another may take the shard`() async throws {
        var patient = CTIConfiguration()
        patient.drain = .seconds(60)
        try await Switchboard.run(patient) { board in
            let cti = try await board.start(1)
            try await talk(board)
            board.media.beDeaf()
            try await board.gate.command("c1", by: "amy", .hangUp, tenant: "t")
            await board.media.unheard.first { $0.commands.contains(.hangUp(.local)) }
            async let handedOver: Void = cti.shards.handOver([.of("t")])
            board.media.hearAgain()
            await handedOver
            #expect(board.media.legs.isEmpty)
            #expect(try await ShardStore(database: board.database).load(.of("t")).calls.isEmpty)
        }
    }

    @Test func `a hang-up that could not be delivered is made up for, and the call ends once`() async throws {
        var hasty = CTIConfiguration()
        hasty.drain = .zero
        try await Switchboard.run(hasty) { board in
            let cti = try await board.start(1)
            try await talk(board)
            board.media.beDeaf()
            try await board.gate.command("c1", by: "amy", .hangUp, tenant: "t")
            await board.media.unheard.first { $0.commands.contains(.hangUp(.local)) }
            await cti.shards.handOver([.of("t")])
            board.media.hearAgain()
            #expect(board.media.legs.count == 2, "nobody has told them yet")
            try await board.start(2)
            while !board.media.legs.isEmpty { await Task.yield() }
            #expect(try await board.gate.desk(of: "amy", tenant: "t").desk.agent.status == .afterCallWork)
            board.media.arrive("c2")
            board.media.end("c2")
            _ = try await board.ended("c2")
            #expect(board.ends.all.filter { $0.callID == "c1" }.map(\.reason) == [.agentHungUp])
        }
    }

    @Test func `what an agent did last is stored before another may take the shard`() async throws {
        try await Switchboard.run { board in
            let cti = try await board.start(1)
            for _ in 0..<20 {
                _ = try await board.gate.command("amy", .signIn("201"), tenant: "t")
                _ = try await board.gate.command("amy", .signOut, tenant: "t")
            }
            let last = try await board.gate.desk(of: "amy", tenant: "t").desk.agent
            await cti.shards.handOver([.of("t")])
            #expect(try await ShardStore(database: board.database).load(.of("t")).agents.map(\.snapshot) == [last])
        }
    }

    @Test func `an agent's revisions rise over a change of owner, stored or not`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            let last = try await board.gate.command("amy", .pause(reason: "tea"), tenant: "t").revision
            board.kill(1)
            try await board.start(2)
            let desk = try await board.gate.desk(of: "amy", tenant: "t").desk.agent
            #expect(desk.revision > last)
            let next = try await board.gate.command("amy", .signIn("202"), tenant: "t")
            #expect(next.revision > desk.revision)
        }
    }

    @Test func `a telephone that was asked in vain does not ring for nothing`() async throws {
        try await Switchboard.run { board in
            let media = board.media
            media.bus.serve(OriginateLeg.self) { request, _ in
                media.begin(request)
                throw Failure(.timeout, "Too late.")
            }
            try await board.start(1)
            _ = try await board.acd.bus.request(OriginateCall.example, to: .shard(.cti, "t"), tenant: "t")
            #expect(try await board.ended("c1").reason == .systemFailed)
            await media.told.first { $0 == .init(leg: "c1-0", command: .hangUp(.local)) }
            #expect(media.legs.isEmpty)
        }
    }
}
