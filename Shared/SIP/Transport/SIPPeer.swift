/// How messages travel.
public enum SIPTransportKind: String, Sendable, Hashable, CaseIterable {
    case udp = "UDP"
    case tcp = "TCP"

    /// Nothing sent over it is lost or doubled.
    public var isReliable: Bool { self != .udp }
}

/// Where a message came from or goes to.
public struct SIPPeer: Sendable, Hashable, CustomStringConvertible {
    public var transport: SIPTransportKind
    /// An IP address, or a name for messages that go out.
    public var host: String
    public var port: Int
    /// The TCP connection a message came by, so that its response goes back the same way.
    public var connection: UInt64?

    public init(_ transport: SIPTransportKind, _ host: String, _ port: Int, connection: UInt64? = nil) {
        self.transport = transport
        self.host = host
        self.port = port
        self.connection = connection
    }

    public var description: String { "\(transport.rawValue.lowercased()):\(host):\(port)" }

    /// Where a request to that URI goes: its transport, maddr and port, else UDP and 5060. There is no look-up of SRV records.
    public init(_ uri: SIPURI) {
        let wantsTCP = uri.parameters["transport"]?.equalsIgnoringCase("tcp") == true
        let host = uri.parameters["maddr"] ?? uri.host
        self.init(wantsTCP ? .tcp : .udp, Self.unbracketed(host), uri.port ?? 5060)
    }

    static func unbracketed(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    static func bracketed(_ host: String) -> String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }
}
