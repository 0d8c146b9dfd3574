/// How messages travel.
public enum SIPTransportKind: String, Sendable, Hashable, CaseIterable {
    case udp = "UDP"
    case tcp = "TCP"
    case tls = "TLS"
    /// WebSocket (RFC 7118), plain and through TLS: only peers open its connections.
    case webSocket = "WS"
    case secureWebSocket = "WSS"

    /// Nothing sent over it is lost or doubled.
    public var isReliable: Bool { self != .udp }

    /// What `transport=` says in a URI; nothing for UDP, which is meant without it.
    public var uriParameter: String? {
        switch self {
        case .udp: nil
        case .tcp, .tls: rawValue.lowercased()
        // RFC 7118 §5.2: whether it is secure is said by the scheme.
        case .webSocket, .secureWebSocket: "ws"
        }
    }

    var isWebSocket: Bool { self == .webSocket || self == .secureWebSocket }

    /// The port that is meant when none is said (RFC 3261 §18.1.1, §26.2.2).
    public var standardPort: Int {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .webSocket: 80
        case .secureWebSocket: 443
        }
    }
}

/// Where a message came from or goes to.
public struct SIPPeer: Sendable, Hashable, CustomStringConvertible {
    public var transport: SIPTransportKind
    /// An IP address, or a name for messages that go out.
    public var host: String
    public var port: Int
    /// The connection a message came by, so that its response goes back the same way.
    public var connection: UInt64?

    public init(_ transport: SIPTransportKind, _ host: String, _ port: Int, connection: UInt64? = nil) {
        self.transport = transport
        self.host = host
        self.port = port
        self.connection = connection
    }

    public var description: String { "\(transport.rawValue.lowercased()):\(host):\(port)" }

    /// Where a request to that URI goes: its transport, maddr and port, else UDP and 5060; for `sips` always TLS. There is
    /// no look-up of SRV records.
    public init(_ uri: SIPURI) {
        let named = uri.parameters["transport"].flatMap { SIPTransportKind(rawValue: $0.uppercased()) }
        var transport = named ?? .udp
        if uri.scheme == .sips { transport = transport.isWebSocket ? .secureWebSocket : .tls }
        let host = uri.parameters["maddr"] ?? uri.host
        self.init(transport, Self.unbracketed(host), uri.port ?? transport.standardPort)
    }

    static func unbracketed(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    static func bracketed(_ host: String) -> String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }
}
