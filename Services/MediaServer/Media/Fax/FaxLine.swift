import Fax
import Glibc
import RTP

/// A media thread's end of the socket to a fax's worker. Closed by the thread that holds the leg.
struct FaxLine: Sendable {
    /// So many ticks without an answer, and the worker is given up: five seconds.
    static let patience = 250

    let descriptor: Int32
    /// Ticks since the worker answered last.
    var unanswered = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// What the worker does not take is lost; what stands still is given up by its ticks.
    func send(_ message: UnsafeRawBufferPointer) {
        _ = Glibc.send(
            descriptor, message.baseAddress, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }

    func tick() {
        var kind = FaxMessage.Kind.tick.rawValue
        withUnsafeBytes(of: &kind) { send($0) }
    }

    /// What the worker says next.
    /// - Returns: how many bytes; 0 if there is nothing now, nil if it has hung up.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { return count }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : nil
    }
}

/// Where a fax by T.38 comes from and goes to. UDPTL names no source: it is the address that was signalled, or another
/// port of its host, or of the host that the leg's sound came from, whichever is heard first.
struct ImageLine: Equatable, Sendable {
    let signalled: SocketAddress
    /// Where its sound came from, for who is behind NAT.
    let soundHost: UInt32?
    private(set) var locked: SocketAddress?

    init(signalled: SocketAddress, soundHost: UInt32?) {
        self.signalled = signalled
        self.soundHost = soundHost
    }

    /// Where to send: where it is heard from, the signalled address before.
    var destination: SocketAddress? { locked ?? (signalled.isUsable ? signalled : nil) }

    /// - Returns: whether a datagram from there is the leg's own.
    mutating func take(_ source: SocketAddress) -> Bool {
        if source == locked { return true }
        let isKnown = source.host == signalled.host || source.host == soundHost
        guard source == signalled || (locked == nil && isKnown) else { return false }
        locked = source
        return true
    }
}
