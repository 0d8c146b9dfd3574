import SIP
import ServiceKit

/// What an operator can set for the media server.
///
/// - `sip.host` (IP address, default 127.0.0.1): where SIP and RTP listen, and the address that peers are told.
/// - `sip.port` (int, default 5060): SIP over UDP and TCP.
/// - `sip.requests.per.second` (int, default 1000): calls and registrations taken from one address in a second.
/// - `sip.session.seconds` (int 90 to 86400, default 1800): how long a call goes on without a sign of its far end's signalling
///   (RFC 4028): what we ask for, and the most that we grant.
/// - `sip.tls.certificate`, `sip.tls.key` (paths to PEM files): our certificate with its chain, and its key. With both, SIP
///   is taken over TLS as well.
/// - `sip.tls.port` (int, default 5061): SIP over TLS.
/// - `sip.tls.authorities` (path to a PEM file, default the system's): who vouches for carriers that are called by TLS.
/// - `sip.ws.port`, `sip.wss.port` (ints, default 0: not at all): SIP over WebSocket, plain (behind a proxy that does TLS) and
///   with the certificate of `sip.tls`.
/// - `rtp.first.port`, `rtp.last.port` (ints, default 20000 and 29998): ports for RTP, one even port a leg.
/// - `media.threads` (int 1 to 64, default 1): threads that carry sound.
/// - `recordings.directory` (path, default /var/lib/carillon/recordings): where recordings are written.
/// - `prompts.directory` (path, default /var/lib/carillon/prompts): WAV prompts, and the cache of speech.
/// - `browser.address` (IPv4 address, default `sip.host`): what agents' browsers are told to send to, if they reach this host by
///   another address than carriers do.
/// - `browser.keep.seconds` (seconds, default 300): how long a call waits for an agent's browser that has gone.
/// - `claim.seconds` (seconds, default 10): how long an incoming call waits for its owner before it is refused.
struct MediaServerConfiguration: Sendable {
    let sipHost: String
    let sipPort: Int
    let requestsPerSecond: Int
    let sessionSeconds: Int
    let sipTLSPort: Int
    let sipTLS: SIPTLS?
    /// Nil: not listened on.
    let sipWebSocketPort: Int?
    let sipSecureWebSocketPort: Int?
    let rtpPorts: ClosedRange<UInt16>
    let threads: Int
    let recordings: String
    let prompts: String
    let browserAddress: String
    let browserKeep: Duration
    let claimWithin: Duration

    init(_ settings: Settings) throws {
        sipHost = try settings.string("sip.host", default: "127.0.0.1")
        sipPort = try settings.int("sip.port", default: 5060, in: 1...65535)
        requestsPerSecond = try settings.int("sip.requests.per.second", default: 1000, in: 1...100_000)
        sessionSeconds = try settings.int("sip.session.seconds", default: 1800, in: 90...86_400)
        sipTLSPort = try settings.int("sip.tls.port", default: 5061, in: 1...65535)
        sipTLS = try Self.tls(settings)
        let webSocket = try settings.int("sip.ws.port", default: 0, in: 0...65535)
        let secure = try settings.int("sip.wss.port", default: 0, in: 0...65535)
        guard secure == 0 || sipTLS != nil else {
            throw ConfigurationError("SIP_WSS_PORT", "It needs SIP_TLS_CERTIFICATE and SIP_TLS_KEY.")
        }
        sipWebSocketPort = webSocket == 0 ? nil : webSocket
        sipSecureWebSocketPort = secure == 0 ? nil : secure
        let first = try settings.int("rtp.first.port", default: 20000, in: 1024...65534)
        let last = try settings.int("rtp.last.port", default: 29998, in: 1024...65534)
        guard first < last else {
            throw ConfigurationError("RTP_LAST_PORT", "It must be above RTP_FIRST_PORT, which is \(first).")
        }
        rtpPorts = UInt16(first)...UInt16(last)
        threads = try settings.int("media.threads", default: 1, in: 1...64)
        recordings = try settings.string("recordings.directory", default: "/var/lib/carillon/recordings")
        prompts = try settings.string("prompts.directory", default: "/var/lib/carillon/prompts")
        let told = try settings.string("browser.address", default: "")
        if !told.isEmpty, (try? SocketAddress(told, port: 1))?.isUsable != true {
            throw ConfigurationError("BROWSER_ADDRESS", "It is \(told); it must be a numeric IPv4 address.")
        }
        browserAddress = told.isEmpty ? sipHost : told
        browserKeep = try settings.seconds("browser.keep.seconds", default: 300, in: 1...7200)
        claimWithin = try settings.seconds("claim.seconds", default: 10, in: 0.5...60)
    }

    private static func tls(_ settings: Settings) throws -> SIPTLS? {
        let certificate = try settings.string("sip.tls.certificate", default: "")
        let key = try settings.string("sip.tls.key", default: "")
        if certificate.isEmpty, key.isEmpty { return nil }
        guard !certificate.isEmpty, !key.isEmpty else {
            throw ConfigurationError(
                certificate.isEmpty ? "SIP_TLS_CERTIFICATE" : "SIP_TLS_KEY",
                "SIP over TLS needs both a certificate and its key, as paths to PEM files.")
        }
        let authorities = try settings.string("sip.tls.authorities", default: "")
        do {
            return try SIPTLS(certificate: certificate, key: key, authorities: authorities.isEmpty ? nil : authorities)
        } catch {
            throw ConfigurationError(
                "SIP_TLS_CERTIFICATE", "These files are no certificate and key in PEM, or cannot be read: \(error)")
        }
    }
}
