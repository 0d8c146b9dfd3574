import Codecs
import Foundation
import RTP
import SDP
import Testing

/// Short words for these tests.
enum Words {
    /// Every codec, at each rate that it has.
    static let coders: [(codec: AudioCodec, rate: SampleRate)] =
        AudioCodec.allCases.map { ($0, .narrow) } + [(.g722, .wide), (.opus, .wide)]

    static func tone(_ frequency: Double, milliseconds: Int, _ rate: SampleRate, amplitude: Double = 0.25) -> [Int16] {
        var generator = ToneGenerator([frequency], amplitude: amplitude, sampleRate: Double(rate.rawValue))
        return generator.next(milliseconds * rate.perMillisecond)
    }

    static func share(of frequency: Double, in samples: some Collection<Int16>, _ rate: SampleRate) -> Double {
        Goertzel.share(of: frequency, in: samples, sampleRate: Double(rate.rawValue))
    }
}

extension SoundEncoder {
    /// Cuts sound into packets.
    func packets(_ samples: [Int16], of count: Int) -> [[UInt8]] {
        stride(from: 0, to: samples.count - count + 1, by: count).map { start in
            var payload = [UInt8](repeating: 0, count: 1_500)
            let length = samples[start..<(start + count)].withUnsafeBufferPointer { samples in
                payload.withUnsafeMutableBytes { encode(samples, into: $0) }
            }
            return Array(payload[..<length])
        }
    }
}

extension SoundDecoder {
    func samples(_ payload: [UInt8]) -> [Int16] {
        var samples = [Int16](repeating: 0, count: maximumPacketSamples)
        let count = payload.withUnsafeBytes { payload in
            samples.withUnsafeMutableBufferPointer { decode(payload, into: $0) }
        }
        return Array(samples[..<count])
    }
}

/// Another program that knows the codecs.
enum Peer {
    static func run(_ program: String, _ arguments: [String]) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    static func inFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "codecs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

func pcm(_ data: Data) -> [Int16] {
    [UInt8](data).withUnsafeBytes { bytes in
        (0..<(bytes.count / 2)).map { Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 2, as: Int16.self)) }
    }
}

func data(_ samples: [Int16]) -> Data { samples.withUnsafeBytes { Data($0) } }
