import Foundation
import RTP
import Testing

@testable import MediaServer

@Suite struct RecordingPausesTests {
    /// Seven while somebody speaks, for so many seconds, with what is done at a second.
    private func recorded(_ seconds: Int, _ acts: [Int: (RecordingFile) -> Void]) throws -> (RecordingResult, [UInt8]) {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        let path = shelf.directory.appending(path: "call.wav").path
        let recording = RecordingFile(path: path, startingAt: 0)
        let track = RecordingTrack()
        recording.add(track, to: .left)
        for second in 0..<seconds {
            acts[second]?(recording)
            for index in 0..<50 {
                let piece = [UInt8](repeating: UInt8(second), count: 160)
                piece.withUnsafeBytes { track.append($0, law: .aLaw, at: Int64(second * 8_000 + index * 160)) }
            }
            recording.advance(to: Int64((second + 1) * 8_000))
        }
        let result = recording.close(at: Int64(seconds * 8_000))
        let file = try readWAV(path)
        return (result, stride(from: 0, to: file.data.count, by: 16_000).map { file.data[$0 + 8_000] })
    }

    @Test func `a pause leaves silence of its own length, and nothing that was said in it`() throws {
        let (result, heard) = try recorded(
            6,
            [
                2: { $0.pause(at: 16_000, leaving: .silence) },
                4: { $0.resume(at: 32_000) },
            ])
        #expect(heard == [0, 1, 0xD5, 0xD5, 4, 5])
        #expect(result.durationMicroseconds == 6_000_000)
        #expect(result.pauses == [RecordingPause(atMilliseconds: 2_000, milliseconds: 2_000, leaves: .silence)])
        #expect(result.problem == nil)
    }

    @Test func `a pause that leaves a cut takes its time out of the recording, and says where`() throws {
        let (result, heard) = try recorded(
            8,
            [
                1: { $0.pause(at: 8_000, leaving: .cut) }, 2: { $0.resume(at: 16_000) },
                4: { $0.pause(at: 32_000, leaving: .cut) }, 7: { $0.resume(at: 56_000) },
            ])
        #expect(heard == [0, 2, 3, 7])
        #expect(result.durationMicroseconds == 4_000_000)
        #expect(
            result.pauses == [
                RecordingPause(atMilliseconds: 1_000, milliseconds: 1_000, leaves: .cut),
                RecordingPause(atMilliseconds: 3_000, milliseconds: 3_000, leaves: .cut),
            ])
    }

    @Test func `a pause that nobody ends lasts to the end`() throws {
        let (result, heard) = try recorded(4, [2: { $0.pause(at: 16_000, leaving: .silence) }])
        #expect(heard == [0, 1, 0xD5, 0xD5])
        #expect(result.pauses.map(\.milliseconds) == [2_000])
    }

    @Test func `pausing twice is one pause, and resuming what runs changes nothing`() {
        var pauses = RecordingPauses()
        pauses.resume(at: 5)
        pauses.pause(at: 800, leaving: .silence)
        pauses.pause(at: 1_600, leaving: .cut)
        pauses.resume(at: 2_400)
        pauses.resume(at: 3_200)
        #expect(
            pauses.places(from: 0, to: 8_000)
                == [RecordingPause(atMilliseconds: 100, milliseconds: 200, leaves: .silence)])
        #expect(pauses.stretch(from: 0, to: 8_000).end == 800)
        #expect(pauses.stretch(from: 800, to: 8_000).rest == .silence)
        #expect(pauses.stretch(from: 800, to: 8_000).end == 2_400)
        #expect(pauses.stretch(from: 2_400, to: 8_000).end == 8_000)
    }

    @Test func `after a thousand pauses a recording stays paused`() {
        var pauses = RecordingPauses()
        for index in 0..<2_000 {
            pauses.pause(at: Int64(index * 16), leaving: .silence)
            pauses.resume(at: Int64(index * 16 + 8))
        }
        #expect(pauses.stretch(from: 1_000_000, to: 1_000_008).rest == .silence)
    }
}
