import Contracts
import Database
import Foundation
import Logging
import RTP
import Synchronization
import TestSupport

@testable import MediaServer

/// A directory of a test's own, and keys.
struct Shelf {
    let directory = FileManager.default.temporaryDirectory.appending(path: "shelf-\(UUID().uuidString)")
    let keys: RecordingKeys?
    let place: RecordingPlace

    static let key = Data((0..<32).map { UInt8($0) }).base64EncodedString()
    static let other = Data((0..<32).map { UInt8($0 + 100) }).base64EncodedString()

    init(sealed: Bool) throws {
        keys = try sealed ? RecordingKeys(file: "k1 \(Self.key)\n") : nil
        place = RecordingPlace(
            recordings: directory.appending(path: "first"), backup: directory.appending(path: "second"), keys: keys)
        for folder in ["first", "second"] {
            try FileManager.default.createDirectory(
                at: directory.appending(path: folder), withIntermediateDirectories: true)
        }
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// What the recorder leaves of a call: 440 Hz of the customer's, 1 kHz of the agent's half as loud.
    func liveRecording(
        _ id: RecordingID = "r1", seconds: Int = 3, format: RecordingFormat = .wavALaw,
        layout: RecordingLayout = .stereo
    ) throws -> OwnedRecording {
        let startedAt = Timestamp(microseconds: 1_700_000_000_000_000)
        var recording = Recording(
            id: id, callID: "c1", instance: "\(TestSwitch.instance)",
            file: RecordingPlace.liveFile(id, "t", at: startedAt), state: .closed, startedAt: startedAt,
            durationMicroseconds: Int64(seconds) * 1_000_000)
        recording.format = format
        recording.layout = layout
        recording.about = RecordingAbout(
            direction: .inbound, customerNumber: "13800138000", line: "4001", agentID: "amy", queueID: "sales",
            answeredAt: startedAt)
        recording.endedAt = startedAt.adding(.seconds(seconds))
        let path = place.path(of: recording) ?? ""
        let writer = try place.makeLive(id, path)
        var (customer, agent) = (ToneGenerator([440], amplitude: 0.5), ToneGenerator([1_000], amplitude: 0.25))
        for _ in 0..<seconds {
            let frames = zip(customer.next(8_000), agent.next(8_000)).flatMap {
                [G711.aLaw.encode($0), G711.aLaw.encode($1)]
            }
            try writer.append(frames)
        }
        try writer.close()
        recording.bytes = writer.bytesOnDisk
        return OwnedRecording(tenant: "t", recording: recording)
    }

    /// Brings it into its place.
    func finish(_ recording: OwnedRecording) throws -> (recording: Recording, states: [Recording.State]) {
        let states = Mutex<[Recording.State]>([])
        let finishing = RecordingFinishing(place: place) { noted in
            states.withLock { $0.append(noted.recording.state) }
        }
        let recording = try finishing.finish(recording)
        return (recording, states.withLock { $0 })
    }

    /// All bytes that a player is given.
    func played(_ recording: Recording, _ range: Range<Int>? = nil) throws -> [UInt8] {
        let sound = try PlayableSound(OwnedRecording(tenant: "t", recording: recording), in: place)
        var pieces = sound.pieces(range ?? 0..<sound.count)
        var bytes: [UInt8] = []
        while let piece = try pieces.next() { bytes += piece }
        return bytes
    }

    func parts(_ database: Database, room: RecordingRoom = RecordingRoom(freeBytes: 0, backupFreeBytes: 0))
        -> (parts: RecordingParts, facts: Told)
    {
        let told = Told()
        let parts = RecordingParts(
            place, room: room, database: database, instance: TestSwitch.instance,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            publish: { fact, _ in told.add(fact) })
        return (parts, told)
    }
}

/// What was told, in order.
final class Told: Sendable {
    private let facts = Mutex<[any Fact]>([])
    func add(_ fact: any Fact) { facts.withLock { $0.append(fact) } }
    func all<F: Fact>(_ kind: F.Type) -> [F] { facts.withLock { $0.compactMap { $0 as? F } } }
}

/// Runs a program and gives what it says on standard output.
/// - Throws: its standard error, if it fails.
func run(_ program: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (out, problem) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = problem
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try out.fileHandleForReading.readToEnd() ?? Data()
    let words = try problem.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FileError(String(decoding: words, as: UTF8.self)) }
    return said
}
