/// Why a WAV file cannot be used.
public enum WAVReadError: String, Error, Equatable, CustomStringConvertible {
    case notWAV = "it is not a RIFF WAVE file"
    case noFormat = "it has no usable fmt chunk"
    case noData = "it has no data chunk"
    case unsupported = "it is neither PCM of 16 bits nor A-law nor µ-law, in one or two channels"

    public var description: String { rawValue }
}

/// A WAV file that has been read: its format and its samples.
public struct WAVFile: Equatable, Sendable {
    public let format: WAVFormat
    /// The samples as written, channels interleaved, whole frames only.
    public let data: [UInt8]

    /// Reads a file's bytes; nothing in them can trap. A length beyond the end, as a crash or a pipe leaves it, means
    /// "to the end".
    public init(_ bytes: [UInt8]) throws(WAVReadError) {
        guard bytes.count >= 12, bytes.matches("RIFF", at: 0), bytes.matches("WAVE", at: 8) else { throw .notWAV }
        var format: WAVFormat?
        var offset = 12
        while offset + 8 <= bytes.count {
            let size = bytes.little32(at: offset + 4)
            let start = offset + 8
            let end = start + min(size, bytes.count - start)
            if bytes.matches("fmt ", at: offset) {
                format = try WAVFormat(chunk: bytes[start..<end])
            } else if bytes.matches("data", at: offset) {
                guard let format else { throw .noFormat }
                let whole = (end - start) / format.bytesPerFrame * format.bytesPerFrame
                self.format = format
                data = Array(bytes[start..<(start + whole)])
                return
            }
            offset = end + (size & 1)
        }
        throw format == nil ? .noFormat : .noData
    }

    /// How many samples each channel has.
    public var frames: Int { data.count / format.bytesPerFrame }

    /// One channel's samples; empty if there is no such channel.
    public func samples(channel: Int = 0) -> [Int16] {
        guard (0..<format.channels).contains(channel) else { return [] }
        let width = format.encoding.bytesPerSample
        return (0..<frames).map { frame in
            let at = (frame * format.channels + channel) * width
            if let law = format.encoding.law { return law.decode(data[at]) }
            return Int16(bitPattern: UInt16(data[at]) | UInt16(data[at + 1]) << 8)
        }
    }
}

extension WAVFormat {
    fileprivate init(chunk: ArraySlice<UInt8>) throws(WAVReadError) {
        let bytes = Array(chunk)
        guard bytes.count >= 16 else { throw .noFormat }
        var tag = bytes.little16(at: 0)
        // WAVE_FORMAT_EXTENSIBLE: the real tag is the start of the sub-format.
        if tag == 0xFFFE, bytes.count >= 26 { tag = bytes.little16(at: 24) }
        let bits = bytes.little16(at: 14)
        let channels = Int(bytes.little16(at: 2))
        let rate = bytes.little32(at: 4)
        guard let encoding = WAVEncoding(rawValue: tag), bits == encoding.bytesPerSample * 8,
            (1...2).contains(channels), (1_000...192_000).contains(rate)
        else { throw .unsupported }
        self.init(encoding, channels: channels, sampleRate: rate)
    }
}

extension [UInt8] {
    fileprivate func matches(_ name: StaticString, at offset: Int) -> Bool {
        offset + 4 <= count && (0..<4).allSatisfy { self[offset + $0] == name.utf8Start[$0] }
    }

    fileprivate func little16(at offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }

    fileprivate func little32(at offset: Int) -> Int {
        Int(little16(at: offset)) | Int(little16(at: offset + 2)) << 16
    }
}
