import RTP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct EgressTests {
    var egress = Egress(ssrc: 9, sequence: 65_534, timestamp: 1_000)

    func header(_ sequence: UInt16, _ timestamp: UInt32, ssrc: UInt32 = 1) -> RTPHeader {
        RTPHeader(payloadType: 8, sequence: sequence, timestamp: timestamp, ssrc: ssrc)
    }

    @Test mutating func `a relayed stream keeps its gaps and order under our own numbers`() {
        let out = [(500, 0), (501, 160), (503, 480), (502, 320)].map {
            egress.relayed(header(UInt16($0.0), UInt32($0.1)), at: 0)
        }
        #expect(out.map { $0?.sequence } == [65_535, 0, 2, 1])
        #expect(out.map { $0?.timestamp } == [1_000, 1_160, 1_480, 1_320])
        #expect(out.allSatisfy { $0?.ssrc == 9 })
        #expect(out.map { $0?.marker } == [true, false, false, false])
        #expect(egress.sequence == 2)
    }

    @Test mutating func `another source goes on where the last ended, later by the time between`() {
        _ = egress.relayed(header(500, 0), at: 0)
        let second = egress.relayed(header(9_000, 777, ssrc: 2), at: 100_000)
        #expect(second?.sequence == 0)
        #expect(second?.timestamp == 1_800)
        #expect(second?.marker == true)
        #expect(egress.relayed(header(8_999, 617, ssrc: 2), at: 100_000) == nil)
    }

    @Test mutating func `prompts and relayed sound make one stream`() {
        let first = egress.generated(payloadType: 8, samples: 160, at: 0)
        let second = egress.generated(payloadType: 8, samples: 160, at: 20_000)
        let third = egress.relayed(header(5, 5), at: 40_000)
        let fourth = egress.generated(payloadType: 8, samples: 160, at: 60_000)
        let all = [first, second, third, fourth]
        #expect(all.map { $0?.sequence } == [65_535, 0, 1, 2])
        #expect(all.map { $0?.timestamp } == [1_000, 1_160, 1_320, 1_480])
        #expect(all.map { $0?.marker } == [true, false, true, true])
    }

    @Test mutating func `a mix goes on right behind the relay before it, if that was a moment ago`() {
        var late = egress
        _ = egress.relayed(header(500, 0), at: 0)
        egress.goOn(at: 30_000)
        let next = egress.generated(payloadType: 8, samples: 160, at: 30_000)
        #expect(next.timestamp == 1_160)
        #expect(next.marker == false)
        _ = late.relayed(header(500, 0), at: 0)
        late.goOn(at: 80_000)
        #expect(late.generated(payloadType: 8, samples: 160, at: 80_000).timestamp == 1_640)
    }

    @Test mutating func `a long relayed call never runs out of numbers`() {
        var last: RTPHeader?
        for index in 0..<200_000 {
            let out = egress.relayed(
                header(UInt16(truncatingIfNeeded: index), UInt32(index) &* 160), at: Int64(index) * 20_000)
            if let last, out?.sequence != last.sequence &+ 1 { Issue.record("a jump at \(index)") }
            last = out
        }
    }
}

@Suite struct PlaybackTests {
    let tables = LawTables()

    func frames(_ playback: inout Playback, law: G711 = .aLaw, limit: Int = 100) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while frames.count < limit {
            var frame = [UInt8](repeating: 0, count: 4)
            let isFilled = frame.withUnsafeMutableBytes { playback.next(into: $0, law: law, tables: tables) }
            guard isFilled else { break }
            frames.append(frame)
        }
        return frames
    }

    @Test func `clips follow each other without a seam, and the end is filled with silence`() {
        let source = PromptSource([
            PromptClip(law: .aLaw, samples: [1, 2, 3]), PromptClip(law: .aLaw, samples: []),
            PromptClip(law: .aLaw, samples: [4, 5, 6]),
        ])
        var playback = Playback(source, PlayOptions(id: 1))
        #expect(frames(&playback) == [[1, 2, 3, 4], [5, 6, 0xD5, 0xD5]])
        #expect(source.duration == .microseconds(750))
    }

    @Test func `a loop has no seam and no end`() {
        var playback = Playback(
            PromptSource([PromptClip(law: .aLaw, samples: [1, 2, 3])]), PlayOptions(id: 1, loops: true))
        #expect(frames(&playback, limit: 3) == [[1, 2, 3, 1], [2, 3, 1, 2], [3, 1, 2, 3]])
    }

    @Test func `each clip is converted to the law of the leg`() {
        let loud = G711.muLaw.encode(20_000)
        var playback = Playback(
            PromptSource([PromptClip(law: .muLaw, samples: [loud, loud]), PromptClip(law: .aLaw, samples: [7, 7])]),
            PlayOptions(id: 1))
        let converted = G711.muLaw.table(to: .aLaw)[Int(loud)]
        #expect(frames(&playback) == [[converted, converted, 7, 7]])
    }
}

@Suite struct PortPoolTests {
    @Test func `ports are even, and one given back is taken last`() {
        let pool = PortPool(20_001...20_007)
        #expect(pool.available == 3)
        #expect([pool.take(), pool.take()] == [20_002, 20_004])
        pool.giveBack(20_002)
        #expect([pool.take(), pool.take(), pool.take()] == [20_006, 20_002, nil])
    }

    @Test func `the last port of all is no pair`() {
        #expect(PortPool(65_534...65_535).available == 1)
        #expect(PortPool(65_535...65_535).available == 0)
        #expect(PortPool(0...3).take() == 2)
    }
}

@Suite struct GatheringTests {
    @Test func `packets gather for 150 µs up to four hundred legs, then for longer, and never beyond a millisecond`() {
        let moments = [1, 24, 400, 401, 600, 825, 826, 100_000].map { MediaWorker.gatheringMicroseconds(legs: $0) }
        #expect(moments == [150, 150, 150, 152, 550, 1_000, 1_000, 1_000])
    }
}
