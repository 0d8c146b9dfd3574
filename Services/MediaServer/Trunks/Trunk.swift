import Contracts

/// A connection to a carrier: by its address, or by a name and password that it asks for.
struct Trunk: Codable, Sendable, Equatable {
    let id: TrunkID
    /// An IP address; also what inbound calls are recognised by, and what a carrier's certificate has to name for TLS.
    let host: String
    let port: Int
    let transport: TrunkTransport
    /// For the carrier's digest challenge.
    let username: String?
    let password: String?
    let maxCalls: Int
    let isOutbound: Bool
    let isInbound: Bool

    /// Without what only the switch may know.
    var shown: Trunk {
        Trunk(
            id: id, host: host, port: port, transport: transport, username: username, password: nil,
            maxCalls: maxCalls, isOutbound: isOutbound, isInbound: isInbound)
    }
}

/// How a trunk is reached.
enum TrunkTransport: String, Codable, Sendable, CaseIterable { case udp, tcp, tls }
