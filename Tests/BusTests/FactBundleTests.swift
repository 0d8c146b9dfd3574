import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

private let zero = Timestamp(microseconds: 0)

@Suite struct FactBundleTests {
    private static func fact(_ number: UInt64, body: Int = 3) -> Envelope {
        Envelope(
            type: "thing.happened", version: 1, stream: "cti/1@5f", number: number, tenant: "acme", subject: "n",
            time: Timestamp(microseconds: 7), trace: nil, body: Data(repeating: UInt8(ascii: "x"), count: body))
    }

    private static func frames(_ number: UInt64, body: Int = 3) throws -> EventFrames {
        try #require(EventFrames(fact(number, body: body)))
    }

    private static func bundle(_ numbers: ClosedRange<UInt64>) throws -> FactBundle {
        var bundle = FactBundle()
        for number in numbers {
            let frames = try frames(number)
            bundle.append(header: frames.header, body: frames.body)
        }
        return bundle
    }

    @Test func `what is put into a bundle comes out of it, in its order`() throws {
        let bundle = try Self.bundle(1...5)
        #expect(bundle.count == 5)
        #expect(FactBundle.read(bundle.bytes) == (1...5).map { Self.fact($0) })
        #expect(FactBundle.read(Data()) == [])
    }

    @Test func `a bundle that was cut off or damaged is none, and none traps`() throws {
        let bytes = try Self.bundle(1...2).bytes
        for length in 1..<bytes.count where length != bytes.count / 2 {
            #expect(FactBundle.read(bytes.prefix(length)) == nil)
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var damaged = bytes
            for _ in 0..<3 {
                let place = damaged.startIndex + Int.random(in: 0..<damaged.count, using: &random)
                damaged[place] = .random(in: .min ... .max, using: &random)
            }
            _ = FactBundle.read(damaged)
        }
        #expect(FactBundle.read(Data(repeating: 0xff, count: 64)) == nil)
        // Also where the bytes are a slice of others.
        #expect(FactBundle.read((Data([1, 2, 3]) + bytes).dropFirst(3))?.count == 2)
    }

    @Test func `a signal is not taken for a fact`() throws {
        var bundle = FactBundle()
        let signal = try Self.frames(0)
        bundle.append(header: signal.header, body: signal.body)
        #expect(FactBundle.read(bundle.bytes) == nil)
    }

    @Test func `what is published in one turn goes out at its end, together`() throws {
        let start = ContinuousClock.now
        var lane = BundleLane(.now, now: start)
        #expect(lane.due == nil && lane.turn(at: start, time: zero) == nil)
        for number in 1...3 as ClosedRange<UInt64> { #expect(lane.add(try Self.frames(number), time: zero) == nil) }
        let sent = lane.turn(at: start, time: zero)
        let message = try #require(sent)
        #expect(message.count == 3 && String(decoding: message[0], as: UTF8.self) == "bus.facts_now")
        #expect(FactBundle.read(message[2])?.map(\.number) == [1, 2, 3])
        #expect(EventFrames.read(message, from: .cti)?.isFact == false)
        #expect(lane.turn(at: start, time: zero) == nil)
    }

    @Test func `who need not know at once is told every 50 ms, the first time at once`() throws {
        let start = ContinuousClock.now
        var lane = BundleLane(.soon, now: start)
        _ = lane.add(try Self.frames(1), time: zero)
        #expect(lane.turn(at: start, time: zero) != nil)
        _ = lane.add(try Self.frames(2), time: zero)
        #expect(lane.due == start + .milliseconds(50))
        #expect(lane.turn(at: start + .milliseconds(49), time: zero) == nil)
        _ = lane.add(try Self.frames(3), time: zero)
        let sent = lane.turn(at: start + .milliseconds(50), time: zero)
        let message = try #require(sent)
        #expect(FactBundle.read(message[2])?.map(\.number) == [2, 3])
    }

    @Test func `a bundle is not made too large by another fact`() throws {
        var lane = BundleLane(.now, now: .now)
        #expect(lane.add(try Self.frames(1, body: 200 << 10), time: zero) == nil)
        let sent = lane.add(try Self.frames(2, body: 400 << 10), time: zero)
        let first = try #require(sent)
        #expect(FactBundle.read(first[2])?.map(\.number) == [1])
        let rest = lane.take(time: zero)
        let second = try #require(rest)
        #expect(FactBundle.read(second[2])?.map(\.number) == [2])
        #expect(second.allSatisfy { $0.count <= ZeroMQSocket.maximumFrame })
    }
}
