import Contracts
import Foundation
import Glibc
import ServiceKit

/// Copies, moves and deletes the files of verified recordings. A copy counts only when it was read back.
struct RecordingCare: Sendable {
    let place: RecordingPlace
    let store: RecordingStore

    /// Makes a second copy in the backup directory.
    /// - Returns: its name below it.
    /// - Throws: `Failure` if there is no backup directory or nothing to copy, ``FileError``
    @discardableResult
    func backUp(_ owned: OwnedRecording) async throws -> String {
        let recording = owned.recording
        guard recording.state == .verified else {
            throw Failure(
                .conflict, "The recording \(recording.id) is \(recording.state.rawValue), not verified.",
                code: "not_verified")
        }
        guard let backup = place.backup else {
            throw Failure(.unavailable, "There is no backup directory: RECORDINGS_BACKUP_DIRECTORY.", code: "no_backup")
        }
        guard recording.place == .recordings, let file = recording.file, let source = place.path(of: recording) else {
            return recording.file ?? ""
        }
        let target = backup.appendingPathComponent(file).path
        try await Disk.run { try Self.copy(source, to: target) }
        try await Disk.run { [place] in
            let hash = try RecordingHash.of(place.open(target, owned.owner))
            guard hash == recording.sha256 else { throw FileError("The copy is not what was copied.") }
        }
        try await store.setBackup(recording.id, file: file, tenant: owned.tenant)
        return file
    }

    /// Makes the backup its only place.
    func move(_ owned: OwnedRecording) async throws {
        guard owned.recording.place == .recordings else { return }
        let file = try await backUp(owned)
        try await store.setMoved(owned.recording.id, file: file, tenant: owned.tenant)
        guard let path = place.path(of: owned.recording) else { return }
        _ = try await Disk.run { unlink(path) }
    }

    /// Deletes every copy; the row stays and says so.
    func delete(_ owned: OwnedRecording) async throws {
        var paths = [place.path(of: owned.recording)]
        if let copy = owned.recording.backupFile, RecordingPlace.isInside(copy) {
            paths.append(place.backup?.appendingPathComponent(copy).path)
        }
        let found = paths.compactMap(\.self)
        // The row first: what is not found any more must not be promised.
        try await store.setDeleted(owned.recording.id, tenant: owned.tenant)
        try await Disk.run {
            for path in found where unlink(path) != 0 && errno != ENOENT { throw FileError.last }
        }
    }

    private static func copy(_ source: String, to target: String) throws {
        try RecordingFile.makeFolder(of: target)
        let file = try PlainFile(source)
        let copy = try FileBeingWritten(target + ".part", isNew: false)
        do {
            var offset = 0
            try file.forEachPiece { piece in
                try copy.write(piece, at: offset)
                offset += piece.count
            }
            try copy.finish(length: offset)
            guard rename(target + ".part", target) == 0 else { throw FileError.last }
        } catch {
            unlink(target + ".part")
            throw error
        }
        RecordingPlace.sync(folder: RecordingPlace.folder(of: target))
    }
}
