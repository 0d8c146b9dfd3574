import Fax
import Testing

@testable import FaxWorker

@Suite struct SoundOrderTests {
    var order = SoundOrder()

    private func head(_ packet: Int) -> FaxSound {
        FaxSound(isALaw: true, sequence: UInt16(packet), timestamp: UInt32(1_000 + packet * 160))
    }

    private func sound(_ packet: Int) -> [UInt8] { Array(repeating: UInt8(packet), count: 160) }

    private mutating func take(_ packet: Int) -> [SoundOrder.Step] { order.take(head(packet), sound(packet)) }

    private func said(_ packets: Int...) -> [SoundOrder.Step] { packets.map { .sound(isALaw: true, sound($0)) } }

    @Test mutating func `sound is handed on as it comes`() {
        #expect(take(0) == said(0))
        #expect(take(1) == said(1))
    }

    @Test mutating func `a packet that overtook another waits for it`() {
        _ = take(0)
        #expect(take(2).isEmpty)
        #expect(take(1) == said(1, 2))
    }

    @Test mutating func `what stays away is a gap of its length`() {
        _ = take(0)
        _ = take(3)
        for _ in 0..<4 { #expect(order.tick().isEmpty) }
        #expect(order.tick() == [.gap(samples: 320)] + said(3))
        #expect(take(4) == said(4))
    }

    @Test mutating func `a packet that comes twice or too late is not heard again`() {
        _ = take(0)
        _ = take(1)
        #expect(take(0).isEmpty)
        #expect(take(1).isEmpty)
    }

    @Test mutating func `time goes on while nothing comes, and not twice`() {
        _ = take(0)
        for _ in 0..<10 { #expect(order.tick().isEmpty) }
        for _ in 0..<5 { #expect(order.tick() == [.gap(samples: 160)]) }
        // Packets 1 to 5 were made up for.
        #expect(take(8) == [.gap(samples: 320)] + said(8))
    }

    @Test mutating func `another stream is heard from its beginning`() {
        _ = take(0)
        let far = FaxSound(isALaw: true, sequence: 9, timestamp: 900_000)
        #expect(order.take(far, sound(1)) == said(1))
    }
}
