import Contracts
import Dispatch
import Foundation
import Glibc
import Logging
import ServiceLifecycle

/// Brings what the recorder wrote into its format and its place, one recording after the other, on a thread of its own: far
/// from the threads that carry sound. What cannot be done now, as on a full disk, is tried again until it can.
final class RecordingFinisher: Service, Sendable {
    let place: RecordingPlace
    private let store: RecordingStore
    private let notes: WriteBehind<RecordingID, OwnedRecording>
    private let instance: InstanceID
    private let publish: @Sendable (any Fact, TenantID) -> Void
    private let metrics: MediaServerMetrics
    private let log: Logger
    private let retry: Duration
    private let thread = DispatchQueue(label: "recording-finisher", qos: .utility)
    private let (waiting, inbox) = AsyncStream.makeStream(of: OwnedRecording.self)

    init(
        _ place: RecordingPlace, store: RecordingStore, notes: WriteBehind<RecordingID, OwnedRecording>,
        instance: InstanceID, metrics: MediaServerMetrics, retry: Duration = .seconds(2), log: Logger,
        publish: @escaping @Sendable (any Fact, TenantID) -> Void
    ) {
        self.place = place
        self.store = store
        self.notes = notes
        self.instance = instance
        self.metrics = metrics
        self.retry = retry
        self.log = log
        self.publish = publish
    }

    /// For a recording that is closed.
    func take(_ recording: OwnedRecording) { inbox.yield(recording) }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await self.takeUnfinished() }
                for await recording in waiting {
                    guard await !finish(recording) else { continue }
                    tasks.addTask { [inbox, retry] in
                        if (try? await Task.sleep(for: retry)) != nil { inbox.yield(recording) }
                    }
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.inbox.finish()
        }
    }

    /// What an earlier run did not bring to its end.
    private func takeUnfinished() async {
        while !Task.isCancelled {
            do {
                for recording in try await store.unverified(of: instance) { take(recording) }
                return
            } catch {
                log.warning("unfinished recordings not found yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    /// - Returns: false if it is to be tried again.
    func finish(_ recording: OwnedRecording) async -> Bool {
        let finishing = RecordingFinishing(place: place, note: note)
        let outcome = await withCheckedContinuation { done in
            thread.async { done.resume(returning: Result { try finishing.finish(recording) }) }
        }
        switch outcome {
        case .success(let verified):
            metrics.verifiedRecording()
            publish(
                RecordingVerified(
                    recordingID: verified.id, callID: verified.callID, instance: instance,
                    format: verified.format.rawValue, sha256: verified.sha256 ?? "", isSealed: verified.keyID != nil),
                recording.tenant)
            return true
        case .failure(let error as FinishError):
            log.error(
                "recording cannot be finished, ever",
                metadata: ["recording.id": "\(recording.recording.id)", "error": "\(error)"])
            return true
        case .failure(let error):
            metrics.delayedRecording()
            log.warning(
                "recording not finished yet",
                metadata: ["recording.id": "\(recording.recording.id)", "error": "\(error)"])
            return false
        }
    }

    private func note(_ recording: OwnedRecording) { notes.note(recording.recording.id, recording) }
}

/// Trying again would change nothing.
struct FinishError: Error, CustomStringConvertible {
    let description: String
}

/// The way of one recording from closed to verified. May wait for the disk.
struct RecordingFinishing: Sendable {
    let place: RecordingPlace
    let note: @Sendable (OwnedRecording) -> Void

    /// - Returns: the recording, verified.
    /// - Throws: ``FinishError`` if there is nothing of it; anything else may pass.
    func finish(_ closed: OwnedRecording) throws -> Recording {
        var owned = closed
        let key = place.keys?.newest(for: closed.tenant)
        owned.recording.file = RecordingPlace.file(of: closed, isSealed: key != nil)
        owned.recording.keyID = key
        guard let path = place.path(of: owned.recording) else { throw FinishError(description: "It names no file.") }
        if let source = source(of: closed, besides: path) {
            try make(&owned, from: source, at: path, key: key)
            try verify(&owned, at: path, canBeMadeAgain: true)
            if let live = place.path(of: source.recording) { place.discardLive(live) }
        } else if access(path, F_OK) == 0 {
            try verify(&owned, at: path, canBeMadeAgain: false)
        } else {
            lose(closed)
            throw FinishError(description: "There is nothing of it.")
        }
        return owned.recording
    }

    /// What it is made from: what the row names, or what the recorder wrote if a crash came before the row.
    private func source(of closed: OwnedRecording, besides path: String) -> OwnedRecording? {
        var live = closed
        live.recording.file = RecordingPlace.liveFile(
            closed.recording.id, closed.tenant, at: closed.recording.startedAt)
        return [closed, live].first { candidate in
            guard let file = place.path(of: candidate.recording), file != path else { return false }
            return access(file, F_OK) == 0
        }
    }

    private func lose(_ closed: OwnedRecording) {
        var lost = closed
        lost.recording.state = .failed
        lost.recording.problem = "The file is not there any more."
        note(lost)
    }

    private func make(_ owned: inout OwnedRecording, from closed: OwnedRecording, at path: String, key: String?) throws
    {
        let sound = try place.live(closed)
        let writer = try RecordedFileWriter(path, of: owned.owner, key: key, keys: place.keys)
        do {
            var work = RecordingConversion(
                format: owned.recording.format, layout: owned.recording.layout, frames: sound.frames)
            let lost = try work.run(sound, into: writer.append)
            if lost > 0 {
                owned.recording.problem =
                    owned.recording.problem ?? "\(lost / 8) ms could not be opened and are silence."
            }
            owned.recording.sha256 = work.sha256
            owned.recording.durationMicroseconds = Int64(sound.frames) * 125
            owned.peaks = work.peaks
            owned.recording.state = .hashed
            // The row still names the live file: it is what there is until the other is in its place.
            var hashed = owned
            hashed.recording.file = closed.recording.file
            note(hashed)
            try writer.finish()
        } catch {
            writer.giveUp()
            throw error
        }
        owned.recording.bytes = Int64((try? PlainFile(path).count) ?? 0)
        owned.recording.state = .stored
        note(owned)
    }

    private func verify(_ owned: inout OwnedRecording, at path: String, canBeMadeAgain: Bool) throws {
        do {
            let hash = try RecordingHash.of(place.open(path, owned.owner))
            // One from before hashes were taken is taken as it is.
            guard hash == owned.recording.sha256 ?? hash else {
                throw FileError("What was read back is not what was written.")
            }
            owned.recording.sha256 = hash
        } catch {
            if canBeMadeAgain {
                unlink(path)
                throw error
            }
            owned.recording.problem = "\(error)"
            note(owned)
            throw FinishError(description: "\(error)")
        }
        owned.recording.bytes = Int64((try? PlainFile(path).count) ?? 0)
        owned.recording.state = .verified
        note(owned)
    }
}
