import Glibc

/// A UDP socket's descriptor, with the calls the media threads need. It is closed by whoever holds it.
struct UDPSocket: Sendable {
    let descriptor: Int32
    /// Who looks at what passes, if anybody does.
    let tap = PacketTap()

    /// Binds a socket that never blocks.
    /// - Parameter room: for packets that wait, in bytes; nil for what the system gives.
    /// - Throws: `MediaError.socket`
    init(bound address: SocketAddress, room: Int32? = 262_144) throws(MediaError) {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .socket(String(cString: strerror(errno))) }
        if var room { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size)) }
        // Expedited forwarding (RFC 3246), the class voice travels in.
        var service: Int32 = 46 << 2
        setsockopt(descriptor, Int32(IPPROTO_IP), IP_TOS, &service, socklen_t(MemoryLayout<Int32>.size))
        var system = address.system
        let bound = withUnsafePointer(to: &system) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw .socket(reason)
        }
    }

    /// One datagram and its source; nil when there is none, or it was longer than the buffer.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, source: SocketAddress)? {
        guard let (count, source) = Self.receive(from: descriptor, into: buffer) else { return nil }
        if PacketTap.isAnyOn {
            tap.put(UnsafeRawBufferPointer(rebasing: buffer[..<count]), source, isOutgoing: false)
        }
        return (count, source)
    }

    /// What the network does not take is lost, as in any network.
    func send(_ bytes: UnsafeRawBufferPointer, to address: SocketAddress) {
        if PacketTap.isAnyOn { tap.put(bytes, address, isOutgoing: true) }
        Self.send(bytes, to: address, over: descriptor)
    }

    // MARK: Past the tap, by the descriptor alone: a packet's way must not count the holders of a tap that is off

    @inline(__always)
    static func receive(
        from descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) -> (count: Int, source: SocketAddress)? {
        var system = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &system) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_TRUNC), $0, &length)
            }
        }
        guard (0...buffer.count).contains(count) else { return nil }
        return (count, SocketAddress(system))
    }

    @inline(__always)
    static func send(_ bytes: UnsafeRawBufferPointer, to address: SocketAddress, over descriptor: Int32) {
        var system = address.system
        _ = withUnsafePointer(to: &system) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0,
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    func close() { Glibc.close(descriptor) }
}
