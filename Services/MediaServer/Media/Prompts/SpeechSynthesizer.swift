import Contracts
import Foundation
import RTP
import Speech

/// A language we speak, and the synthesizer's voice for it.
enum SpeechLanguage: String, Sendable, CaseIterable {
    case zh
    case en

    /// Of Chinese the voice that reads pinyin: espeak-ng itself knows few characters, and spells the others as if they were English.
    var voice: String { self == .zh ? "cmn-latn-pinyin" : "en" }

    /// As the voice wants it.
    func written(_ text: String) -> String { self == .zh ? MandarinReading.pinyin(text) : text }

    /// Takes `zh`, `zh-CN`, `en_GB`…; nil for what we do not speak.
    init?(tag: String) {
        self.init(rawValue: String(tag.lowercased().prefix { $0 != "-" && $0 != "_" }))
    }
}

/// Speaks text with espeak-ng, one child process a text; the text goes through a file, never the command line.
struct SpeechSynthesizer: Sendable {
    /// Longer texts are refused.
    static let maximumCharacters = 2_000
    private static let patience: Duration = .seconds(20)

    /// A name found in PATH, or a path.
    let program: String
    /// For files of a moment.
    let directory: URL

    /// - Throws: `Failure.unavailable` if the program is missing, fails or takes too long.
    func speak(_ text: String, _ language: SpeechLanguage) async throws -> PromptClip {
        let name = UUID().uuidString
        let input = directory.appending(path: "\(name).txt")
        let output = directory.appending(path: "\(name).wav")
        defer {
            try? FileManager.default.removeItem(at: input)
            try? FileManager.default.removeItem(at: output)
        }
        try await Disk.run { try Data(language.written(text).utf8).write(to: input) }
        try await run(["-v", language.voice, "-s", "160", "-b", "1", "-f", input.path, "-w", output.path])
        return try await Disk.run {
            guard let bytes = try? Data(contentsOf: output), let file = try? WAVFile([UInt8](bytes)),
                let clip = PromptClip(file)
            else { throw Failure(.unavailable, "The speech program made no sound.") }
            return clip
        }
    }

    private func run(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = (program.contains("/") ? [] : [program]) + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let status = try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { try await Self.status(of: process) }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                return nil
            }
            let first = try await group.next() ?? nil
            if first == nil, process.isRunning { kill(process.processIdentifier, SIGKILL) }
            group.cancelAll()
            return first
        }
        guard let status else { throw Failure(.unavailable, "The speech program took too long.") }
        guard status == 0 else {
            throw Failure(.unavailable, "The speech program \(program) failed with status \(status).")
        }
    }

    private static func status(of process: Process) async throws -> Int32 {
        try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: Failure(.unavailable, "The speech program cannot be started."))
            }
        }
    }
}

extension PromptClip {
    /// A file's sound at 8 kHz; channels are mixed. Nil for a sample rate that cannot be converted.
    init?(_ file: WAVFile) {
        // As it is: no sound is lost.
        if file.format.channels == 1, file.format.sampleRate == 8_000, let law = file.format.encoding.law {
            self.init(law: law, samples: file.data)
            return
        }
        guard let resample = Resampler(from: file.format.sampleRate) else { return nil }
        var samples = file.samples()
        if file.format.channels == 2 {
            samples = zip(samples, file.samples(channel: 1)).map { Int16((Int($0) + Int($1)) / 2) }
        }
        self.init(law: .aLaw, samples: G711.aLaw.encode(resample(samples)))
    }
}
