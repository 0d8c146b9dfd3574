import Contracts
import Foundation
import RTP

@testable import MediaServer

/// Sounds to be classified, at 8 kHz.
enum AnswerSounds {
    static func silence(_ milliseconds: Int) -> [Int16] { [Int16](repeating: 0, count: milliseconds * 8) }

    static func tone(_ frequencies: Double..., milliseconds: Int, amplitude: Double = 0.15) -> [Int16] {
        var generator = ToneGenerator(frequencies, amplitude: amplitude / Double(frequencies.count))
        return generator.next(milliseconds * 8)
    }

    /// A tone again and again.
    static func cadence(_ frequencies: Double..., on: Int, off: Int, times: Int) -> [Int16] {
        (0..<times).flatMap { _ in
            var generator = ToneGenerator(frequencies, amplitude: 0.15 / Double(frequencies.count))
            return generator.next(on * 8) + silence(off)
        }
    }

    static func special(_ tones: (Double, Int)...) -> [Int16] {
        silence(400) + tones.flatMap { tone($0.0, milliseconds: $0.1) } + silence(200)
    }

    /// The background of a line: a soft hiss.
    static func noise(_ milliseconds: Int, decibels: Double, seed: UInt64) -> [Int16] {
        var state = seed
        return (0..<(milliseconds * 8)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(Int16(truncatingIfNeeded: state >> 40)) / 32_768
            return Int16(value * 1.732 * pow(10, -decibels / 20) * 32_767)
        }
    }

    static func mixed(_ first: [Int16], _ second: [Int16]) -> [Int16] {
        first.indices.map { Int16(clamping: Int32(first[$0]) + Int32($0 < second.count ? second[$0] : 0)) }
    }

    /// As a telephone line carries it.
    static func overLine(_ samples: [Int16]) -> [Int16] { G711.aLaw.decode(G711.aLaw.encode(samples)) }

    /// What is found, and after how many milliseconds.
    static func findings(
        _ samples: [Int16], _ settings: AnswerDetection = AnswerDetection()
    ) -> [(finding: AnswerClassifier.Finding, at: Int)] {
        var classifier = AnswerClassifier(settings)
        return stride(from: 0, to: samples.count - 159, by: 160).compactMap { start in
            samples[start..<(start + 160)].withUnsafeBufferPointer { classifier.take($0) }.map { ($0, start / 8) }
        }
    }

    static func result(_ samples: [Int16], _ settings: AnswerDetection = AnswerDetection()) -> AnswerResult? {
        findings(overLine(samples), settings).lazy.compactMap {
            if case .result(let result, _) = $0.finding { result } else { nil }
        }.first
    }
}

/// espeak-ng speaks; different voices, speeds and pitches are different people.
struct Speaking {
    let voice: String
    let speed: Int
    let pitch: Int

    func say(_ text: String) throws -> [Int16] {
        let file = FileManager.default.temporaryDirectory.appending(path: "say-\(UUID().uuidString).wav")
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "espeak-ng", "-v", voice, "-s", "\(speed)", "-p", "\(pitch)", "-w", file.path, text,
        ]
        try process.run()
        process.waitUntilExit()
        let wave = try WAVFile([UInt8](Data(contentsOf: file)))
        guard let resampler = Resampler(from: wave.format.sampleRate) else { return [] }
        return resampler(wave.samples(channel: 0)).map { $0 / 2 }
    }
}
