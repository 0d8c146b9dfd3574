import Glibc

/// Waits on many sockets at once.
///
/// The Glibc module does not show `sys/epoll.h`, so the three calls are looked up by name, and the layout of
/// `epoll_event` is written down here: a word of flags and 64 bits of ours, packed on x86-64 only.
struct Epoll: ~Copyable {
    private typealias Create = @convention(c) (Int32) -> Int32
    private typealias Control = @convention(c) (Int32, Int32, Int32, UnsafeMutableRawPointer?) -> Int32
    private typealias Wait = @convention(c) (Int32, UnsafeMutableRawPointer?, Int32, Int32) -> Int32

    #if arch(x86_64)
        private static let eventSize = 12
        private static let keyOffset = 4
    #else
        private static let eventSize = 16
        private static let keyOffset = 8
    #endif
    private static let readable: UInt32 = 1
    private static let closeOnExec: Int32 = 0o2000000
    private static let capacity = 256

    private let control: Control
    private let waitForEvents: Wait
    private let descriptor: Int32
    private let events = UnsafeMutableRawPointer.allocate(byteCount: capacity * eventSize, alignment: 16)

    init() {
        guard let create = dlsym(nil, "epoll_create1"), let control = dlsym(nil, "epoll_ctl"),
            let wait = dlsym(nil, "epoll_wait")
        else { preconditionFailure("This is not Linux: there is no epoll.") }
        self.control = unsafeBitCast(control, to: Control.self)
        waitForEvents = unsafeBitCast(wait, to: Wait.self)
        descriptor = unsafeBitCast(create, to: Create.self)(Self.closeOnExec)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a descriptor for something to read; `key` comes back with it.
    func add(_ watched: Int32, key: UInt64) {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { event in
            event.storeBytes(of: Self.readable, toByteOffset: 0, as: UInt32.self)
            event.storeBytes(of: key, toByteOffset: Self.keyOffset, as: UInt64.self)
            _ = control(descriptor, 1, watched, event.baseAddress)
        }
    }

    func remove(_ watched: Int32) { _ = control(descriptor, 2, watched, nil) }

    /// - Returns: how many descriptors are ready; ask ``key(_:)`` which.
    func wait(milliseconds: Int64) -> Int {
        max(0, Int(waitForEvents(descriptor, events, Int32(Self.capacity), Int32(clamping: milliseconds))))
    }

    func key(_ index: Int) -> UInt64 {
        events.loadUnaligned(fromByteOffset: index * Self.eventSize + Self.keyOffset, as: UInt64.self)
    }
}

/// Wakes a thread that waits on a descriptor.
struct WakeUp: ~Copyable, Sendable {
    /// Readable after ``ring()``, until ``clear()``.
    let descriptor: Int32
    private let writer: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        descriptor = ends[0]
        writer = ends[1]
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    func ring() {
        var byte: UInt8 = 1
        _ = write(writer, &byte, 1)
    }

    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
            _ = read(descriptor, bytes.baseAddress, bytes.count)
        }
    }
}
