import Contracts
import Foundation
import Logging
import Synchronization

/// Records that are to be written together. Pure.
struct JournalBatch {
    private(set) var bytes: [UInt8] = []
    /// Where each record ends.
    private(set) var ends: [Int] = []
    /// The number of the first fact.
    private(set) var first: UInt64 = 0

    mutating func append(_ fact: EventFrames) {
        if ends.isEmpty { first = fact.number }
        JournalRecord.append(header: fact.header, body: fact.body, to: &bytes)
        ends.append(bytes.count)
    }

    /// All that is there; a new one begins.
    mutating func take() -> JournalBatch {
        defer { self = JournalBatch() }
        return self
    }
}

/// The files that a journal writes, one after the other.
final class JournalSegments: Sendable {
    private struct State {
        var open: JournalSegment?
        var openBytes = 0
        /// Oldest first, each with its last number.
        var full: [(segment: JournalSegment, last: UInt64)] = []
        var hasFailed = false
    }

    /// A segment is full at so many bytes.
    private static let segmentBytes = 8 << 20
    /// So many full segments wait for the database at most; then facts are no longer written to the disk.
    private static let maximumSegments = 512

    private let files: JournalFiles
    private let incarnation: String
    private let synchronizer: JournalSynchronizer
    private let log: Logger
    private let state = Mutex(State())

    init(_ files: JournalFiles, _ incarnation: String, _ synchronizer: JournalSynchronizer, _ log: Logger) {
        self.files = files
        self.incarnation = incarnation
        self.synchronizer = synchronizer
        self.log = log
    }

    /// Writes a batch with one call of the system. One that does not fit is written record by record, as far as there is room.
    /// - Parameter take: what is to be written; asked for when it is this batch's turn.
    /// - Returns: how many records could not be written.
    func write(_ take: () -> JournalBatch) -> UInt64 {
        state.withLock { state in
            let batch = take()
            guard !batch.ends.isEmpty else { return 0 }
            turnOver(batch, &state)
            let missed = batch.bytes.withUnsafeBytes { bytes in
                if append(bytes, &state) { return UInt64(0) }
                var start = 0
                var missed: UInt64 = 0
                for end in batch.ends {
                    if !append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), &state) { missed += 1 }
                    start = end
                }
                return missed
            }
            if missed > 0, !state.hasFailed {
                state.hasFailed = true
                log.error("journal not written: the disk is full or broken")
            }
            if let segment = state.open, missed < batch.ends.count { synchronizer.mark(segment) }
            return missed
        }
    }

    /// Begins a new segment, if there is none or the batch would make it too long.
    private func turnOver(_ batch: JournalBatch, _ state: inout State) {
        if let segment = state.open, state.openBytes + batch.bytes.count > Self.segmentBytes {
            state.full.append((segment, batch.first - 1))
            state.open = nil
        }
        guard state.open == nil, state.full.count < Self.maximumSegments,
            let segment = try? files.segment(incarnation, first: batch.first),
            JournalRecord.fileHeader.withUnsafeBytes({ segment.write($0, at: 0) })
        else { return }
        state.open = segment
        state.openBytes = JournalRecord.fileHeader.count
    }

    private func append(_ bytes: UnsafeRawBufferPointer, _ state: inout State) -> Bool {
        guard let segment = state.open, segment.write(bytes, at: state.openBytes) else { return false }
        state.openBytes += bytes.count
        return true
    }

    /// The files that hold nothing behind that number and are not written any more. They are no longer known here.
    func takeFull(through number: UInt64) -> [String] {
        state.withLock { state in
            let done = state.full.prefix { $0.last <= number }
            defer { state.full.removeFirst(done.count) }
            return done.map { $0.segment.path }
        }
    }

    /// The file that was being written; nil if there is none, or it is still needed. The next batch begins another one.
    /// - Parameter isStored: whether all that was told is in the database; asked while nothing can be written.
    func takeOpen(ifAll isStored: () -> Bool) -> String? {
        state.withLock { state in
            guard isStored() else { return nil }
            defer { state.open = nil }
            return state.open?.path
        }
    }

    /// The file that should hold this number; nil if none does.
    func path(holding number: UInt64) -> String? {
        state.withLock { state in
            state.full.first { $0.segment.first <= number && number <= $0.last }?.segment.path
                ?? state.open.flatMap { $0.first <= number ? $0.path : nil }
        }
    }

    /// The last file that begins at or before this number, and what the next one begins with.
    func around(_ number: UInt64) -> (path: String?, next: UInt64?) {
        state.withLock { state in
            let all = state.full.map(\.segment) + (state.open.map { [$0] } ?? [])
            return (all.last { $0.first <= number }?.path, all.first { $0.first > number }?.first)
        }
    }
}
