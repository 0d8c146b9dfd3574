import RTP

/// How a recording is kept. All at 8 kHz.
enum RecordingFormat: String, Codable, Sendable, CaseIterable {
    case wavALaw = "wav-alaw"
    case wavMuLaw = "wav-mulaw"
    case wavPCM16 = "wav-pcm16"
    case wavPCM8 = "wav-pcm8"
    /// Without a head: 16 bits, little-endian.
    case rawPCM16 = "raw-pcm16"
    /// Without a head: 8 bits, 128 is silence.
    case rawPCM8 = "raw-pcm8"
    /// Microsoft GSM 6.10: 13 000 bit/s in blocks of 65 bytes.
    case wavGSM = "wav-gsm"
    /// 8 000 bit/s; only where the library bcg729 is installed.
    case wavG729 = "wav-g729"
    case oggOpus = "ogg-opus"

    /// Without a dot.
    var fileExtension: String {
        switch self {
        case .rawPCM16, .rawPCM8: "raw"
        case .oggOpus: "opus"
        default: "wav"
        }
    }

    var mediaType: String {
        switch self {
        case .rawPCM16, .rawPCM8: "application/octet-stream"
        case .oggOpus: "audio/ogg"
        default: "audio/wav"
        }
    }

    /// The field knows these with one channel only.
    var isMonoOnly: Bool { self == .wavGSM || self == .wavG729 }

    /// A sentence if it cannot be written on this machine.
    var whyUnavailable: String? {
        self == .wavG729 && BCG729.shared == nil ? "G.729 needs the library bcg729, which is not installed." : nil
    }
}

/// Whose voice is where.
enum RecordingLayout: String, Codable, Sendable, CaseIterable {
    /// Customer left, agents right.
    case stereo
    /// All in one channel.
    case mixed

    var channels: Int { self == .stereo ? 2 : 1 }
}

/// Turns 16-bit samples, channels alternating, into a file's bytes, piece by piece.
protocol RecordingEncoder {
    /// What the file begins with.
    var head: [UInt8] { get }
    mutating func encode(_ samples: [Int16]) throws -> [UInt8]
    /// What is left, and what the file ends with.
    mutating func finish() throws -> [UInt8]
}

/// Turns a file's bytes back into samples, anywhere in it. Used by one task at a time.
protocol RecordingDecoder: AnyObject {
    var channels: Int { get }
    var frames: Int { get }
    /// The samples of these frames, channels alternating.
    func samples(_ range: Range<Int>) throws -> [Int16]
}

/// A sound that cannot be encoded or decoded.
struct SoundError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension RecordingFormat {
    /// - Parameter frames: how many will come.
    /// - Throws: ``SoundError``
    func encoder(channels: Int, frames: Int) throws -> any RecordingEncoder {
        switch self {
        case .wavALaw, .wavMuLaw, .wavPCM16, .wavPCM8, .rawPCM16, .rawPCM8:
            return SampleEncoder(format: self, channels: channels, frames: frames)
        case .wavGSM: return try BlockEncoder(GSMBlocks.self, frames: frames)
        case .wavG729: return try BlockEncoder(G729Blocks.self, frames: frames)
        case .oggOpus: return try OpusFileEncoder(channels: channels, frames: frames)
        }
    }

    /// - Throws: ``SoundError`` if it is no file of ours.
    func decoder(_ bytes: any RecordedBytes, channels: Int, frames: Int) throws -> any RecordingDecoder {
        switch self {
        case .wavALaw, .wavMuLaw, .wavPCM16, .wavPCM8, .rawPCM16, .rawPCM8:
            SampleDecoder(bytes, format: self, channels: channels, frames: frames)
        case .wavGSM: try BlockDecoder(GSMBlocks.self, bytes, frames: frames)
        case .wavG729: try BlockDecoder(G729Blocks.self, bytes, frames: frames)
        case .oggOpus: try OpusFileDecoder(bytes, channels: channels, frames: frames)
        }
    }
}
