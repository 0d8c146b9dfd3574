import Foundation
import RTP

/// How loud each channel of a recording is over its length, in equal parts, for a picture of it: 0…255, where 255 is as loud
/// as can be.
struct RecordingPeaks: Equatable, Sendable {
    private static let parts = 1_000
    /// No part is shorter, in frames: 10 ms.
    private static let shortest = 80
    /// Every other bit of A-law is turned over; without the sign, what is left is greater for what is louder.
    private static let (turned, loudness) = (UInt8(0x55), UInt8(0x7F))
    private static let levels: [UInt8] = (0...127).map { loudness in
        UInt8(min(255, Int(G711.aLaw.decode(loudness ^ turned).magnitude) / 128))
    }

    private let framesPerPart: Int
    private var seen = 0
    /// The loudest of the part so far, as A-law has it.
    private var current: (UInt8, UInt8) = (0, 0)
    private(set) var left: [UInt8] = []
    private(set) var right: [UInt8] = []

    init(frames: Int) { framesPerPart = max(Self.shortest, (frames + Self.parts - 1) / Self.parts) }

    /// - Parameter frames: A-law, left and right alternating.
    mutating func add(_ frames: [UInt8]) {
        frames.withUnsafeBufferPointer { bytes in
            var rest = bytes[..<(bytes.count & ~1)]
            while !rest.isEmpty {
                let part = rest.prefix((framesPerPart - seen) * 2)
                rest = rest.dropFirst(part.count)
                current = Self.loudest(UnsafeBufferPointer(rebasing: part), current)
                seen += part.count / 2
                if seen == framesPerPart { close() }
            }
        }
    }

    /// Without a branch, so that the compiler takes many at once.
    private static func loudest(_ frames: UnsafeBufferPointer<UInt8>, _ before: (UInt8, UInt8)) -> (UInt8, UInt8) {
        var (left, right) = before
        var index = 0
        while index < frames.count - 1 {
            left = max(left, (frames[index] ^ turned) & loudness)
            right = max(right, (frames[index + 1] ^ turned) & loudness)
            index &+= 2
        }
        return (left, right)
    }

    private mutating func close() {
        left.append(Self.levels[Int(current.0)])
        right.append(Self.levels[Int(current.1)])
        current = (0, 0)
        seen = 0
    }

    /// Left, then right, of the same length.
    var data: Data {
        var whole = self
        if whole.seen > 0 { whole.close() }
        return Data(whole.left + whole.right)
    }

    static func == (one: Self, other: Self) -> Bool { one.data == other.data }
}
