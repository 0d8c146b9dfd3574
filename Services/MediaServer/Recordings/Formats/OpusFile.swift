import COpus

/// Opus in Ogg (RFC 7845): 20 ms a packet, 0.8 s a page.
struct OpusFileEncoder: RecordingEncoder {
    static let packetSamples = 160
    private static let packetsPerPage = 40
    private static let bitsPerSecond: Int32 = 16_000
    /// Any number does: a file holds one stream.
    private static let serial: UInt32 = 0x4361_7269

    private let encoder: OpusEncoderState
    private let channels: Int
    private let frames: Int
    /// What the decoder is to drop at the start, in samples of 48 kHz.
    private let skip: Int
    private var waiting: [Int16] = []
    private var packets: [[UInt8]] = []
    private var pages: UInt32 = 2
    private var encoded = 0

    init(channels: Int, frames: Int) throws {
        encoder = try OpusEncoderState(channels: channels, bitsPerSecond: Self.bitsPerSecond * Int32(channels))
        self.channels = channels
        self.frames = frames
        skip = encoder.lookahead * 6
    }

    var head: [UInt8] {
        let opening =
            Array("OpusHead".utf8) + [1, UInt8(channels)] + WAVHead.little(skip, 2) + WAVHead.little(8_000, 4)
        let tags = Array("OpusTags".utf8) + WAVHead.little(8, 4) + Array("Carillon".utf8) + WAVHead.little(0, 4)
        return OggPage(isFirst: true, position: 0, serial: Self.serial, number: 0, packets: [opening + [0, 0, 0]]).bytes
            + OggPage(position: 0, serial: Self.serial, number: 1, packets: [tags]).bytes
    }

    mutating func encode(_ samples: [Int16]) throws -> [UInt8] {
        waiting += samples
        var bytes: [UInt8] = []
        let size = Self.packetSamples * channels
        var start = 0
        while waiting.count - start >= size {
            packets.append(try encoder.encode(Array(waiting[start..<(start + size)]), frames: Self.packetSamples))
            encoded += Self.packetSamples
            start += size
            // One is kept for the end: the last page must hold something.
            if packets.count > Self.packetsPerPage { bytes += page(Array(packets.prefix(Self.packetsPerPage))) }
        }
        waiting.removeFirst(start)
        return bytes
    }

    /// The last page's position says where the sound ends (RFC 7845 §4.4).
    mutating func finish() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while encoded < frames + encoder.lookahead || packets.isEmpty {
            let silence = [Int16](repeating: 0, count: Self.packetSamples * channels - waiting.count)
            bytes += try encode(silence)
        }
        let last = OggPage(
            isLast: true, position: UInt64(skip + frames * 6), serial: Self.serial, number: pages, packets: packets)
        return bytes + last.bytes
    }

    private mutating func page(_ whole: [[UInt8]]) -> [UInt8] {
        packets.removeFirst(whole.count)
        let position = UInt64((encoded - packets.count * Self.packetSamples) * 6)
        defer { pages &+= 1 }
        return OggPage(position: position, serial: Self.serial, number: pages, packets: whole).bytes
    }
}

/// libopus's encoder, for speech at 8 kHz.
private final class OpusEncoderState {
    let lookahead: Int
    private let state: OpaquePointer

    init(channels: Int, bitsPerSecond: Int32) throws {
        var code: Int32 = 0
        guard let state = opus_encoder_create(8_000, Int32(channels), OPUS_APPLICATION_VOIP, &code) else {
            throw SoundError("The Opus encoder cannot be made: \(code).")
        }
        self.state = state
        var samples: Int32 = 0
        _ = carillon_opus_set_bitrate(state, bitsPerSecond)
        _ = carillon_opus_get_lookahead(state, &samples)
        lookahead = Int(samples)
    }

    deinit { opus_encoder_destroy(state) }

    func encode(_ samples: [Int16], frames: Int) throws -> [UInt8] {
        var packet = [UInt8](repeating: 0, count: 1_275)
        let count = opus_encode(state, samples, Int32(frames), &packet, Int32(packet.count))
        guard count > 0 else { throw SoundError("Opus refuses a frame: \(count).") }
        return Array(packet[..<Int(count)])
    }
}

final class OpusFileDecoder: RecordingDecoder {
    /// A decoder converges within 80 ms (RFC 7845 §4.6); here it is given more.
    private static let warmUp = 25

    let channels: Int
    let frames: Int
    private let bytes: any RecordedBytes
    private let packets: [Range<Int>]
    /// In samples of 8 kHz.
    private let skip: Int
    private var state: OpaquePointer
    private var next = 0

    init(_ bytes: any RecordedBytes, channels: Int, frames: Int) throws {
        self.bytes = bytes
        self.channels = channels
        var pages: [[Range<Int>]] = []
        var offset = 0
        while offset < bytes.count {
            let page = try OggPage.read(at: offset, in: bytes)
            pages.append(page.packets)
            offset = page.end
        }
        guard let first = pages.first?.first else { throw SoundError("It is no Opus file.") }
        let head = try bytes.read(first)
        guard head.count >= 19, Array(head[..<8]) == Array("OpusHead".utf8), Int(head[9]) == channels else {
            throw SoundError("It is no Opus file.")
        }
        skip = (Int(head[10]) | Int(head[11]) << 8) / 6
        packets = pages.dropFirst(2).flatMap { $0 }
        self.frames = max(0, min(frames, packets.count * OpusFileEncoder.packetSamples - skip))
        state = try Self.makeState(channels)
    }

    deinit { opus_decoder_destroy(state) }

    private static func makeState(_ channels: Int) throws -> OpaquePointer {
        var code: Int32 = 0
        guard let state = opus_decoder_create(8_000, Int32(channels), &code) else {
            throw SoundError("The Opus decoder cannot be made: \(code).")
        }
        return state
    }

    func samples(_ range: Range<Int>) throws -> [Int16] {
        let range = range.clamped(to: 0..<frames)
        guard !range.isEmpty else { return [] }
        let size = OpusFileEncoder.packetSamples
        let (first, last) = ((range.lowerBound + skip) / size, (range.upperBound - 1 + skip) / size)
        if first != next {
            let fresh = try Self.makeState(channels)
            opus_decoder_destroy(state)
            state = fresh
            next = max(0, first - Self.warmUp)
            while next < first { _ = try decodeNext() }
        }
        var samples: [Int16] = []
        while next <= last { samples += try decodeNext() }
        // A packet may be asked for in two parts.
        if (range.upperBound + skip) % size != 0 { next = -1 }
        let offset = (range.lowerBound + skip - first * size) * channels
        guard offset + range.count * channels <= samples.count else { throw SoundError("The file ends early.") }
        return Array(samples[offset..<(offset + range.count * channels)])
    }

    private func decodeNext() throws -> [Int16] {
        guard packets.indices.contains(next) else { throw SoundError("The file ends early.") }
        let packet = try bytes.read(packets[next])
        var samples = [Int16](repeating: 0, count: OpusFileEncoder.packetSamples * channels)
        let count = opus_decode(
            state, packet, Int32(packet.count), &samples, Int32(OpusFileEncoder.packetSamples), 0)
        guard count == OpusFileEncoder.packetSamples else {
            throw SoundError("An Opus packet cannot be read: \(count).")
        }
        next += 1
        return samples
    }
}
