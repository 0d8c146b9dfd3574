import Contracts
import WebRTC

/// What makes a leg's far end a browser: its packets come encrypted, all over one port, and it may go and come back while
/// the leg stays. It carries calls one after the other; the leg goes by the name of the call it carries.
struct BrowserLine: Sendable {
    /// The name of the line itself.
    let station: LegID
    var link: SecureLink
    /// What was told last.
    var isConnected = false

    init(station: LegID, link: SecureLink) {
        self.station = station
        self.link = link
    }

    /// Nil while nobody is there.
    var destination: SocketAddress? { link.path.map { SocketAddress($0) } }
}

extension SocketAddress {
    init(_ address: ICEAddress) { self.init(host: address.host, port: address.port) }
}

extension ICEAddress {
    init(_ address: SocketAddress) { self.init(host: address.host, port: address.port) }
}
