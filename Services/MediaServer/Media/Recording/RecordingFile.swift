import Foundation
import RTP

/// One recording being written: stereo A-law, the customer on the left, the agents on the right.
///
/// When the disk fails, the recording goes on in memory time: what could not be written becomes silence as soon as
/// writing works again, so that the rest stays in step, and the result says so.
final class RecordingFile {
    /// How late a packet may be and still find its place, in samples; 0.6 s.
    private static let patience: Int64 = 4_800
    /// How much is written at a time; one second.
    private static let portion: Int64 = 8_000
    private static let maximumTracks = 64

    private let path: String
    private let start: Int64
    private let tables = LawTables()
    private var mix: RecordingMix
    private var tracks: [(track: RecordingTrack, channel: RecordingMix.Channel, lane: Int)] = []
    private let make: (String) throws -> any LiveWriter
    /// Nil while it cannot be made.
    private var writer: (any LiveWriter)?
    private var piece = [UInt8](repeating: 0, count: RecordingTrack.maximumPiece)
    /// Frames that the disk did not take and that are still to be made up for.
    private var owedFrames = 0
    private(set) var problem: String?
    /// Somebody has been told of the problem.
    var isTold = false
    /// Somebody has been told that there is a file.
    var isToldMade = false
    private var pauses = RecordingPauses()
    private var cutFrames: Int64 = 0
    private var droppedPieces = 0
    private var lostMilliseconds = 0

    init(path: String, startingAt start: Int64, make: @escaping (String) throws -> any LiveWriter = RecordingFile.make)
    {
        self.path = path
        self.start = start
        self.make = make
        mix = RecordingMix(startingAt: start)
        do {
            writer = try make(path)
        } catch {
            problem = "The file cannot be made: \(error)."
        }
    }

    /// There is a file.
    var isMade: Bool { writer != nil }
    /// The disk takes nothing just now.
    var isFailing: Bool { writer == nil || owedFrames > 0 }

    func pause(at time: Int64, leaving rest: PauseRest) { pauses.pause(at: time, leaving: rest) }
    func resume(at time: Int64) { pauses.resume(at: time) }

    /// Makes the file in the clear, and its folder if need be.
    static func make(_ path: String) throws -> any LiveWriter {
        try RecordingPlace.withFolder(of: path) {
            try WAVWriter(path: path, format: WAVFormat(.aLaw, channels: 2))
        }
    }

    static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// How much found no place on disk since the last question.
    func takeLostMilliseconds() -> Int {
        defer { lostMilliseconds = 0 }
        return lostMilliseconds
    }

    func add(_ track: RecordingTrack, to channel: RecordingMix.Channel) {
        tracks.removeAll { $0.track.isExhausted }
        guard tracks.count < Self.maximumTracks else { return }
        // Who speaks at the same time needs a lane of his own; who has finished shares his.
        let taken = tracks.filter { $0.channel == channel && !$0.track.isFinished }.map(\.lane)
        let lane = (0..<RecordingMix.maximumLanes).first { !taken.contains($0) } ?? 0
        tracks.append((track, channel, lane))
    }

    /// Writes what is old enough, if it is worth it.
    func advance(to now: Int64) {
        guard now - Self.patience - mix.position >= Self.portion else { return }
        write(upTo: now - Self.patience)
    }

    /// Writes the rest and closes the file.
    func close(at end: Int64) -> RecordingResult {
        write(upTo: max(end, mix.position))
        let bytes = writer?.bytesOnDisk ?? 0
        do {
            try writer?.close()
        } catch {
            problem = problem ?? "The file cannot be closed: \(error)."
        }
        if owedFrames > 0, problem == nil { problem = "The end is missing." }
        if droppedPieces > 0, problem == nil { problem = "\(droppedPieces * 20) ms are missing." }
        return RecordingResult(
            path: path, bytes: bytes, durationMicroseconds: (mix.position - start - cutFrames) * 125, problem: problem,
            pauses: pauses.places(from: start, to: mix.position))
    }

    private func write(upTo end: Int64) {
        repeat {
            collect(before: mix.position + Int64(RecordingMix.window - RecordingTrack.maximumPiece))
            let stretch = pauses.stretch(
                from: mix.position, to: min(end, mix.position + Int64(RecordingMix.window / 2)))
            let frames = mix.take(upTo: stretch.end)
            switch stretch.rest {
            case nil: append(frames)
            case .silence: append([UInt8](repeating: G711.aLaw.silence, count: frames.count))
            case .cut: cutFrames += Int64(frames.count / 2)
            }
        } while mix.position < end
    }

    private func collect(before horizon: Int64) {
        for (track, channel, lane) in tracks {
            while let next = track.nextPosition, next < horizon,
                let (position, count) = track.next(into: &piece, tables: tables)
            {
                mix.add(piece[..<count], to: channel, lane: lane, at: position)
            }
            let dropped = track.takeDropped()
            droppedPieces += dropped
            lostMilliseconds += dropped * 20
        }
    }

    private func append(_ frames: [UInt8]) {
        do {
            let writer = try writer ?? make(path)
            self.writer = writer
            while owedFrames > 0 {
                let count = min(owedFrames, Int(Self.portion))
                try writer.append([UInt8](repeating: G711.aLaw.silence, count: count * 2))
                owedFrames -= count
            }
            try writer.append(frames)
        } catch {
            owedFrames += frames.count / 2
            lostMilliseconds += frames.count / 16
            problem = problem ?? "Some of it could not be written: \(error)."
        }
    }
}
