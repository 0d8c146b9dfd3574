import Contracts
import Glibc
import Synchronization

/// Copies of what passes a socket, on their way from its media thread to the ``Tracer``: a ring, as ``RecordingTrack`` is one. One
/// thread writes, one reads; neither ever waits, and a full ring drops what is new and counts it. While nobody traces, a packet
/// costs one look at a flag.
///
/// Unchecked: `memory` is shared by two threads. The writer only touches bytes from `written` up to `read + capacity`, the
/// reader only those from `read` up to `written`, and each publishes its count with release after touching them. It is made
/// before `isOn` is set, and lives as long as the tap.
final class PacketTap: @unchecked Sendable {
    /// Some seconds of sound; the tracer comes by five times a second.
    static let capacity = 1 << 18
    private static let headerSize = 32
    /// What is longer is cut; no packet of sound is.
    static let longest = 2_048

    struct Packet: Sendable, Equatable {
        let time: Timestamp
        let peer: SocketAddress
        let isOutgoing: Bool
        let bytes: [UInt8]
    }

    private var memory: UnsafeMutableRawBufferPointer?
    private let isOn = Atomic<Bool>(false)
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let dropped = Atomic<Int>(0)

    deinit {
        end()
        memory?.deallocate()
    }

    /// How many are on, wherever: while none is, a packet need not look at its own, which is far away in memory.
    private static let onCount = Atomic<Int>(0)

    static var isAnyOn: Bool { onCount.load(ordering: .acquiring) > 0 }

    /// By the one who reads.
    func begin() {
        if memory == nil { memory = .allocate(byteCount: Self.capacity, alignment: 16) }
        if !isOn.exchange(true, ordering: .acquiringAndReleasing) {
            Self.onCount.add(1, ordering: .acquiringAndReleasing)
        }
    }

    /// By the one who reads.
    func end() {
        if isOn.exchange(false, ordering: .acquiringAndReleasing) {
            Self.onCount.subtract(1, ordering: .acquiringAndReleasing)
        }
    }

    // MARK: The media thread

    @inline(__always)
    func put(_ bytes: UnsafeRawBufferPointer, _ peer: SocketAddress, isOutgoing: Bool) {
        if isOn.load(ordering: .acquiring) { copy(bytes, peer, isOutgoing) }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, _ peer: SocketAddress, _ isOutgoing: Bool) {
        let count = min(bytes.count, Self.longest)
        let size = Self.headerSize + (count + 31) & ~31
        let start = written.load(ordering: .relaxed)
        guard let memory, count > 0, Self.capacity - (start - read.load(ordering: .acquiring)) >= size else {
            dropped.add(1, ordering: .relaxed)
            return
        }
        // Pieces are multiples of 32 bytes, so that a header is never cut in two by the end of the ring.
        let at = start % Self.capacity
        memory.storeBytes(of: Timestamp.now().microseconds, toByteOffset: at, as: Int64.self)
        memory.storeBytes(of: peer.host, toByteOffset: at + 8, as: UInt32.self)
        memory.storeBytes(of: peer.port, toByteOffset: at + 12, as: UInt16.self)
        memory.storeBytes(of: isOutgoing ? 1 : 0, toByteOffset: at + 14, as: UInt16.self)
        memory.storeBytes(of: Int32(count), toByteOffset: at + 16, as: Int32.self)
        let body = (at + Self.headerSize) % Self.capacity
        let first = min(count, Self.capacity - body)
        UnsafeMutableRawBufferPointer(rebasing: memory[body...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<first]))
        if first < count { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[first..<count])) }
        written.store(start + size, ordering: .releasing)
    }

    // MARK: The tracer

    /// The next packet; nil when there is none.
    func next() -> Packet? {
        let start = read.load(ordering: .relaxed)
        guard let memory, written.load(ordering: .acquiring) > start else { return nil }
        let at = start % Self.capacity
        let count = Int(memory.load(fromByteOffset: at + 16, as: Int32.self))
        let body = (at + Self.headerSize) % Self.capacity
        let first = min(count, Self.capacity - body)
        var bytes = [UInt8](UnsafeRawBufferPointer(rebasing: memory[body..<(body + first)]))
        if first < count { bytes += UnsafeRawBufferPointer(rebasing: memory[..<(count - first)]) }
        let packet = Packet(
            time: Timestamp(microseconds: memory.load(fromByteOffset: at, as: Int64.self)),
            peer: SocketAddress(
                host: memory.load(fromByteOffset: at + 8, as: UInt32.self),
                port: memory.load(fromByteOffset: at + 12, as: UInt16.self)),
            isOutgoing: memory.load(fromByteOffset: at + 14, as: UInt16.self) == 1, bytes: bytes)
        read.store(start + Self.headerSize + (count + 31) & ~31, ordering: .releasing)
        return packet
    }

    /// How many found no room since the last question.
    func takeDropped() -> Int { dropped.exchange(0, ordering: .relaxed) }
}

/// Where a leg's packets pass.
struct LegTaps: Sendable {
    let rtp: PacketTap
    /// Nil where RTCP comes by the same port.
    let rtcp: PacketTap?
    /// Our own address for RTP; RTCP is next to it.
    let local: SocketAddress
}
