public import SDP

/// How a browser is reached safely: its names in ICE, and whose certificate to expect.
public struct BrowserTransport: Equatable, Sendable {
    public var credentials: ICECredentials
    public var fingerprint: Fingerprint
}

/// Why a browser's offer cannot be answered.
public enum BrowserOfferError: Error, Equatable, Sendable, CustomStringConvertible {
    case noAudio
    case noCommonCodec
    case noMultiplexing
    case badCredentials
    case badFingerprint
    case badSetup
    case notReceiving

    public var description: String {
        switch self {
        case .noAudio: "There is no audio stream over UDP/TLS/RTP/SAVPF."
        case .noCommonCodec: "There is no codec that this server speaks."
        case .noMultiplexing: "The audio stream does not have rtcp-mux."
        case .badCredentials: "The audio stream has no ice-ufrag and ice-pwd that are well-formed."
        case .badFingerprint: "The audio stream has no SHA-256 fingerprint that is well-formed."
        case .badSetup: "The browser must offer to be the DTLS client: setup:actpass or setup:active."
        case .notReceiving: "The audio stream does not go both ways."
        }
    }
}

/// What of a browser's offer matters (RFC 8829, RFC 8839, RFC 8842): its one audio stream, and how it is reached.
public struct BrowserOffer: Equatable, Sendable {
    public let transport: BrowserTransport
    /// In the browser's order.
    public let formats: [PayloadFormat]
    /// All streams, as they are answered in their places.
    let streams: [MediaDescription]
    let audio: Int
    let mid: String?

    /// - Throws: ``BrowserOfferError``
    public init(_ description: SessionDescription) throws(BrowserOfferError) {
        guard let audio = description.media.firstIndex(where: \.isSecureAudio) else { throw .noAudio }
        let stream = description.media[audio]
        let value = { (name: String) in stream.attributes[name] ?? description.attributes[name] }
        let has = { (name: String) in stream.attributes.contains { $0.name == name } }
        guard has("rtcp-mux") else { throw .noMultiplexing }
        guard description.direction(of: stream) == .sendrecv else { throw .notReceiving }
        guard let fragment = value("ice-ufrag"), let password = value("ice-pwd"),
            let credentials = ICECredentials(fragment: fragment, password: password)
        else { throw .badCredentials }
        let prints = (stream.attributes + description.attributes).filter { $0.name == "fingerprint" }
        guard let fingerprint = prints.lazy.compactMap({ $0.value.flatMap { Fingerprint($0) } }).first else {
            throw .badFingerprint
        }
        guard ["actpass", "active"].contains(value("setup") ?? "") else { throw .badSetup }
        transport = BrowserTransport(credentials: credentials, fingerprint: fingerprint)
        formats = stream.payloadFormats
        streams = description.media
        self.audio = audio
        mid = stream.attributes["mid"]
    }
}

extension MediaDescription {
    fileprivate var isSecureAudio: Bool {
        kind == "audio" && (transport == "UDP/TLS/RTP/SAVPF" || transport == "UDP/TLS/RTP/SAVP") && port != 0
    }
}
