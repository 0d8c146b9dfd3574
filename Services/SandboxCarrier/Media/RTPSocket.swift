import Glibc

/// A UDP socket for one stream's RTP. It is closed by whoever holds it.
struct RTPSocket: Sendable {
    let descriptor: Int32
    let port: UInt16

    /// Binds the next free even port, from where the last search ended; nil when every port is taken.
    static func open(_ host: String, _ ports: PortRange) -> RTPSocket? {
        for _ in 0..<ports.count {
            if let socket = RTPSocket(host, port: ports.next()) { return socket }
        }
        return nil
    }

    private init?(_ host: String, port: UInt16) {
        guard var address = sockaddr_in(host, port) else { return nil }
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.port = port
        guard descriptor >= 0 else { return nil }
        var size: Int32 = 131_072
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            return nil
        }
    }

    /// From now on the kernel writes down when each datagram came.
    func timeArrivals() {
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The length of the next datagram, and when it came, in nanoseconds since 1970, if the kernel told.
    func receiveTimed(into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, arrival: Int64?)? {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { control in
            var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
            return withUnsafeMutablePointer(to: &part) { parts in
                var message = msghdr()
                message.msg_iov = parts
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                let count = recvmsg(descriptor, &message, 0)
                return count >= 0 ? (count, Self.arrival(control, message.msg_controllen)) : nil
            }
        }
    }

    /// The first control message is the only one that was asked for: a header of 16 bytes, then seconds and nanoseconds.
    private static func arrival(_ control: UnsafeMutableRawBufferPointer, _ length: Int) -> Int64? {
        guard length >= 32, length <= control.count,
            control.load(fromByteOffset: 12, as: Int32.self) == SO_TIMESTAMPNS
        else { return nil }
        return control.load(fromByteOffset: 16, as: Int64.self) * 1_000_000_000
            + control.load(fromByteOffset: 24, as: Int64.self)
    }

    /// The length of the next datagram; nil when there is none.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        return count >= 0 ? count : nil
    }

    /// False if the system did not take it.
    func send(_ bytes: UnsafeRawBufferPointer, to address: sockaddr_in) -> Bool {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), $0,
                    socklen_t(MemoryLayout<sockaddr_in>.size)) == bytes.count
            }
        }
    }

    func close() { Glibc.close(descriptor) }
}

extension sockaddr_in {
    /// - Returns: nil if the host is not a numeric IPv4 address.
    init?(_ host: String, _ port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &sin_addr) == 1 else { return nil }
    }
}
