import Contracts
import Foundation
import Logging
import RTP
import Synchronization
import TestSupport

@testable import MediaServer

/// An engine on loopback with ports of its own.
struct TestEngine {
    let engine: MediaEngine
    let directory: URL

    private static let ports = Mutex<UInt16>(40_000)

    init(
        threads: Int = 1, legs: UInt16 = 8, timeout: Duration = .seconds(30),
        _ change: (inout MediaConfiguration) -> Void = { _ in }
    ) throws {
        let first = Self.ports.withLock { port in
            defer { port += 2 * legs }
            return port
        }
        var configuration = MediaConfiguration(
            address: "127.0.0.1", ports: first...(first + 2 * legs - 1), threads: threads,
            silenceBeforeTimeout: timeout)
        change(&configuration)
        engine = MediaEngine(
            configuration,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        directory = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    /// Opens a leg and tells the engine of its phone.
    func connect(_ leg: LegID, to phone: TestPhone) throws -> UInt16 {
        let port = try engine.open(leg).port
        try engine.connect(leg, phone.media)
        return port
    }

    /// The first event of a kind; others before it are passed over.
    func first<Value>(_ match: (MediaEvent) -> Value?) async -> Value? {
        for await event in engine.events {
            if let value = match(event) { return value }
        }
        return nil
    }

    func end() async {
        await engine.shutdown()
        try? FileManager.default.removeItem(at: directory)
    }

    func file(_ name: String) -> URL { directory.appending(path: name) }
}

extension LegID {
    static let anna = LegID(rawValue: "anna")
    static let bert = LegID(rawValue: "bert")
    static let carl = LegID(rawValue: "carl")
}

extension RecordingID {
    static let one = RecordingID(rawValue: "one")
}

extension PromptSource {
    static func tone(_ frequency: Double, milliseconds: Int, law: G711 = .aLaw) -> PromptSource {
        var generator = ToneGenerator([frequency])
        return PromptSource([PromptClip(law: law, samples: law.encode(generator.next(milliseconds * 8)))])
    }
}

extension MediaEvent {
    var recording: RecordingResult? {
        guard case .recordingClosed(_, let result) = self else { return nil }
        return result
    }

    var statistics: MediaStatistics? {
        guard case .closed(_, let statistics) = self else { return nil }
        return statistics
    }

    var playback: LegPlayFinished.Outcome? {
        guard case .playFinished(_, _, let outcome) = self else { return nil }
        return outcome
    }

    var key: Character? {
        guard case .digit(_, let key, _) = self else { return nil }
        return key
    }
}

func readWAV(_ path: String) throws -> WAVFile { try WAVFile([UInt8](Data(contentsOf: URL(filePath: path)))) }
