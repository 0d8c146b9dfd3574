import Glibc
import NIOCore

/// The sending side of a UDP socket: what cannot be sent is one message's misfortune. NIO closes a socket when there is one
/// address that it cannot send to, and strangers choose the addresses that we answer to.
final class DatagramSocket: Sendable {
    enum Outcome: Equatable {
        case sent
        /// The kernel is behind by megabytes: lost, as it may be on any network.
        case lost
        /// There is no way to that address from this socket.
        case unreachable
    }

    private let descriptor: CInt

    /// Binds a socket that never blocks.
    /// - Returns: the sending side, and a descriptor of the same socket for who reads from it and closes it.
    /// - Throws: `IOError`
    static func bind(_ address: SocketAddress) throws -> (sender: DatagramSocket, reader: CInt) {
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let sender = DatagramSocket(try checked(socket(CInt(address.family), kind, 0), "socket"))
        sender.set(SO_RCVBUF, 4 << 20)
        sender.set(SO_SNDBUF, 4 << 20)
        _ = try address.withSockAddr { try checked(Glibc.bind(sender.descriptor, $0, socklen_t($1)), "bind") }
        return (sender, try checked(fcntl(sender.descriptor, F_DUPFD_CLOEXEC, 0), "fcntl"))
    }

    private init(_ descriptor: CInt) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    private func set(_ option: CInt, _ value: CInt) {
        withUnsafeBytes(of: value) {
            _ = setsockopt(descriptor, SOL_SOCKET, option, $0.baseAddress, socklen_t($0.count))
        }
    }

    /// Leaves it to the kernel what of strangers is let through; nil for all.
    /// - Returns: false if the kernel takes no such program. All comes through then.
    func filter(_ filter: SourceFilter?) -> Bool {
        guard let filter else {
            var nothing: CInt = 0
            return setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &nothing, socklen_t(MemoryLayout<CInt>.size))
                == 0
        }
        let words = filter.instructions.map(\.word)
        return words.withUnsafeBufferPointer { program in
            // `struct sock_fprog`: how many instructions there are, and where.
            let described = (UInt64(program.count), UInt64(UInt(bitPattern: program.baseAddress)))
            return withUnsafeBytes(of: described) {
                setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, $0.baseAddress, socklen_t($0.count)) == 0
            }
        }
    }

    private static func checked(_ result: CInt, _ call: String) throws -> CInt {
        guard result >= 0 else { throw IOError(errnoCode: errno, reason: call) }
        return result
    }

    func send(_ bytes: [UInt8], to address: SocketAddress) -> Outcome {
        // What an earlier message met (an ICMP error, a signal) is told to the next call, which has not sent anything then.
        for _ in 0..<3 {
            let sent = address.withSockAddr {
                sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, socklen_t($1))
            }
            if sent >= 0 { return .sent }
            switch errno {
            case EINTR, ECONNREFUSED: continue
            case EAGAIN, ENOBUFS, ENOMEM: return .lost
            default: return .unreachable
            }
        }
        return .unreachable
    }
}

extension SocketAddress {
    fileprivate var family: Int32 {
        switch self {
        case .v4: AF_INET
        case .v6: AF_INET6
        case .unixDomainSocket: AF_UNIX
        }
    }
}
