import Contracts
import Foundation

/// A recording as a player takes it, a WAV file, made on the fly: opened, decoded, from any byte on.
///
/// A-law, µ-law and PCM are sent as they are kept; all else becomes PCM of 16 bits.
struct PlayableSound: Sendable {
    private enum Source: Sendable {
        /// The file is a WAV file that players know.
        case asItIs(any RecordedBytes)
        case live(LiveSound, head: [UInt8])
        case decoded(any RecordedBytes, RecordingFormat, channels: Int, frames: Int, head: [UInt8])
    }

    /// A piece of a decoded sound, in frames.
    private static let piece = 8_000

    private let source: Source
    let count: Int

    /// May wait for the disk.
    /// - Throws: ``FileError``, ``SealError``, ``SoundError``
    init(_ owned: OwnedRecording, in place: RecordingPlace) throws {
        let recording = owned.recording
        guard let path = place.path(of: recording) else { throw FileError("The row names no file.") }
        if path.hasSuffix(".live") {
            let sound = try place.live(owned)
            let head = WAVHead(samples: .wavALaw, channels: 2, frames: sound.frames)
            source = .live(sound, head: head.bytes)
            count = head.count + head.dataBytes
            return
        }
        let bytes = try place.open(path, owned.owner)
        switch recording.format {
        case .wavALaw, .wavMuLaw, .wavPCM8, .wavPCM16:
            source = .asItIs(bytes)
            count = bytes.count
        default:
            let channels = recording.layout.channels
            let frames = try recording.format.decoder(bytes, channels: channels, frames: recording.frames).frames
            let head = WAVHead(samples: .wavPCM16, channels: channels, frames: frames)
            source = .decoded(bytes, recording.format, channels: channels, frames: frames, head: head.bytes)
            count = head.count + head.dataBytes
        }
    }

    /// The bytes of a range in pieces, each made when the one before was taken.
    func pieces(_ range: Range<Int>) -> SoundPieces {
        let range = range.clamped(to: 0..<count)
        switch source {
        case .asItIs(let bytes): return SoundPieces(range) { try bytes.read($0) }
        case .live(let sound, let head):
            return SoundPieces(range) { range in
                try Self.read(range, head) { try sound.read($0) }
            }
        case .decoded(let bytes, let format, let channels, let frames, let head):
            let reader = DecodedReader(bytes, format, channels: channels, frames: frames)
            return SoundPieces(range) { range in
                try Self.read(range, head) { try reader.read($0) }
            }
        }
    }

    /// A range of the whole from a head and what follows it.
    private static func read(_ range: Range<Int>, _ head: [UInt8], _ body: (Range<Int>) throws -> [UInt8]) throws
        -> [UInt8]
    {
        let front = range.clamped(to: 0..<head.count)
        let rest = max(range.lowerBound, head.count)..<max(range.upperBound, head.count)
        let start = Array(head[front])
        guard !rest.isEmpty else { return start }
        return start + (try body((rest.lowerBound - head.count)..<(rest.upperBound - head.count)))
    }
}

/// A range of a sound, piece by piece. For one task at a time.
struct SoundPieces: Sendable {
    private static let piece = 65_536

    private var left: Range<Int>
    private let read: @Sendable (Range<Int>) throws -> [UInt8]

    init(_ range: Range<Int>, read: @escaping @Sendable (Range<Int>) throws -> [UInt8]) {
        left = range
        self.read = read
    }

    /// Nil at the end. May wait for the disk.
    mutating func next() throws -> [UInt8]? {
        guard !left.isEmpty else { return nil }
        let range = left.lowerBound..<min(left.lowerBound + Self.piece, left.upperBound)
        let bytes = try read(range)
        guard bytes.count == range.count else { throw FileError("The file ends early.") }
        left = range.upperBound..<left.upperBound
        return bytes
    }
}

/// Decodes what is asked for, as PCM of 16 bits. The decoder is made at the first question.
///
/// Unchecked: asked by one reader at a time, as ``SoundPieces`` does; the lock says so to the compiler and to the unwary.
private final class DecodedReader: @unchecked Sendable {
    private let bytes: any RecordedBytes
    private let format: RecordingFormat
    private let channels: Int
    private let frames: Int
    private let lock = NSLock()
    private var decoder: (any RecordingDecoder)?

    init(_ bytes: any RecordedBytes, _ format: RecordingFormat, channels: Int, frames: Int) {
        self.bytes = bytes
        self.format = format
        self.channels = channels
        self.frames = frames
    }

    func read(_ range: Range<Int>) throws -> [UInt8] {
        lock.lock()
        defer { lock.unlock() }
        let decoder = try decoder ?? format.decoder(bytes, channels: channels, frames: frames)
        self.decoder = decoder
        let size = 2 * channels
        let whole = (range.lowerBound / size)..<((range.upperBound + size - 1) / size)
        let samples = try decoder.samples(whole)
        let pcm = SampleEncoder(format: .rawPCM16, channels: channels, frames: whole.count).encode(samples)
        let skip = range.lowerBound - whole.lowerBound * size
        guard skip + range.count <= pcm.count else { throw FileError("The file ends early.") }
        return Array(pcm[skip..<(skip + range.count)])
    }
}
