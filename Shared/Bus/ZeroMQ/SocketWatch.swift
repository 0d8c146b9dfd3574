import CZeroMQ
import Foundation

/// Waits until one of many ZeroMQ sockets may have something to say.
///
/// `zmq_poll` asks each socket with two system calls of its own, in every round. libzmq tells through one descriptor a socket
/// instead, and only that something *may* have come since the socket was last asked (zmq_getsockopt(3), `ZMQ_FD`): so a socket
/// is asked again after whatever was done with it, see ``ZeroMQSocket/isDue``.
struct SocketWatch: ~Copyable {
    private static let capacity = 64

    private let descriptor: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: capacity)

    init() throws {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw BusError("The bus cannot wait: \(String(cString: strerror(errno))).") }
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// - Parameter watched: a descriptor; what is told of it is this number again.
    func add(_ watched: Int32) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: watched))
        epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event)
    }

    /// To be called before the descriptor is closed.
    func remove(_ watched: Int32) { epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

    /// Hands over each descriptor that is ready.
    /// - Returns: whether any is.
    func wait(milliseconds: Int, _ ready: (Int32) -> Void) -> Bool {
        let count = Int(epoll_wait(descriptor, events.baseAddress, Int32(Self.capacity), Int32(clamping: milliseconds)))
        guard count > 0 else { return false }
        for event in events.prefix(count) { ready(event.data.fd) }
        return true
    }
}
