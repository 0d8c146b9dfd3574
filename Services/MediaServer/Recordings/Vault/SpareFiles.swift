import Foundation
import Glibc
import Synchronization

/// Files of live recordings that are no longer needed, kept to be written again.
///
/// A switch makes and removes a live file with every call. ext4 gives away the inode of a removed file only minutes later and
/// looks at each such inode whenever a file is made: at 70 calls a second making one took half a millisecond of a core. A file
/// that is used again costs a tenth of that, and a full disk still has room for it.
///
/// What is kept cannot be opened any more: its head, with the only copy of its key, is gone. Who reads it just now still has
/// that, so a file rests for a while before it is written again.
final class SpareFiles: Sendable {
    private struct Spare {
        let path: String
        let size: Int
        let since: ContinuousClock.Instant
    }

    private struct State {
        /// Those from `first` on, oldest first.
        var spares: [Spare] = []
        var first = 0
        var bytes = 0
        var number = UInt64.random(in: .min ... .max)

        var count: Int { spares.count - first }

        mutating func add(_ spare: Spare) {
            spares.append(spare)
            bytes += spare.size
        }

        mutating func take(restingSince limit: ContinuousClock.Instant) -> Spare? {
            guard first < spares.count, spares[first].since <= limit else { return nil }
            defer {
                first += 1
                if first > SpareFiles.most {
                    spares.removeFirst(first)
                    first = 0
                }
            }
            bytes -= spares[first].size
            return spares[first]
        }
    }

    private static let most = 4096
    private static let mostBytes = 256 << 20
    private static let largest = 8 << 20
    static let rest = Duration.seconds(10)

    private let directory: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// - Parameter directory: of theirs alone, on the recordings' disk. Made when the first is kept; what is found in it is used.
    init(_ directory: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.directory = directory
        self.now = now
        var state = State()
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard state.count < Self.most, let size = Self.sizeOfSpare(path), state.bytes + size <= Self.mostBytes
            else {
                unlink(path)
                continue
            }
            state.add(Spare(path: path, size: size, since: now()))
        }
        self.state = Mutex(state)
    }

    var count: Int { state.withLock { $0.count } }

    /// Puts a spare file at a path where there is none.
    /// - Returns: false if there is no spare file, or it cannot be put there.
    func put(at path: String) -> Bool {
        let limit = now() - Self.rest
        guard let spare = state.withLock({ $0.take(restingSince: limit) }) else { return false }
        // What lies there is never replaced; nobody else makes files of recordings here. One name at a time, even if we die
        // in between: a file of two recordings would be lost to the first.
        if access(path, F_OK) != 0, rename(spare.path, path) == 0 { return true }
        unlink(spare.path)
        return false
    }

    /// Takes a file that nobody needs any more, or removes it.
    func keep(_ path: String) {
        let descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        // Aside first, wiped then: a file in a recording's place is whole, whenever we die.
        guard descriptor >= 0, let size = Self.size(descriptor), size <= Self.largest, Self.opens(descriptor),
            let spare = place(for: size), rename(path, spare) == 0
        else {
            unlink(path)
            return
        }
        guard Self.wipe(descriptor) else {
            unlink(spare)
            return
        }
        let since = now()
        state.withLock { $0.add(Spare(path: spare, size: size, since: since)) }
    }

    private func place(for size: Int) -> String? {
        let (number, isFirst) = state.withLock { state -> (UInt64?, Bool) in
            guard state.count < Self.most, state.bytes + size <= Self.mostBytes else { return (nil, false) }
            state.number &+= 1
            return (state.number, state.count == 0)
        }
        guard let number else { return nil }
        if isFirst { try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
        return "\(directory)/\(number)"
    }

    /// Whether it is a sealed recording with its key. Any other file is not kept: removing it is all that helps.
    private static func opens(_ descriptor: Int32) -> Bool {
        let head = [UInt8](unsafeUninitializedCapacity: SealedHeader.size) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return SealedHeader.kind(of: head) == .live
    }

    /// Makes it unreadable for ever.
    private static func wipe(_ descriptor: Int32) -> Bool {
        let nothing = [UInt8](repeating: 0, count: SealedHeader.size)
        return pwrite(descriptor, nothing, nothing.count, 0) == nothing.count
    }

    /// Nil if it is no file of its own.
    private static func size(_ descriptor: Int32) -> Int? {
        let end = lseek(descriptor, 0, SEEK_END)
        return (0..<1 << 48).contains(end) ? Int(end) : nil
    }

    /// How long a spare file is; nil if it cannot be used.
    private static func sizeOfSpare(_ path: String) -> Int? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // One that still opens was put aside by a run that died before it had wiped it.
        return opens(descriptor) ? nil : size(descriptor)
    }
}
