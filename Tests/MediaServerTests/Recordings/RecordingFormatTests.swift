import Contracts
import Foundation
import RTP
import Testing

@testable import MediaServer

/// Every format is read by programs that are not ours.
@Suite struct RecordingFormatTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let format: RecordingFormat
        let layout: RecordingLayout
        var testDescription: String { "\(format.rawValue), \(layout.rawValue)" }
    }

    static let examples = RecordingFormat.allCases.flatMap { format in
        RecordingLayout.allCases.filter { $0 == .mixed || !format.isMonoOnly }.map {
            Example(format: format, layout: $0)
        }
    }.filter { $0.format.whyUnavailable == nil }

    @Test(.enabled(if: BCG729.shared != nil, "G.729 needs libbcg729"))
    func `all formats that are asked for are among those that foreign programs read`() {
        let read = Set(Self.examples.map(\.format.rawValue))
        let asked: Set = ["wav-alaw", "raw-pcm8", "raw-pcm16", "wav-pcm8", "wav-pcm16", "wav-gsm", "wav-g729"]
        #expect(read.isSuperset(of: asked))
    }

    /// What a foreign program makes of a file: 16 bits at 8 kHz, by channel.
    private func decoded(_ path: String, _ example: Example) throws -> [[Int16]] {
        let channels = example.layout.channels
        var input = ["-i", path]
        if !example.format.hasHead {
            input = ["-f", example.format == .rawPCM8 ? "u8" : "s16le", "-ar", "8000", "-ac", "\(channels)"] + input
        }
        let pcm = try run(
            "ffmpeg", ["-v", "error"] + input + ["-f", "s16le", "-ar", "8000", "-ac", "\(channels)", "-"])
        let samples = stride(from: 0, to: pcm.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(pcm[$0]) | UInt16(pcm[$0 + 1]) << 8)
        }
        return (0..<channels).map { channel in
            stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
        }
    }

    @Test(arguments: RecordingFormatTests.examples) func `ffmpeg decodes it to the right length and level`(
        example: Example
    ) throws {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        let (recording, _) = try shelf.finish(
            shelf.liveRecording(seconds: 4, format: example.format, layout: example.layout))
        let channels = try decoded(try #require(shelf.place.path(of: recording)), example)
        // A block format may fill its last block.
        #expect(channels.allSatisfy { (32_000...32_320).contains($0.count) }, "\(channels.map(\.count))")
        let middle = channels.map { Array($0[8_000..<24_000]) }
        switch example.layout {
        case .stereo:
            expect(middle[0], 440, level: 0.354)
            expect(middle[1], 1_000, level: 0.177)
        case .mixed:
            let level = Goertzel.level(of: middle[0])
            #expect(abs(level - 0.395) < 0.08, "\(level)")
            #expect(Goertzel.share(of: 440, in: middle[0]) > 0.6)
            // G.729 is made for one voice, and keeps the louder of two tones.
            if example.format != .wavG729 { #expect(Goertzel.share(of: 1_000, in: middle[0]) > 0.1) }
        }
    }

    private func expect(_ samples: [Int16], _ frequency: Double, level: Double) {
        let found = Goertzel.level(of: samples)
        // Three decibels.
        #expect(abs(found - level) < 0.3 * level, "level \(found)")
        let share = Goertzel.share(of: frequency, in: samples)
        #expect(share > 0.9, "share \(share)")
    }

    @Test(arguments: ["wav-alaw", "wav-mulaw", "wav-pcm16", "wav-pcm8", "wav-gsm"])
    func `sox knows the file and its length`(name: String) throws {
        let format = try #require(RecordingFormat(rawValue: name))
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        let (recording, _) = try shelf.finish(
            shelf.liveRecording(seconds: 3, format: format, layout: format.isMonoOnly ? .mixed : .stereo))
        let path = try #require(shelf.place.path(of: recording))
        let samples = String(decoding: try run("sox", ["--i", "-s", path]), as: UTF8.self)
        let count = Int(samples.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        #expect((24_000...24_320).contains(count))
        let encoding = String(decoding: try run("sox", ["--i", "-e", path]), as: UTF8.self)
        let wanted = ["wav-alaw": "A-law", "wav-mulaw": "u-law", "wav-pcm8": "Unsigned", "wav-gsm": "GSM"]
        #expect(encoding.contains(wanted[name] ?? "Signed"), "\(encoding)")
    }

    @Test(arguments: RecordingFormatTests.examples) func `a player gets a WAV file, and any part of it as of the whole`(
        example: Example
    )
        throws
    {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        let (recording, _) = try shelf.finish(
            shelf.liveRecording(seconds: 3, format: example.format, layout: example.layout))
        let whole = try shelf.played(recording)
        let file = try example.format == .wavPCM8 ? nil : WAVFile(whole)
        if let file {
            #expect(file.frames == 24_000)
            #expect(file.format.channels == example.layout.channels)
        }
        for range in [0..<10, 50..<70, 20_001..<20_011, (whole.count - 7)..<whole.count] {
            #expect(try shelf.played(recording, range).count == range.count)
        }
        guard !example.format.isMonoOnly, example.format != .oggOpus else { return }
        #expect(try shelf.played(recording, 20_001..<22_011) == Array(whole[20_001..<22_011]))
    }

    @Test func `a checksum of an Ogg page is the one that RFC 3533 wants`() throws {
        // The page that ffmpeg reads above would be refused otherwise; here the empty page as libogg writes it.
        #expect(OggPage.checksum([]) == 0)
        #expect(OggPage.checksum([1]) == 0x04C1_1DB7)
    }

    @Test(arguments: ["", "OggS", "OggS\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{7f}"])
    func `what is no Opus file of ours is refused`(text: String) throws {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        let path = shelf.directory.appending(path: "x").path
        try Data(text.utf8).write(to: URL(filePath: path))
        #expect(throws: (any Error).self) { try OpusFileDecoder(PlainFile(path), channels: 2, frames: 100) }
    }
}
