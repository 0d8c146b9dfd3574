import Foundation

/// Somebody on the network with many addresses: one socket for each, on 127.0.0.0/8. It is for one thread at a time.
final class Attacker: @unchecked Sendable {
    let sockets: [Int32]
    private var next = 0

    /// - Parameter network: the third number of its addresses, 127.0.`network`.1 and up.
    init(addresses: Int, network: UInt8) throws {
        sockets = try (1...addresses).map { try Self.socket(from: "127.0.\(network).\($0)") }
    }

    deinit { for descriptor in sockets { close(descriptor) } }

    static func socket(from host: String, type: __socket_type = SOCK_DGRAM) throws -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(type.rawValue), 0)
        var address = Self.address(host, 0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, bound == 0 else { throw NotSeen(description: "a socket at \(host)") }
        return descriptor
    }

    private static func address(_ host: String, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return address
    }

    /// Sends one datagram to 127.0.0.1, from each of its addresses in turn.
    func send(_ bytes: [UInt8], to port: Int) {
        next = (next + 1) % sockets.count
        Self.send(bytes, from: sockets[next], to: port)
    }

    static func send(_ bytes: [UInt8], from descriptor: Int32, to port: Int) {
        var address = Self.address("127.0.0.1", port)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// How many datagrams came back to it.
    func heard() -> Int {
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 2_048)
        for descriptor in sockets {
            while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 0 { count += 1 }
        }
        return count
    }

    /// Opens a connection from `host`, sends, and closes it without waiting.
    static func connect(from host: String, to port: Int, sending bytes: [UInt8]) throws {
        let descriptor = try socket(from: host, type: SOCK_STREAM)
        defer { close(descriptor) }
        var address = address("127.0.0.1", port)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw NotSeen(description: "a connection to port \(port)") }
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
