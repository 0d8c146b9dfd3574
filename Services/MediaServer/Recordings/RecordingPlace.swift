import Contracts
import Foundation
import Glibc

/// Where recordings lie: `<tenant>/<day>/<id>.<ending>` below the recordings directory and, for those backed up, below the
/// backup directory. While a call is up its recording ends in `.live`; what is sealed ends in `.sealed`.
struct RecordingPlace: Sendable {
    let recordings: URL
    let backup: URL?
    let keys: RecordingKeys?
    /// Their paths.
    private let roots: (recordings: String, backup: String?)
    private let spares: SpareFiles

    init(recordings: URL, backup: URL?, keys: RecordingKeys?) {
        self.recordings = recordings
        self.backup = backup
        self.keys = keys
        roots = (recordings.path, backup?.path)
        spares = SpareFiles(recordings.appendingPathComponent(".spare", isDirectory: true).path)
    }

    static func liveFile(_ id: RecordingID, _ tenant: TenantID, at time: Timestamp) -> String {
        "\(tenant)/\(day(of: time))/\(id).live"
    }

    /// What a finished recording is called.
    static func file(of recording: OwnedRecording, isSealed: Bool) -> String {
        let day = day(of: recording.recording.startedAt)
        let name = "\(recording.recording.id).\(recording.recording.format.fileExtension)"
        return "\(recording.tenant)/\(day)/\(name)" + (isSealed ? ".sealed" : "")
    }

    /// The day of a time in UTC, `2026-11-28`.
    static func day(of time: Timestamp) -> String {
        let day = time.microseconds.dividedRoundingDown(by: 86_400_000_000)
        // Days since 1 March of the year 0, in eras of 400 years, years that begin in March, and months of 30.6 days.
        let (era, dayOfEra) = (day + 719_468).quotientAndRest(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let (dayOfMonth, monthOfYear) = (dayOfYear - (153 * month + 2) / 5 + 1, month < 10 ? month + 3 : month - 9)
        let year = yearOfEra + era * 400 + (monthOfYear <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(monthOfYear, 2))-\(padded(dayOfMonth, 2))"
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    func url(of file: String) -> URL { recordings.appendingPathComponent(file) }
    func path(of file: String) -> String { roots.recordings + "/" + file }

    /// Nil if the row names no file, or one outside.
    func path(of recording: Recording) -> String? {
        guard let file = recording.file, Self.isInside(file) else { return nil }
        guard recording.place == .backup else { return path(of: file) }
        return roots.backup.map { $0 + "/" + file }
    }

    static func isInside(_ file: String) -> Bool {
        !file.utf8.contains(0)
            && file.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) }
    }

    /// Makes a live file, sealed if there is a key for its tenant. On the recorder's thread.
    func makeLive(_ id: RecordingID, _ path: String) throws -> any LiveWriter {
        // The recorder knows paths; the tenant is the folder above the day's.
        let folders = path.dropFirst(roots.recordings.count).split(separator: "/")
        guard let keys, let first = folders.first else { return try RecordingFile.make(path) }
        let owner = RecordingOwner(tenant: TenantID(rawValue: String(first)), id: id)
        guard let key = keys.newest(for: owner.tenant) else { return try RecordingFile.make(path) }
        return try Self.withFolder(of: path) {
            try SealedLiveWriter(path, of: owner, key: key, keys: keys, spares: spares)
        }
    }

    /// Makes a file, and its folder if there is none, as for the first of a day.
    static func withFolder<File>(of path: String, _ make: () throws -> File) throws -> File {
        do {
            return try make()
        } catch {
            guard access(folder(of: path), F_OK) != 0 else { throw error }
            try RecordingFile.makeFolder(of: path)
            return try make()
        }
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

    static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    }

    /// Makes what renames in a folder did last.
    static func sync(folder: String) {
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

extension Int64 {
    fileprivate func quotientAndRest(by divisor: Int64) -> (Int64, Int64) {
        let quotient = dividedRoundingDown(by: divisor)
        return (quotient, self - quotient * divisor)
    }

    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
