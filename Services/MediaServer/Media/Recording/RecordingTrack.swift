import RTP
import Synchronization

/// What one leg says, on its way from its media thread to the recorder: a ring of pieces of sound, each with its place on
/// the clock. One thread writes, one reads; neither ever waits, and a full ring drops what is new and counts it.
///
/// Unchecked: `memory` is shared by two threads. The writer only touches bytes from `written` up to `read + capacity`, the
/// reader only those from `read` up to `written`, and each publishes its count with release after touching them.
final class RecordingTrack: @unchecked Sendable {
    /// Over seven seconds of sound; the recorder comes by five times a second.
    static let capacity = 65_536
    /// The place on the clock, the length, the law.
    private static let headerSize = 16
    /// The longest piece; a packet has 160 samples, rarely up to 480.
    static let maximumPiece = 1_024

    private let memory: UnsafeMutableRawBufferPointer
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let droppedPieces = Atomic<Int>(0)
    private let finished = Atomic<Bool>(false)

    init() { memory = .allocate(byteCount: Self.capacity, alignment: 16) }

    deinit { memory.deallocate() }

    // MARK: The media thread

    func append(_ samples: UnsafeRawBufferPointer, law: G711, at position: Int64) {
        let count = min(samples.count, Self.maximumPiece)
        let size = Self.headerSize + (count + 15) & ~15
        let start = written.load(ordering: .relaxed)
        guard count > 0, Self.capacity - (start - read.load(ordering: .acquiring)) >= size else {
            if count > 0 { droppedPieces.add(1, ordering: .relaxed) }
            return
        }
        // Pieces are multiples of 16 bytes, so that a header is never cut in two by the end of the ring.
        let at = start % Self.capacity
        memory.storeBytes(of: position, toByteOffset: at, as: Int64.self)
        memory.storeBytes(of: Int32(count), toByteOffset: at + 8, as: Int32.self)
        memory.storeBytes(of: Int32(law.rawValue), toByteOffset: at + 12, as: Int32.self)
        let body = (at + Self.headerSize) % Self.capacity
        let first = min(count, Self.capacity - body)
        UnsafeMutableRawBufferPointer(rebasing: memory[body...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: samples[..<first]))
        if first < count {
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: samples[first..<count]))
        }
        written.store(start + size, ordering: .releasing)
    }

    /// Nothing will be appended any more.
    func finish() { finished.store(true, ordering: .releasing) }

    // MARK: The recorder

    /// Where the next piece belongs; nil when there is none.
    var nextPosition: Int64? {
        let start = read.load(ordering: .relaxed)
        guard written.load(ordering: .acquiring) > start else { return nil }
        return memory.load(fromByteOffset: start % Self.capacity, as: Int64.self)
    }

    /// Takes the next piece; nil when there is none. The sound is converted to A-law.
    func next(into buffer: inout [UInt8], tables: LawTables) -> (position: Int64, count: Int)? {
        let start = read.load(ordering: .relaxed)
        guard written.load(ordering: .acquiring) > start, buffer.count >= Self.maximumPiece else { return nil }
        let at = start % Self.capacity
        let position = memory.load(fromByteOffset: at, as: Int64.self)
        let count = Int(memory.load(fromByteOffset: at + 8, as: Int32.self))
        let law = memory.load(fromByteOffset: at + 12, as: Int32.self) == Int32(G711.aLaw.rawValue) ? G711.aLaw : .muLaw
        let body = (at + Self.headerSize) % Self.capacity
        let first = min(count, Self.capacity - body)
        buffer.withUnsafeMutableBytes { target in
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[body..<(body + first)]))
            if first < count {
                UnsafeMutableRawBufferPointer(rebasing: target[first...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<(count - first)]))
            }
            tables.convert(UnsafeMutableRawBufferPointer(rebasing: target[..<count]), from: law, to: .aLaw)
        }
        read.store(start + Self.headerSize + (count + 15) & ~15, ordering: .releasing)
        return (position, count)
    }

    /// How many pieces found no room since the last question.
    func takeDropped() -> Int { droppedPieces.exchange(0, ordering: .relaxed) }

    var isFinished: Bool { finished.load(ordering: .acquiring) }

    /// All that will ever come has been taken.
    var isExhausted: Bool {
        finished.load(ordering: .acquiring) && written.load(ordering: .acquiring) == read.load(ordering: .relaxed)
    }
}
