import Contracts
import Foundation
import Synchronization

/// One file of a journal that is being written. Closed when nobody holds it any more.
final class JournalSegment: Sendable {
    let path: String
    let first: UInt64
    let descriptor: Int32
    private let isNamed = Atomic<Bool>(false)

    init(path: String, first: UInt64) throws {
        self.path = path
        self.first = first
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BusError("The journal cannot write \(path): \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(descriptor) }

    /// Whole or not at all: what was written of something that did not fit is taken back.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var written = Foundation.write(descriptor, bytes.baseAddress, bytes.count)
        while written < 0, errno == EINTR { written = Foundation.write(descriptor, bytes.baseAddress, bytes.count) }
        if written == bytes.count { return true }
        if written > 0 { ftruncate(descriptor, off_t(offset)) }
        return false
    }

    /// The first time its name in the directory as well: a file without a name is lost with the power.
    func synchronize() {
        fdatasync(descriptor)
        guard !isNamed.exchange(true, ordering: .relaxed) else { return }
        JournalFiles.synchronize(directory: (path as NSString).deletingLastPathComponent)
    }
}

/// The directory of one instance's journal: its segment files, and a lock so that only one process writes here.
final class JournalFiles: Sendable {
    private let path: String
    private let lock: Int32
    /// The segment read last: it is read in parts, one after the other.
    private let lastRead = Mutex<(path: String, facts: [Envelope])>(("", []))

    init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw BusError("The journal's directory \(path) cannot be made.")
        }
        lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw BusError("The journal cannot write in \(path): \(String(cString: strerror(errno))).")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw BusError("The journal in \(path) is in use by another process.")
        }
    }

    deinit { close(lock) }

    /// Segments that are there, oldest first.
    func segments() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".facts") }.sorted().map { "\(path)/\($0)" }
    }

    /// The process that wrote the segment, and the number it begins with, as its name says.
    static func name(of segment: String) -> (incarnation: String, first: UInt64)? {
        let parts = (segment.split(separator: "/").last ?? "").split(separator: ".")
        guard parts.count == 3, let first = UInt64(parts[1]), first >= 1 else { return nil }
        return (String(parts[0]), first)
    }

    /// A new segment, which will begin with this number.
    func segment(_ incarnation: String, first: UInt64) throws -> JournalSegment {
        let digits = String(first)
        let number = String(repeating: "0", count: max(0, 20 - digits.count)) + digits
        return try JournalSegment(path: "\(path)/\(incarnation).\(number).facts", first: first)
    }

    /// - Throws: ``BusError`` if the file is there and cannot be read now, which must not pass for an empty one.
    func contents(of segment: String) throws -> JournalRecord.Contents {
        if let data = FileManager.default.contents(atPath: segment) { return JournalRecord.decode(data) }
        guard access(segment, F_OK) != 0 else { throw BusError("The journal cannot read \(segment).") }
        return JournalRecord.Contents()
    }

    /// The facts of a segment, at least those up to `number`, which may not be in the file's earlier reading.
    func facts(of segment: String, through number: UInt64) throws -> [Envelope] {
        let known = lastRead.withLock { $0.path == segment ? $0.facts : [] }
        if let last = known.last, last.number >= number { return known }
        let facts = try contents(of: segment).facts
        lastRead.withLock { $0 = (segment, facts) }
        return facts
    }

    func remove(_ segment: String) {
        unlink(segment)
        lastRead.withLock { if $0.path == segment { $0 = ("", []) } }
    }

    /// Puts a segment with damages aside, for a person to look at.
    func keepAside(_ segment: String) { rename(segment, segment + ".damaged") }

    /// Makes new and removed files last.
    func synchronizeDirectory() { Self.synchronize(directory: path) }

    static func synchronize(directory path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
