import CEpoll
import Foundation
import Glibc

/// The bytes of a recording's file in the clear, wherever and however it lies: read piece by piece, on threads that may wait.
protocol RecordedBytes: Sendable {
    var count: Int { get }
    /// Fewer than asked for only at the end.
    func read(_ range: Range<Int>) throws -> [UInt8]
}

extension RecordedBytes {
    /// Hands on pieces of 64 KiB at most.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        var offset = 0
        while offset < count {
            let piece = try read(offset..<min(offset + 65_536, count))
            guard !piece.isEmpty else { throw FileError("The file ends early.") }
            try body(piece)
            offset += piece.count
        }
    }
}

/// What the system said of a file.
struct FileError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// In the system's own words.
    static var last: FileError { FileError(String(cString: strerror(errno))) }
}

/// A file that is read anywhere.
final class PlainFile: RecordedBytes {
    let count: Int
    private let descriptor: Int32

    /// - Throws: ``FileError``
    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.last }
        let end = lseek(descriptor, 0, SEEK_END)
        // A directory has an end, too, but no bytes.
        guard end >= 0, end < 1 << 48 else {
            Glibc.close(descriptor)
            throw FileError("It is no file.")
        }
        self.descriptor = descriptor
        count = Int(end)
    }

    deinit { Glibc.close(descriptor) }

    func read(_ range: Range<Int>) throws -> [UInt8] {
        let range = range.clamped(to: 0..<count)
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, done in
            while done < range.count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[done..<range.count])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + done))
                if got > 0 {
                    done += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = FileError.last
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// A file being made: written anywhere, then put on the disk.
final class FileBeingWritten {
    private var descriptor: Int32

    /// - Parameter isNew: one that is there already is an error, never overwritten.
    /// - Throws: ``FileError``
    init(_ path: String, isNew: Bool) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : O_TRUNC), 0o640)
        guard descriptor >= 0 else { throw FileError.last }
    }

    /// Over what a file that is there holds.
    /// - Throws: ``FileError``
    init(spare path: String) throws {
        descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileError.last }
    }

    deinit { close() }

    func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                if written > 0 { done += written } else if written == 0 || errno != EINTR { throw FileError.last }
            }
        }
    }

    /// Nothing behind the length, and all of it on the disk.
    func finish(length: Int) throws {
        guard ftruncate(descriptor, off_t(length)) == 0 else { throw FileError.last }
        try sync()
    }

    /// Has the disk begin to write, without waiting. What fails here, ``sync()`` tells.
    func startWriting() { _ = carillon_start_writing(descriptor) }
    func awaitWriting() { _ = carillon_await_writing(descriptor) }

    /// All of it on the disk.
    func sync() throws {
        guard fdatasync(descriptor) == 0 else { throw FileError.last }
        close()
    }

    private func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}
