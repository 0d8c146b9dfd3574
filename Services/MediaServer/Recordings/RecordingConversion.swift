import Crypto
import Foundation
import RTP

/// SHA-256 of a recording's file in the clear, in hexadecimal.
enum RecordingHash {
    static func of(_ bytes: any RecordedBytes) throws -> String {
        var hash = SHA256()
        try bytes.forEachPiece { hash.update(data: $0) }
        return text(hash.finalize())
    }

    static func text(_ digest: SHA256.Digest) -> String {
        digest.reduce(into: "") { text, byte in
            text += byte < 16 ? "0" : ""
            text += String(byte, radix: 16)
        }
    }
}

/// From what the recorder wrote to a file of its format, with its hash and how loud it is.
struct RecordingConversion {
    private static let samples: [Int16] = (0...255).map { G711.aLaw.decode($0) }

    private let format: RecordingFormat
    private let layout: RecordingLayout
    private let frames: Int
    private var hash = SHA256()
    private var level: RecordingPeaks

    init(format: RecordingFormat, layout: RecordingLayout, frames: Int) {
        self.format = format
        self.layout = layout
        self.frames = frames
        level = RecordingPeaks(frames: frames)
    }

    var sha256: String { RecordingHash.text(hash.finalize()) }
    var peaks: Data { level.data }

    /// - Returns: how many frames could not be opened.
    mutating func run(_ sound: LiveSound, into write: ([UInt8]) throws -> Void) throws -> Int {
        var encoder = try format.encoder(channels: layout.channels, frames: frames)
        func put(_ bytes: [UInt8]) throws {
            guard !bytes.isEmpty else { return }
            hash.update(data: bytes)
            try write(bytes)
        }
        try put(encoder.head)
        let lost = try sound.forEachPiece { piece in
            level.add(piece)
            // As it is: no sound is lost, and no time.
            let isSame = format == .wavALaw && layout == .stereo
            try put(
                isSame ? piece : encoder.encode(layout == .stereo ? piece.map { Self.samples[Int($0)] } : mixed(piece)))
        }
        try put(encoder.finish())
        return lost
    }

    private func mixed(_ piece: [UInt8]) -> [Int16] {
        stride(from: 0, to: piece.count - 1, by: 2).map { index in
            let sum = Int32(Self.samples[Int(piece[index])]) + Int32(Self.samples[Int(piece[index + 1])])
            // A-law knows no zero: two silences are one.
            return abs(sum) <= 16 ? 0 : Int16(clamping: sum)
        }
    }
}
