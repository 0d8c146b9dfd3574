import Contracts
import RTP
import SDP
import TestSupport
import Testing

@testable import MediaServer

/// A room whose speakers say steady tones, frame by frame, on a clock of the test's own.
private struct TestRoom {
    let room = MixRoom(.call("c"))
    private var tones: [ToneGenerator]
    private var sent: UInt32 = 0
    private(set) var heard: [[Int16]]

    init(_ tones: [Double], amplitude: Double = 0.25) {
        self.tones = tones.map { ToneGenerator([$0], amplitude: amplitude) }
        heard = tones.map { _ in [] }
        for slot in tones.indices { #expect(room.sit(slot, .pcma) == slot) }
    }

    mutating func arrange(_ seats: RoomSeat...) {
        room.arrange(HearingMatrix(seats), Array(seats.indices))
    }

    /// - Parameter lost: whose packets do not come.
    mutating func run(frames: Int, lost: Int? = nil, packet: Int = 160) {
        for _ in 0..<frames {
            sent += 1
            for seat in tones.indices {
                let bytes = G711.aLaw.encode(tones[seat].next(160))
                if seat != lost { send(seat, bytes, packet) }
            }
            room.collect()
            for seat in tones.indices { heard[seat] += hear(seat) }
            room.settle()
        }
    }

    private func send(_ seat: Int, _ bytes: [UInt8], _ size: Int) {
        for (part, start) in stride(from: 0, to: bytes.count, by: size).enumerated() {
            let header = RTPHeader(
                payloadType: 8, sequence: UInt16(Int(sent) * (160 / size) + part),
                timestamp: sent * 160 + UInt32(start), ssrc: 7)
            bytes[start..<(start + size)].withUnsafeBytes {
                room.take(seat, header, $0, arrival: sent * 160 + UInt32(start))
            }
        }
    }

    private func hear(_ seat: Int) -> [Int16] {
        guard room.hears(seat) else { return [Int16](repeating: 0, count: 160) }
        var samples = [Int16](repeating: 0, count: 160)
        samples.withUnsafeMutableBufferPointer { room.hear(seat, into: $0) }
        return samples
    }

    mutating func forget() { heard = heard.map { _ in [] } }

    /// The largest step from one sample to the next.
    func step(_ seat: Int) -> Int {
        zip(heard[seat], heard[seat].dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}

@Suite struct MixRoomTests {
    @Test(arguments: [160, 80]) func `each hears the sum of the others, whatever the length of packets`(packet: Int) {
        var test = TestRoom([440, 660, 880, 1_100])
        test.arrange(
            RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", .talk), RoomSeat("d", .talk))
        test.run(frames: 10, packet: packet)
        test.forget()
        test.run(frames: 25, packet: packet)
        let tones: [Double] = [440, 660, 880, 1_100]
        for listener in tones.indices {
            for speaker in tones.indices {
                let share = Goertzel.share(of: tones[speaker], in: test.heard[listener])
                #expect(speaker == listener ? share < 0.001 : share > 0.3)
            }
        }
    }

    @Test func `who shout together are as loud as can be, and no louder`() {
        var test = TestRoom([440, 440, 440], amplitude: 0.9)
        test.arrange(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", .talk))
        test.run(frames: 10)
        #expect(test.heard[0].max() ?? 0 > 31_000)
        #expect(test.heard[0].min() ?? 0 < -31_000)
        // What wraps round would jump from one end to the other.
        #expect(test.step(0) < 40_000)
    }

    @Test func `a change of the matrix does not click`() {
        var test = TestRoom([440, 660, 880])
        func scene(_ role: RoomRole) -> [RoomSeat] {
            [RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", role)]
        }
        test.room.arrange(HearingMatrix(scene(.talk)), [0, 1, 2])
        test.run(frames: 10)
        test.forget()
        test.run(frames: 20)
        let (steadyA, steadyB) = (test.step(0), test.step(1))
        test.forget()
        for role in [RoomRole.listen, .talk, .whisper(to: "b"), .talk, .apart, .talk] {
            test.room.arrange(HearingMatrix(scene(role)), [0, 1, 2])
            test.run(frames: 6)
        }
        #expect(test.step(0) <= steadyA * 11 / 10)
        #expect(test.step(1) <= steadyB * 11 / 10)
    }

    @Test func `who heard each other by relay hear no seam, and who joins them fades in`() {
        var test = TestRoom([440, 660, 880])
        let seats = [RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", .talk)]
        test.room.arrange(HearingMatrix(seats), [0, 1, 2], heard: [(0, 1)])
        test.run(frames: 1)
        #expect(Goertzel.level(of: test.heard[0].prefix(40)) > 0.1)
        #expect(Goertzel.level(of: test.heard[1].prefix(40)) > 0.1)
        #expect(Goertzel.level(of: test.heard[2].prefix(40)) < 0.1)
    }

    @Test func `who leaves dies away, and the seat is free again`() {
        var test = TestRoom([440, 660, 880])
        test.arrange(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", .talk))
        test.run(frames: 10)
        test.forget()
        test.run(frames: 10)
        let steady = test.step(0)
        test.room.leave(2)
        #expect(test.room.sit(9, .pcma) == 3)
        test.run(frames: 1)
        #expect(test.step(0) <= steady * 11 / 10)
        test.forget()
        test.run(frames: 10)
        #expect(Goertzel.share(of: 880, in: test.heard[0]) < 0.001)
        #expect(Goertzel.share(of: 660, in: test.heard[0]) > 0.98)
        #expect(test.room.sit(8, .pcma) == 2)
    }

    @Test func `who falls silent dies away within 60 ms and comes back`() {
        var test = TestRoom([440, 660, 880])
        test.arrange(RoomSeat("a", .talk), RoomSeat("b", .talk), RoomSeat("c", .talk))
        test.run(frames: 10)
        test.run(frames: 4, lost: 2)
        test.forget()
        test.run(frames: 10, lost: 2)
        #expect(Goertzel.share(of: 880, in: test.heard[0]) < 0.001)
        #expect(Goertzel.share(of: 660, in: test.heard[0]) > 0.98)
        test.run(frames: 2)
        test.forget()
        test.run(frames: 10)
        #expect(Goertzel.share(of: 880, in: test.heard[0]) > 0.3)
    }

    @Test func `only so many sit in a room`() {
        let room = MixRoom(.call("c"))
        #expect((0..<64).allSatisfy { room.sit($0, .pcma) == $0 })
        #expect(room.sit(64, .pcma) == nil)
        #expect(room.sit(3, .pcma) == 3)
    }
}
