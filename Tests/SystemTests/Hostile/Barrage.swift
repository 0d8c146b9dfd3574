import Foundation
import Synchronization

/// Whether tests of endurance run whole, as the figures in docs/security.md were seen, or for a moment, as in deploy/test.
let runsWhole = ProcessInfo.processInfo.environment["CARILLON_TEST_LONG"] != nil

/// For how many seconds a flood lasts that runs whole: ten minutes, or as many as `CARILLON_TEST_LONG` says, if more than one.
let wholeSeconds =
    ProcessInfo.processInfo.environment["CARILLON_TEST_LONG"].flatMap { Int($0) }.flatMap {
        (2...3_600).contains($0) ? $0 : nil
    } ?? 600

/// Sends datagrams at a pace, from a thread of its own, until it is told to stop.
final class Barrage: Sendable {
    private let sent = Atomic(0)
    private let isOver = Atomic(false)
    private let isDone = Atomic(false)
    private let began = ContinuousClock.now

    /// How many have been sent so far.
    var count: Int { sent.load(ordering: .relaxed) }

    /// - Parameters:
    ///   - perSecond: nil for as fast as it can.
    ///   - send: sends the datagram of this number, counted from 0.
    init(perSecond: Int?, _ send: @escaping @Sendable (Int) -> Void) {
        Thread.detachNewThread { [self] in
            var count = 0
            while !isOver.load(ordering: .relaxed) {
                let due = perSecond.map { Int(Double($0) * ((ContinuousClock.now - began) / .seconds(1))) }
                guard count < due ?? .max else {
                    usleep(500)
                    continue
                }
                for _ in 0..<min(500, (due ?? .max) - count) {
                    send(count)
                    count += 1
                }
                sent.store(count, ordering: .relaxed)
            }
            isDone.store(true, ordering: .relaxed)
        }
    }

    /// - Returns: how many were sent in a second.
    func stop() async -> Int {
        isOver.store(true, ordering: .relaxed)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        while !isDone.load(ordering: .relaxed) { await pause() }
        return Int(Double(count) / max(seconds, 0.001))
    }
}

/// A message of which some parts are another number each time: eight `#` in a row, filled in where they lie.
struct NumberedMessage: Sendable {
    private let bytes: [UInt8]
    private let places: [Int]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        self.bytes = bytes
        let mark = UInt8(ascii: "#")
        places = bytes.indices.filter { index in
            index + 8 <= bytes.count && bytes[index..<(index + 8)].allSatisfy { $0 == mark }
                && (index == 0 || bytes[index - 1] != mark)
        }
    }

    func callAsFunction(_ number: Int) -> [UInt8] {
        var message = bytes
        for place in places {
            var rest = number
            for offset in (0..<8).reversed() {
                message[place + offset] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        return message
    }
}
