public import SDP

/// Our answer to a browser's offer: one audio stream, ICE-lite with one candidate, DTLS as the server, all over one port.
public struct BrowserAnswer: Sendable {
    public var address: String
    public var port: UInt16
    public var credentials: ICECredentials
    public var fingerprint: Fingerprint
    /// What we send and take, best first; with the browser's numbers.
    public var formats: [PayloadFormat]
    public var ssrc: UInt32
    public var sessionID: UInt64
    /// One more with each answer of the same session.
    public var version: UInt64

    public init(
        address: String, port: UInt16, credentials: ICECredentials, fingerprint: Fingerprint,
        formats: [PayloadFormat], ssrc: UInt32, sessionID: UInt64, version: UInt64 = 1
    ) {
        self.address = address
        self.port = port
        self.credentials = credentials
        self.fingerprint = fingerprint
        self.formats = formats
        self.ssrc = ssrc
        self.sessionID = sessionID
        self.version = version
    }

    /// A host candidate of the highest preference (RFC 8445 §5.1.2.1): 2^24·126 + 2^8·65535 + 255.
    private static let priority = 2_130_706_431

    public func description(for offer: BrowserOffer) -> SessionDescription {
        let network = NetworkAddress(address)
        var streams = offer.streams.map { stream in
            MediaDescription(
                kind: stream.kind, port: 0, transport: stream.transport,
                formats: stream.formats.isEmpty ? ["0"] : stream.formats,
                attributes: stream.attributes.filter { $0.name == "mid" })
        }
        if streams.indices.contains(offer.audio) { streams[offer.audio] = stream(offer, network) }
        var attributes = [Attribute("ice-lite"), Attribute("msid-semantic", " WMS carillon")]
        if let mid = offer.mid { attributes.insert(Attribute("group", "BUNDLE \(mid)"), at: 0) }
        return SessionDescription(
            origin: Origin(username: "carillon", sessionID: "\(sessionID)", version: version, address: network),
            attributes: attributes, media: streams)
    }

    private func stream(_ offer: BrowserOffer, _ network: NetworkAddress) -> MediaDescription {
        var attributes = [
            Attribute("rtcp-mux"),
            Attribute("ice-ufrag", credentials.fragment),
            Attribute("ice-pwd", credentials.password),
            Attribute("fingerprint", fingerprint.description),
            Attribute("setup", "passive"),
            Attribute("sendrecv"),
        ]
        if let mid = offer.mid { attributes.append(Attribute("mid", mid)) }
        for format in formats {
            let channels = format.channels > 1 ? "/\(format.channels)" : ""
            let encoding = format.isTelephoneEvent ? "telephone-event" : format.codec?.name ?? format.encoding
            attributes.append(Attribute("rtpmap", "\(format.payloadType) \(encoding)/\(format.clockRate)\(channels)"))
            if let parameters = format.parameters {
                attributes.append(Attribute("fmtp", "\(format.payloadType) \(parameters)"))
            }
        }
        attributes += [
            Attribute("ptime", "20"),
            Attribute("msid", "carillon sound"),
            Attribute("ssrc", "\(ssrc) cname:carillon"),
            Attribute("candidate", "1 1 udp \(Self.priority) \(address) \(port) typ host"),
            Attribute("end-of-candidates"),
        ]
        var stream = MediaDescription(
            kind: "audio", port: port, transport: offer.streams[offer.audio].transport,
            formats: formats.map { "\($0.payloadType)" }, attributes: attributes)
        stream.address = network
        return stream
    }
}
