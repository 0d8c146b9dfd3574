import Contracts

/// One message or packet of a call, as it passed.
struct TracedPacket: Sendable, Equatable {
    enum Kind: Sendable, Equatable { case sip, rtp, rtcp }

    /// An IPv4 address and a port.
    struct Place: Sendable, Equatable {
        let address: UInt32
        let port: UInt16

        init(address: UInt32, port: UInt16) {
            self.address = address
            self.port = port
        }

        /// - Returns: nil for what is no IPv4 address.
        init?(_ host: String, _ port: Int) {
            let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
            guard parts.count == 4, let port = UInt16(exactly: port) else { return nil }
            var address: UInt32 = 0
            for part in parts {
                guard let part else { return nil }
                address = address << 8 | UInt32(part)
            }
            self.init(address: address, port: port)
        }
    }

    let kind: Kind
    let time: Timestamp
    let source: Place
    let destination: Place
    let bytes: [UInt8]
}
