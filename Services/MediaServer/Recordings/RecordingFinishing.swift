import Contracts
import Foundation
import Glibc

/// Trying again would change nothing.
struct FinishError: Error, CustomStringConvertible {
    let description: String
}

/// The way of recordings from closed to verified, several at once: each is made, then all are put on the disk, then each is
/// read back. What becomes of one is nothing to the others. May wait for the disk.
struct RecordingFinishing: Sendable {
    /// So many at once.
    static let most = 64

    let place: RecordingPlace
    let note: @Sendable (OwnedRecording) -> Void

    /// One on its way.
    private struct Work {
        var owned: OwnedRecording
        let path: String
        /// What it is made from, and the file being made; nil if it is in its place already.
        var making: (source: OwnedRecording, file: RecordedFileWriter)?
    }

    /// - Returns: the recording, verified.
    /// - Throws: ``FinishError`` if there is nothing of it; anything else may pass.
    func finish(_ closed: OwnedRecording) throws -> Recording {
        guard let outcome = finish([closed]).first else { throw FinishError(description: "There is none.") }
        return try outcome.get()
    }

    /// - Parameter closed: recordings of different ids.
    /// - Returns: each recording, verified; or a ``FinishError`` if there is nothing of it; anything else may pass.
    func finish(_ closed: [OwnedRecording]) -> [Result<Recording, any Error>] {
        var works = closed.map { recording in Result { try make(recording) } }
        each(of: &works) { try $0.making?.file.startWriting() }
        each(of: &works) { try $0.making?.file.awaitWriting() }
        each(of: &works) { try $0.making?.file.sync() }
        each(of: &works) { try $0.making?.file.putInPlace() }
        var folders: Set<String> = []
        each(of: &works) { if $0.making != nil { folders.insert(RecordingPlace.folder(of: $0.path)) } }
        for folder in folders { RecordingPlace.sync(folder: folder) }
        each(of: &works) { work in
            guard let file = work.making?.file else { return }
            work.owned.recording.bytes = Int64(file.size)
            work.owned.recording.state = .stored
            note(work.owned)
        }
        return works.map { work in work.flatMap { work in Result { try verify(work) } } }
    }

    /// A step of all that have come so far. One that fails leaves nothing half made behind.
    private func each(of works: inout [Result<Work, any Error>], _ step: (inout Work) throws -> Void) {
        for index in works.indices {
            guard case .success(var work) = works[index] else { continue }
            do {
                try step(&work)
                works[index] = .success(work)
            } catch {
                work.making?.file.giveUp()
                works[index] = .failure(error)
            }
        }
    }

    // MARK: Making

    private func make(_ closed: OwnedRecording) throws -> Work {
        var owned = closed
        let key = place.keys?.newest(for: closed.tenant)
        owned.recording.file = RecordingPlace.file(of: closed, isSealed: key != nil)
        owned.recording.keyID = key
        guard let path = place.path(of: owned.recording) else { throw FinishError(description: "It names no file.") }
        if let source = source(of: closed, besides: path) {
            let file = try make(&owned, from: source, at: path, key: key)
            return Work(owned: owned, path: path, making: (source, file))
        }
        guard access(path, F_OK) == 0 else {
            lose(closed)
            throw FinishError(description: "There is nothing of it.")
        }
        return Work(owned: owned, path: path)
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
        -> RecordedFileWriter
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
            try writer.complete()
            return writer
        } catch {
            writer.giveUp()
            throw error
        }
    }

    // MARK: Reading back

    private func verify(_ work: Work) throws -> Recording {
        var owned = work.owned
        do {
            let hash = try RecordingHash.of(place.open(work.path, owned.owner))
            // One from before hashes were taken is taken as it is.
            guard hash == owned.recording.sha256 ?? hash else {
                throw FileError("What was read back is not what was written.")
            }
            owned.recording.sha256 = hash
        } catch {
            if work.making != nil {
                unlink(work.path)
                throw error
            }
            owned.recording.problem = "\(error)"
            note(owned)
            throw FinishError(description: "\(error)")
        }
        if work.making == nil { owned.recording.bytes = Int64((try? PlainFile(work.path).count) ?? 0) }
        owned.recording.state = .verified
        note(owned)
        if let live = work.making.flatMap({ place.path(of: $0.source.recording) }) { place.discardLive(live) }
        return owned.recording
    }
}
