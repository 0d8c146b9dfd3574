import CSpanDSP

/// A codec of blocks of one length each, one channel. Used by one task at a time.
protocol BlockCodec: AnyObject {
    static var wavTag: UInt16 { get }
    static var blockBytes: Int { get }
    static var blockSamples: Int { get }
    /// - Throws: ``SoundError`` if it is not there.
    init() throws
    /// A whole block of samples to a whole block of bytes.
    func encode(_ samples: [Int16]) -> [UInt8]
    func decode(_ block: [UInt8]) -> [Int16]
}

/// A WAV file of blocks.
struct BlockEncoder<Codec: BlockCodec>: RecordingEncoder {
    private let codec: Codec
    private let wav: WAVHead
    private var waiting: [Int16] = []

    init(_ type: Codec.Type, frames: Int) throws {
        codec = try Codec()
        wav = WAVHead(
            tag: Codec.wavTag, block: Codec.blockBytes, samplesPerBlock: Codec.blockSamples, frames: frames)
    }

    var head: [UInt8] { wav.bytes }

    mutating func encode(_ samples: [Int16]) -> [UInt8] {
        waiting += samples
        var bytes: [UInt8] = []
        var start = 0
        while waiting.count - start >= Codec.blockSamples {
            bytes += codec.encode(Array(waiting[start..<(start + Codec.blockSamples)]))
            start += Codec.blockSamples
        }
        waiting.removeFirst(start)
        return bytes
    }

    /// The last block is filled with silence; the head says where the sound ends.
    mutating func finish() -> [UInt8] {
        guard !waiting.isEmpty else { return wav.padding }
        let silence = [Int16](repeating: 0, count: Codec.blockSamples - waiting.count)
        return encode(silence) + wav.padding
    }
}

final class BlockDecoder<Codec: BlockCodec>: RecordingDecoder {
    /// What a codec must have heard before it sounds as it would from the start, in blocks; over half a second.
    private static var warmUp: Int { max(1, 4_800 / Codec.blockSamples) }

    let channels = 1
    let frames: Int
    private let bytes: any RecordedBytes
    private let start = 60
    private var codec: Codec
    /// The block that comes next.
    private var next = 0

    init(_ type: Codec.Type, _ bytes: any RecordedBytes, frames: Int) throws {
        self.bytes = bytes
        codec = try Codec()
        self.frames = min(frames, max(0, bytes.count - start) / Codec.blockBytes * Codec.blockSamples)
    }

    func samples(_ range: Range<Int>) throws -> [Int16] {
        let range = range.clamped(to: 0..<frames)
        guard !range.isEmpty else { return [] }
        let (first, last) = (range.lowerBound / Codec.blockSamples, (range.upperBound - 1) / Codec.blockSamples)
        if first != next {
            codec = try Codec()
            next = max(0, first - Self.warmUp)
            while next < first { _ = try decodeNext() }
        }
        var samples: [Int16] = []
        while next <= last { samples += try decodeNext() }
        // A block may be asked for in two parts.
        if range.upperBound % Codec.blockSamples != 0 { next = -1 }
        let offset = range.lowerBound - first * Codec.blockSamples
        guard offset + range.count <= samples.count else { throw SoundError("The file ends early.") }
        return Array(samples[offset..<(offset + range.count)])
    }

    private func decodeNext() throws -> [Int16] {
        let at = start + next * Codec.blockBytes
        let block = try bytes.read(at..<(at + Codec.blockBytes))
        guard block.count == Codec.blockBytes else { throw SoundError("The file ends early.") }
        next += 1
        return codec.decode(block)
    }
}

/// GSM 06.10 in Microsoft's packing: two frames in 65 bytes.
final class GSMBlocks: BlockCodec {
    static let wavTag: UInt16 = 0x31
    static let blockBytes = 65
    static let blockSamples = 320

    private let state: OpaquePointer

    init() throws {
        guard let state = gsm0610_init(nil, Int32(GSM0610_PACKING_WAV49)) else {
            throw SoundError("The GSM codec cannot be made.")
        }
        self.state = state
    }

    deinit { gsm0610_free(state) }

    func encode(_ samples: [Int16]) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        gsm0610_encode(state, &block, samples, Int32(min(samples.count, Self.blockSamples)))
        return block
    }

    func decode(_ block: [UInt8]) -> [Int16] {
        var samples = [Int16](repeating: 0, count: Self.blockSamples)
        gsm0610_decode(state, &samples, block, Int32(min(block.count, Self.blockBytes)))
        return samples
    }
}
