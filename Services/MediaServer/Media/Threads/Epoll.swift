import CEpoll
import Glibc

/// Waits on many sockets at once.
struct Epoll: ~Copyable {
    static let capacity = 256

    private let descriptor: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: capacity)

    init() { descriptor = epoll_create1(Int32(EPOLL_CLOEXEC)) }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// The calling thread's short sleeps end when they should: by default the kernel adds up to 50 µs to each.
    static func sleepExactly() { _ = carillon_set_timer_slack(1_000) }

    /// Watches a descriptor for something to read; `key` comes back with it.
    func add(_ watched: Int32, key: UInt64) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: key))
        _ = epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
    }

    func remove(_ watched: Int32) { _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

    /// - Parameter most: each descriptor that is told of is looked at again by the next wait.
    /// - Returns: how many descriptors are ready; ask ``key(_:)`` which.
    func wait(milliseconds: Int64, most: Int = Epoll.capacity) -> Int {
        let most = Int32(min(max(most, 1), Self.capacity))
        return max(0, Int(epoll_wait(descriptor, events.baseAddress, most, Int32(clamping: milliseconds))))
    }

    func key(_ index: Int) -> UInt64 { events[index].data.u64 }
}

/// Wakes a thread that waits on a descriptor.
struct WakeUp: ~Copyable, Sendable {
    /// Readable after ``ring()``, until ``clear()``.
    let descriptor: Int32

    init() { descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
