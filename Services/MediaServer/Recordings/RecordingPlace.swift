import Contracts
import Foundation
import Glibc

/// Where recordings lie: `<tenant>/<day>/<id>.<ending>` below the recordings directory and, for those backed up, below the
/// backup directory. While a call is up its recording ends in `.live`; what is sealed ends in `.sealed`.
struct RecordingPlace: Sendable {
    let recordings: URL
    let backup: URL?
    let keys: RecordingKeys?
    private let spares: SpareFiles

    init(recordings: URL, backup: URL?, keys: RecordingKeys?) {
        self.recordings = recordings
        self.backup = backup
        self.keys = keys
        spares = SpareFiles(recordings.appendingPathComponent(".spare", isDirectory: true).path)
    }

    static func liveFile(_ id: RecordingID, _ tenant: TenantID, at time: Timestamp) -> String {
        "\(tenant)/\(time.date.formatted(.iso8601.year().month().day()))/\(id).live"
    }

    /// What a finished recording is called.
    static func file(of recording: OwnedRecording, isSealed: Bool) -> String {
        let day = recording.recording.startedAt.date.formatted(.iso8601.year().month().day())
        let name = "\(recording.recording.id).\(recording.recording.format.fileExtension)"
        return "\(recording.tenant)/\(day)/\(name)" + (isSealed ? ".sealed" : "")
    }

    func url(of file: String) -> URL { recordings.appendingPathComponent(file) }

    /// Nil if the row names no file, or one outside.
    func path(of recording: Recording) -> String? {
        guard let file = recording.file, Self.isInside(file) else { return nil }
        guard recording.place == .backup else { return url(of: file).path }
        return backup?.appendingPathComponent(file).path
    }

    static func isInside(_ file: String) -> Bool {
        !file.isEmpty && !file.hasPrefix("/") && !file.contains("\0")
            && !file.split(separator: "/", omittingEmptySubsequences: false).contains { $0 == ".." || $0.isEmpty }
    }

    /// Makes a live file, sealed if there is a key for its tenant. On the recorder's thread.
    func makeLive(_ id: RecordingID, _ path: String) throws -> any LiveWriter {
        // The recorder knows paths; the tenant is the folder above the day's.
        let folders = path.dropFirst(recordings.path.count).split(separator: "/")
        guard let keys, let first = folders.first else { return try RecordingFile.make(path) }
        let tenant = TenantID(rawValue: String(first))
        guard let key = keys.newest(for: tenant) else { return try RecordingFile.make(path) }
        try RecordingFile.makeFolder(of: path)
        return try SealedLiveWriter(
            path, of: RecordingOwner(tenant: tenant, id: id), key: key, keys: keys, spares: spares)
    }

    /// What the recorder wrote.
    /// - Throws: ``FileError`` if there is nothing, ``SealError``
    func live(_ owned: OwnedRecording) throws -> LiveSound {
        guard let path = path(of: owned.recording) else { throw FileError("The row names no file.") }
        return try LiveSound(PlainFile(path), of: owned.owner, keys: keys)
    }

    /// How much there is of a recording whose writer died, in frames and in bytes; nil for nothing.
    func mendedLive(_ owned: OwnedRecording) throws -> (frames: Int, bytes: Int)? {
        guard let path = path(of: owned.recording), let file = try? PlainFile(path) else { return nil }
        let sound = try LiveSound(file, of: owned.owner, keys: keys)
        return (sound.frames, sound.bytes)
    }

    /// The finished recording has been made of it.
    func discardLive(_ path: String) { spares.keep(path) }

    /// A finished file in the clear.
    func open(_ path: String, _ owner: RecordingOwner) throws -> any RecordedBytes {
        let file = try PlainFile(path)
        guard SealedHeader.kind(of: try file.read(0..<SealedHeader.size)) == .whole else { return file }
        guard let keys else { throw SealError.unknownKey("?") }
        return try SealedFile(file, of: owner, keys: keys)
    }

    /// Makes what a rename did last.
    static func syncFolder(of path: String) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// How many bytes a directory's disk has free; nil if it cannot be asked.
    static func free(at directory: URL) -> Int64? {
        var facts = statvfs()
        guard statvfs(directory.path, &facts) == 0 else { return nil }
        return Int64(
            clamping: UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize)).partialValue)
    }
}
