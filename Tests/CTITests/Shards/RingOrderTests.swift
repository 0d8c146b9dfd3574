import Bus
import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CTI

/// What `Telephones` decides, carried out.
@Suite(.timeLimit(.minutes(1))) struct RingOrderTests {
    @Test func `the next call rings when the telephone's former leg was told that it is over`() async throws {
        try await Switchboard.run { board in
            try await board.start(1)
            try await board.ready("amy", phone: "201")
            board.media.arrive("c1")
            board.media.arrive("c2")
            await board.acd.enqueued.first { $0.callID == "c1" }
            await board.acd.enqueued.first { $0.callID == "c2" }
            try await board.acd.offer("c1", to: "amy")
            let first = await board.media.originated.first { _ in true }
            board.media.answer(first.legID)
            await board.media.told.first { $0 == .init(leg: "c1", command: .bridge(with: first.legID)) }

            board.media.beDeaf()
            try await board.gate.command("c1", by: "amy", .hangUp, tenant: "t")
            await board.media.unheard.first { $0.commands.contains(.hangUp(.local)) }
            _ = try await board.gate.command("amy", .endAfterCallWork(disposition: nil), tenant: "t")
            try await board.acd.offer("c2", to: "amy")
            board.media.hearAgain()
            await board.media.originated.first { $0.legID != first.legID }
            #expect(board.media.told.all.contains(.init(leg: first.legID, command: .hangUp(.local))))
        }
    }

    @Test func `a fact that waited for a take-over happened when it was told, and no clock is trusted further`() {
        #expect(ShardLoop.time(of: second(10), at: second(10.2)) == second(10.2))
        #expect(ShardLoop.time(of: second(10), at: second(14)) == second(10))
        #expect(ShardLoop.time(of: second(10), at: second(3610)) == second(3610), "its host's clock is slow")
        #expect(ShardLoop.time(of: second(3610), at: second(10)) == second(10), "its host's clock is fast")
    }
}
