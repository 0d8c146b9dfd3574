import NIOCore
import SIP

/// Where a trunk's carrier is reached.
struct TrunkAddress: Codable, Sendable, Hashable {
    /// An IP address; or a domain, whose SRV records are looked up if no port is given, else its addresses (RFC 3263).
    let host: String
    let port: Int?
    /// `udp` if left out.
    let transport: TrunkTransport?
    /// The lowest is tried first; 0 if left out.
    let priority: Int?
    /// Among those of one priority, how often it comes first; 10 if left out.
    let weight: Int?

    init(
        host: String, port: Int? = nil, transport: TrunkTransport? = nil, priority: Int? = nil, weight: Int? = nil
    ) {
        self.host = host
        self.port = port
        self.transport = transport
        self.priority = priority
        self.weight = weight
    }

    var kind: SIPTransportKind { (transport ?? .udp).kind }

    var isIPAddress: Bool { (try? NIOCore.SocketAddress(ipAddress: host, port: 0)) != nil }

    /// What has to be looked up before it can be reached; nil for an IP address.
    var question: NameQuestion? {
        isIPAddress ? nil : NameQuestion(name: host.lowercased(), transport: kind, port: port)
    }

    /// Whether it can be one.
    var isSound: Bool {
        let isName =
            (1...253).contains(host.utf8.count) && host.contains(".")
            && host.utf8.allSatisfy { byte in
                byte.isDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
        return (isIPAddress || (isName && host.utf8.contains { !$0.isDigit && $0 != UInt8(ascii: ".") }))
            && (1...65535).contains(port ?? 5060) && (0...65535).contains(priority ?? 0)
            && (0...65535).contains(weight ?? 10)
    }
}

/// How a trunk is reached.
enum TrunkTransport: String, Codable, Sendable, CaseIterable {
    case udp, tcp, tls

    var kind: SIPTransportKind {
        switch self {
        case .udp: .udp
        case .tcp: .tcp
        case .tls: .tls
        }
    }
}

/// One place where a trunk's carrier may answer: an address as it stands in the settings, or one that a name has led to.
struct TrunkPlace: Sendable, Hashable {
    let peer: SIPPeer
    /// What stands in the Request-URI: the address or the domain, and its port if one was set.
    let host: String
    let port: Int?
    /// The lowest first; what a name's own records say counts below the settings.
    let priority: Int
    let weight: Int

    /// Where an address leads, as far as is known now.
    static func of(_ address: TrunkAddress, tlsName: String?, _ names: NameBook) -> [TrunkPlace] {
        let (priority, weight) = ((address.priority ?? 0) << 16, address.weight ?? 10)
        guard let question = address.question else {
            var peer = SIPPeer(address.kind, address.host, address.port ?? address.kind.standardPort)
            if address.kind == .tls { peer.name = tlsName }
            return [
                TrunkPlace(peer: peer, host: address.host, port: peer.port, priority: priority, weight: weight)
            ]
        }
        return names.places(of: question).map { found in
            var peer = SIPPeer(address.kind, found.address, found.port)
            // Whom the domain says that it is, not whom the records name (RFC 5922 §4).
            if address.kind == .tls { peer.name = tlsName ?? question.name }
            return TrunkPlace(
                peer: peer, host: question.name, port: question.port, priority: priority | found.priority,
                weight: found.weight ?? weight)
        }
    }

    /// All in the order in which they are to be tried: by priority, and drawn by weight among equals (RFC 2782).
    static func ordered(_ places: [TrunkPlace], _ random: inout some RandomNumberGenerator) -> [TrunkPlace] {
        var ordered: [TrunkPlace] = []
        for (_, group) in Dictionary(grouping: places, by: \.priority).sorted(by: { $0.key < $1.key }) {
            var rest = group
            while !rest.isEmpty {
                // Those of no weight are drawn too, but seldom.
                let total = rest.reduce(0) { $0 + $1.weight * 100 + 1 }
                var drawn = Int.random(in: 0..<total, using: &random)
                let index = rest.firstIndex { place in
                    drawn -= place.weight * 100 + 1
                    return drawn < 0
                }
                ordered.append(rest.remove(at: index ?? 0))
            }
        }
        return ordered
    }
}
