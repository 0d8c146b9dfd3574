import RTP

/// Formats whose samples stand one by one: A-law, µ-law, PCM.
struct SampleEncoder: RecordingEncoder {
    private let format: RecordingFormat
    private let wav: WAVHead

    init(format: RecordingFormat, channels: Int, frames: Int) {
        self.format = format
        wav = WAVHead(samples: format, channels: channels, frames: frames)
    }

    var head: [UInt8] { format.hasHead ? wav.bytes : [] }

    func encode(_ samples: [Int16]) -> [UInt8] {
        switch format {
        case .wavALaw: return G711.aLaw.encode(samples)
        case .wavMuLaw: return G711.muLaw.encode(samples)
        // Eight bits are unsigned, by the custom of WAV.
        case .wavPCM8, .rawPCM8: return samples.map { UInt8(truncatingIfNeeded: ($0 >> 8) &+ 128) }
        default:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(samples.count * 2)
            for sample in samples {
                bytes.append(UInt8(truncatingIfNeeded: sample))
                bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
            }
            return bytes
        }
    }

    func finish() -> [UInt8] { format.hasHead ? wav.padding : [] }
}

final class SampleDecoder: RecordingDecoder {
    let channels: Int
    let frames: Int
    private let bytes: any RecordedBytes
    private let format: RecordingFormat
    private let start: Int

    init(_ bytes: any RecordedBytes, format: RecordingFormat, channels: Int, frames: Int) {
        self.bytes = bytes
        self.format = format
        self.channels = channels
        start = format.hasHead ? WAVHead(samples: format, channels: channels, frames: frames).count : 0
        let size = format.bytesPerSample * channels
        self.frames = min(frames, max(0, bytes.count - start) / size)
    }

    func samples(_ range: Range<Int>) throws -> [Int16] {
        let range = range.clamped(to: 0..<frames)
        let size = format.bytesPerSample * channels
        let piece = try bytes.read((start + range.lowerBound * size)..<(start + range.upperBound * size))
        switch format {
        case .wavALaw: return G711.aLaw.decode(piece)
        case .wavMuLaw: return G711.muLaw.decode(piece)
        case .wavPCM8, .rawPCM8: return piece.map { (Int16($0) - 128) << 8 }
        default:
            return stride(from: 0, to: piece.count - 1, by: 2).map {
                Int16(bitPattern: UInt16(piece[$0]) | UInt16(piece[$0 + 1]) << 8)
            }
        }
    }
}
