import CEpoll
import Glibc

/// Waits on many sockets at once.
struct Epoll: ~Copyable {
    private static let capacity = 256

    private let descriptor: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: capacity)

    init() { descriptor = epoll_create1(Int32(EPOLL_CLOEXEC)) }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a descriptor for something to read; `key` comes back with it.
    func add(_ watched: Int32, key: UInt64) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: key))
        _ = epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
    }

    func remove(_ watched: Int32) { _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

    /// - Returns: how many descriptors are ready; ask ``key(_:)`` which.
    func wait(milliseconds: Int64) -> Int {
        max(0, Int(epoll_wait(descriptor, events.baseAddress, Int32(Self.capacity), Int32(clamping: milliseconds))))
    }

    func key(_ index: Int) -> UInt64 { events[index].data.u64 }
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
