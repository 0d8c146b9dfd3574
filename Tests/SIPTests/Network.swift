import Foundation

@testable import SIP

/// A network on virtual time that may lose what it is told to: endpoints without sockets talk over it.
final class Network {
    struct Packet {
        let bytes: [UInt8]
        let from: SIPPeer
        let to: SIPPeer
        let time: Duration

        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// `INVITE`, or `200 INVITE` for a response.
        var summary: String {
            switch try? SIPParser.parse(bytes) {
            case .request(let request): "\(request.method)"
            case .response(let response): "\(response.status.code) \(response.cseq.method)"
            case nil: "?"
            }
        }
    }

    private(set) var now: Duration = .zero
    /// Everything that was put on the wire, lost or not.
    private(set) var sent: [Packet] = []
    private var underway: [Packet] = []
    private var nodes: [String: Node] = [:]
    /// Says which packets are lost.
    var loses: (Packet) -> Bool = { _ in false }

    func node(_ host: String, _ change: (inout SIPEndpointConfiguration) -> Void = { _ in }) -> Node {
        var configuration = SIPEndpointConfiguration(listeners: [])
        change(&configuration)
        let node = Node(SIPPeer(.udp, host, 5060), configuration, self)
        nodes[host] = node
        return node
    }

    func put(_ bytes: [UInt8], from: SIPPeer, to: SIPPeer) {
        let packet = Packet(bytes: bytes, from: from, to: to, time: now)
        sent.append(packet)
        if !loses(packet) { underway.append(packet) }
    }

    /// Lets time pass: what is on the wire arrives within the same 10 ms, timers fire.
    func run(_ duration: Duration = .milliseconds(50)) {
        let end = now + duration
        deliver()
        while now < end {
            now += .milliseconds(10)
            for node in nodes.values { node.core.advance(to: now) }
            deliver()
        }
    }

    /// Takes what was sent since the last time, in a few words each.
    func summaries(from host: String? = nil) -> [String] {
        defer { sent = [] }
        return sent.filter { host == nil || $0.from.host == host }.map(\.summary)
    }

    private func deliver() {
        while !underway.isEmpty {
            let batch = underway
            underway = []
            for packet in batch { nodes[packet.to.host]?.core.received(packet.bytes, from: packet.from) }
        }
    }
}

/// An endpoint on the virtual network, and what its user has heard.
final class Node {
    let peer: SIPPeer
    private(set) var core: EndpointCore
    /// Calls that came in, in order.
    var incoming: [(number: UInt64, request: SIPRequest)] = []
    var requests: [(id: TransactionID, request: SIPRequest)] = []
    private(set) var events: [UInt64: [SIPCallEvent]] = [:]
    /// What to do on an event, beside noting it.
    var reaction: (UInt64, SIPCallEvent) -> Void = { _, _ in }
    private var nextCall: UInt64 = 0

    init(_ peer: SIPPeer, _ configuration: SIPEndpointConfiguration, _ network: Network) {
        self.peer = peer
        final class Place { weak var node: Node? }
        let place = Place()
        core = EndpointCore(
            configuration: configuration,
            output: { [weak network] bytes, to, _ in network?.put(bytes, from: peer, to: to) },
            onInvite: { number, request, _ in
                place.node?.incoming.append((number, request))
                return { place.node?.note(number, $0) }
            },
            onRequest: { id, request, _ in place.node?.requests.append((id, request)) })
        core.advertised = [.udp: peer, .tcp: SIPPeer(.tcp, peer.host, peer.port)]
        place.node = self
    }

    func call(_ other: Node, offer: SIPBody? = .sdp("offer"), _ change: (inout SIPInvite) -> Void = { _ in }) -> UInt64
    {
        var invite = SIPInvite(
            uri: SIPURI(user: "bob", host: other.peer.host),
            from: NameAddress(uri: SIPURI(user: "alice", host: peer.host)),
            offer: offer)
        change(&invite)
        nextCall += 2
        let number = nextCall
        core.invite(invite, number: number, callID: "call-\(number)-\(peer.host)") { [weak self] in
            self?.note(number, $0)
        }
        return number
    }

    func does(_ number: UInt64, _ input: SessionInput) { core.command(number, input) }

    /// What a call's user heard, in a word or two each.
    func heard(_ number: UInt64) -> [String] { (events[number] ?? []).map { name($0) } }

    private func note(_ number: UInt64, _ event: SIPCallEvent) {
        events[number, default: []].append(event)
        reaction(number, event)
    }
}
