import Glibc

/// A numeric IPv4 address and a port.
struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// In host order.
    var host: UInt32
    var port: UInt16

    init(host: UInt32, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `MediaError.badAddress`
    init(_ text: String, port: UInt16) throws(MediaError) {
        var address = in_addr()
        guard inet_pton(AF_INET, text, &address) == 1 else { throw .badAddress(text) }
        self.init(host: UInt32(bigEndian: address.s_addr), port: port)
    }

    init(_ system: sockaddr_in) {
        self.init(host: UInt32(bigEndian: system.sin_addr.s_addr), port: UInt16(bigEndian: system.sin_port))
    }

    var system: sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    /// Where RTCP is, unless something else was said.
    var next: SocketAddress { SocketAddress(host: host, port: port &+ 1) }

    /// Somewhere a packet can be sent to.
    var isUsable: Bool { host != 0 && port != 0 }

    var description: String {
        "\(host >> 24).\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255):\(port)"
    }
}
