/// The head of a WAV file whose length is known: RIFF, fmt, fact, data; 58 bytes, or 60 with what a block format adds.
struct WAVHead: Equatable, Sendable {
    /// 1 PCM, 6 A-law, 7 µ-law, 0x31 GSM 6.10, 0x83 G.729.
    var tag: UInt16
    var channels: Int
    var bytesPerSecond: Int
    /// The smallest piece that can be read by itself.
    var block: Int
    var bits: Int
    /// How many samples a block holds, for formats of blocks.
    var samplesPerBlock: Int?
    var frames: Int
    var dataBytes: Int

    var count: Int { samplesPerBlock == nil ? 58 : 60 }

    /// Chunks have even lengths: what follows the sound.
    var padding: [UInt8] { dataBytes % 2 == 0 ? [] : [0] }

    var bytes: [UInt8] {
        var bytes = Array("RIFF".utf8)
        bytes += Self.little(count - 8 + dataBytes + padding.count, 4)
        bytes += Array("WAVEfmt ".utf8) + Self.little(samplesPerBlock == nil ? 18 : 20, 4)
        bytes += Self.little(Int(tag), 2) + Self.little(channels, 2) + Self.little(8_000, 4)
        bytes += Self.little(bytesPerSecond, 4) + Self.little(block, 2) + Self.little(bits, 2)
        if let samplesPerBlock {
            bytes += Self.little(2, 2) + Self.little(samplesPerBlock, 2)
        } else {
            bytes += Self.little(0, 2)
        }
        bytes += Array("fact".utf8) + Self.little(4, 4) + Self.little(frames, 4)
        return bytes + Array("data".utf8) + Self.little(dataBytes, 4)
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Of samples that stand one by one.
    init(samples format: RecordingFormat, channels: Int, frames: Int) {
        let width = format.bytesPerSample
        tag = format == .wavALaw ? 6 : format == .wavMuLaw ? 7 : 1
        self.channels = channels
        bytesPerSecond = 8_000 * width * channels
        block = width * channels
        bits = width * 8
        self.frames = frames
        dataBytes = frames * width * channels
    }

    /// Of blocks, one channel.
    init(tag: UInt16, block: Int, samplesPerBlock: Int, frames: Int) {
        self.tag = tag
        channels = 1
        bytesPerSecond = 8_000 * block / samplesPerBlock
        self.block = block
        bits = 0
        self.samplesPerBlock = samplesPerBlock
        self.frames = frames
        dataBytes = (frames + samplesPerBlock - 1) / samplesPerBlock * block
    }
}

extension RecordingFormat {
    /// Of formats whose samples stand one by one.
    var bytesPerSample: Int { self == .wavPCM16 || self == .rawPCM16 ? 2 : 1 }

    var hasHead: Bool { self != .rawPCM16 && self != .rawPCM8 }
}
