import CZeroMQ
import Foundation

/// What all ZeroMQ sockets of a bus live in.
final class ZeroMQContext {
    let handle: UnsafeMutableRawPointer
    private var isTerminated = false

    init() throws {
        guard let handle = zmq_ctx_new() else { throw BusError("ZeroMQ cannot start: \(ZeroMQSocket.reason).") }
        self.handle = handle
        zmq_ctx_set(handle, ZMQ_BLOCKY, 0)
        zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, 4096)
    }

    /// Waits until what lingers has been sent. To be called when all sockets are closed.
    func terminate() {
        guard !isTerminated else { return }
        isTerminated = true
        zmq_ctx_term(handle)
    }

    deinit { terminate() }
}

/// One ZeroMQ socket, with every option set. Belongs to the bus's thread.
final class ZeroMQSocket {
    enum Kind {
        case publisher, subscriber, dealer, router, authenticator

        var type: Int32 {
            switch self {
            case .publisher: ZMQ_PUB
            case .subscriber: ZMQ_SUB
            case .dealer: ZMQ_DEALER
            case .router: ZMQ_ROUTER
            case .authenticator: ZMQ_REP
            }
        }
    }

    /// A message as it came: its frames, and the name of the key that it came under.
    struct Received {
        var frames: [Data]
        var user: String?
    }

    /// No frame is larger, sent or received.
    static let maximumFrame = 1 << 20
    /// More frames than any message of ours has; what comes after them is thrown away.
    private static let maximumFrames = 8

    let handle: UnsafeMutableRawPointer
    /// Readable when something may have come since the socket was last asked.
    let descriptor: Int32
    /// Whether it is to be asked for what has come: its descriptor was readable, or what was done with it may have used that up.
    var isDue = true
    /// Ends after its last socket.
    private let context: ZeroMQContext
    private var isClosed = false

    init(_ kind: Kind, in context: ZeroMQContext) throws {
        guard let handle = zmq_socket(context.handle, kind.type) else {
            throw BusError("A ZeroMQ socket cannot be made: \(Self.reason).")
        }
        self.handle = handle
        self.context = context
        descriptor = Self.number(ZMQ_FD, of: handle) ?? -1
        try setOptions(kind)
    }

    deinit { close() }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        zmq_close(handle)
    }

    static var reason: String { String(cString: zmq_strerror(zmq_errno())) }

    private static func number(_ option: Int32, of handle: UnsafeMutableRawPointer) -> Int32? {
        var value: Int32 = 0
        var size = MemoryLayout.size(ofValue: value)
        return zmq_getsockopt(handle, option, &value, &size) == 0 ? value : nil
    }

    /// Asks a socket that is due whether anything has come. If not, its descriptor tells when it has.
    func review() {
        if isDue, let events = Self.number(ZMQ_EVENTS, of: handle) { isDue = events & ZMQ_POLLIN != 0 }
    }

    /// Each with its reason in docs/bus.md. None is left at its default.
    private func setOptions(_ kind: Kind) throws {
        try set(ZMQ_SNDHWM, 100_000)
        try set(ZMQ_RCVHWM, 100_000)
        try set(ZMQ_LINGER, 0)
        try set(ZMQ_IMMEDIATE, 1)
        try setLong(ZMQ_MAXMSGSIZE, Int64(Self.maximumFrame))
        try set(ZMQ_HANDSHAKE_IVL, 3000)
        try set(ZMQ_CONNECT_TIMEOUT, 3000)
        try set(ZMQ_HEARTBEAT_IVL, 4000)
        try set(ZMQ_HEARTBEAT_TIMEOUT, 8000)
        try set(ZMQ_HEARTBEAT_TTL, 8000)
        try set(ZMQ_RECONNECT_IVL, 100)
        try set(ZMQ_RECONNECT_IVL_MAX, 2000)
        try set(ZMQ_BACKLOG, 1024)
        try set(ZMQ_SNDTIMEO, 0)
        try set(ZMQ_RCVTIMEO, 0)
        try set(ZMQ_TCP_KEEPALIVE, 1)
        try set(ZMQ_TCP_KEEPALIVE_IDLE, 10)
        try set(ZMQ_TCP_KEEPALIVE_INTVL, 3)
        try set(ZMQ_TCP_KEEPALIVE_CNT, 3)
        if kind == .router { try set(ZMQ_ROUTER_MANDATORY, 1) }
    }

    func set(_ option: Int32, _ value: Int32) throws {
        var value = value
        try check(zmq_setsockopt(handle, option, &value, MemoryLayout.size(ofValue: value)), option)
    }

    func setLong(_ option: Int32, _ value: Int64) throws {
        var value = value
        try check(zmq_setsockopt(handle, option, &value, MemoryLayout.size(ofValue: value)), option)
    }

    func set(_ option: Int32, _ text: String) throws {
        isDue = true
        try check(text.withCString { zmq_setsockopt(handle, option, $0, strlen($0)) }, option)
    }

    private func check(_ result: Int32, _ option: Int32) throws {
        guard result == 0 else { throw BusError("ZeroMQ refuses option \(option): \(Self.reason).") }
    }

    func bind(_ address: String) throws {
        guard zmq_bind(handle, address) == 0 else {
            throw BusError("The bus cannot listen at \(address): \(Self.reason).")
        }
    }

    func connect(_ address: String) throws {
        guard zmq_connect(handle, address) == 0 else {
            throw BusError("The bus cannot connect to \(address): \(Self.reason).")
        }
    }

    /// Where it is bound, with the port that was found for `*`.
    var boundAddress: String {
        var text = [CChar](repeating: 0, count: 512)
        var size = text.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &size) == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// False if it cannot be sent now; `zmq_errno` says why.
    func send(_ frames: [Data]) -> Bool {
        isDue = true
        for (index, frame) in frames.enumerated() {
            let flags = ZMQ_DONTWAIT | (index < frames.count - 1 ? ZMQ_SNDMORE : 0)
            let sent = frame.withUnsafeBytes { zmq_send(handle, $0.baseAddress, $0.count, flags) }
            // Only the first frame can fail for want of room or of a peer.
            guard sent >= 0 else { return false }
        }
        return true
    }

    /// The next whole message; nil if there is none now.
    func receive() -> Received? {
        var received = Received(frames: [], user: nil)
        var more = true
        while more {
            var message = zmq_msg_t()
            zmq_msg_init(&message)
            defer { zmq_msg_close(&message) }
            guard zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) >= 0 else {
                isDue = false
                return nil
            }
            if received.frames.count < Self.maximumFrames {
                received.frames.append(Self.bytes(of: &message))
                if received.user == nil, let user = zmq_msg_gets(&message, "User-Id") {
                    received.user = String(cString: user)
                }
            }
            more = zmq_msg_more(&message) != 0
        }
        return received
    }

    private static func bytes(of message: inout zmq_msg_t) -> Data {
        let size = zmq_msg_size(&message)
        guard size > 0, let start = zmq_msg_data(&message) else { return Data() }
        return Data(bytes: start, count: size)
    }
}
