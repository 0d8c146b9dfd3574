import RTP
import Testing

@Suite struct JitterBufferTests {
    var buffer = JitterBuffer()

    @Test mutating func `packets in order come out in order, one frame behind`() {
        #expect(buffer.play() == nil)
        for sequence: UInt16 in 0..<50 {
            #expect(buffer.insert(sequence, at: Double(sequence)) == .stored)
            #expect(buffer.play() == Int(sequence))
        }
        #expect(buffer.concealed == 0)
    }

    @Test mutating func `packets out of order are put right, across the wrap`() {
        buffer = JitterBuffer(minimumFrames: 4)
        for sequence: UInt16 in [65_534, 0, 65_535, 1] { _ = buffer.insert(sequence, at: 0) }
        let played = [buffer.play(), buffer.play(), buffer.play(), buffer.play()]
        #expect(played == [254, 255, 0, 1])
    }

    @Test mutating func `a lost frame is concealed and a late one left out`() {
        buffer = JitterBuffer(minimumFrames: 3)
        for sequence: UInt16 in [1, 3, 4] { _ = buffer.insert(sequence, at: Double(sequence)) }
        let played = [buffer.play(), buffer.play(), buffer.play()]
        #expect(played == [1, nil, 3])
        #expect(buffer.insert(2, at: 6) == .late)
        #expect(buffer.concealed == 1)
        #expect(buffer.discarded == 1)
    }

    @Test(arguments: [5, 40]) mutating func `what was lost in a row delays nothing that comes after it`(lost: UInt16) {
        for sequence: UInt16 in 0..<10 {
            _ = buffer.insert(sequence, at: Double(sequence))
            #expect(buffer.play() == Int(sequence))
        }
        for _ in 0..<lost { #expect(buffer.play() == nil) }
        for sequence in (10 + lost)..<(30 + lost) {
            _ = buffer.insert(sequence, at: Double(sequence))
            #expect(buffer.play() == Int(sequence))
        }
        #expect(buffer.depth == 0)
    }

    @Test mutating func `a repeated packet counts once`() {
        #expect(buffer.insert(9, at: 0) == .stored)
        #expect(buffer.insert(9, at: 0) == .duplicate)
    }

    @Test mutating func `it grows when packets come unevenly and shrinks when they are even again`() {
        // Three of four packets come up to five frames late.
        var pending: [(UInt16, Double)] = (0..<600).map { ($0, Double($0) + [0, 2, 5, 3][Int($0 % 4)]) }
        pending += (600..<2_400).map { ($0, Double($0)) }
        pending.sort { $0.1 < $1.1 }
        var deepest = 0
        for frame in 0..<2_400 {
            while let first = pending.first, first.1 <= Double(frame) {
                _ = buffer.insert(first.0, at: first.1)
                pending.removeFirst()
            }
            _ = buffer.play()
            if frame == 599 { deepest = buffer.target }
        }
        #expect(deepest >= 5)
        #expect(buffer.target <= 2)
        #expect(buffer.depth <= 3)
    }

    @Test mutating func `in the long run unevenness costs few frames`() {
        var random = SplitMix(state: 7)
        var pending: [(UInt16, Double)] = (0..<3_000).map { ($0, Double($0) + Double(random.below(300)) / 100) }
        pending.sort { $0.1 < $1.1 }
        for frame in 0..<3_000 {
            while let first = pending.first, first.1 <= Double(frame) {
                _ = buffer.insert(first.0, at: first.1)
                pending.removeFirst()
            }
            _ = buffer.play()
        }
        #expect(buffer.concealed < 100)
    }

    @Test mutating func `a sender that starts anew is followed`() {
        _ = buffer.insert(1_000, at: 0)
        _ = buffer.play()
        #expect(buffer.insert(30_000, at: 1) == .restarted)
        #expect(buffer.play() == 30_000 % 256)
        let after = [buffer.insert(100, at: 2), buffer.insert(101, at: 2), buffer.insert(102, at: 2)]
        #expect(after == [.late, .late, .restarted])
        #expect(buffer.play() == 102)
    }

    @Test mutating func `too long a payload is refused`() {
        let payload = [UInt8](repeating: 0, count: 481)
        #expect(payload.withUnsafeBytes { buffer.insert(.numbered(1), $0, arrival: 0) } == .tooLong)
    }
}
