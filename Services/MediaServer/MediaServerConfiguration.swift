import Codecs
import Foundation
import SDP
import SIP
import ServiceKit

/// What an operator can set for the media server.
///
/// - `sip.host` (IP address, default 127.0.0.1): where SIP and RTP listen, and the address that peers are told.
/// - `sip.port` (int, default 5060): SIP over UDP and TCP.
/// - `sip.requests.per.second` (int, default 1000): calls and registrations taken from one address in a second.
/// - `sip.strangers.per.second` (int, default 1000): datagrams that are read in a second of all addresses together that are neither
///   a trunk's nor a registered telephone's. What is more is passed over, so that a flood keeps nobody else out.
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
/// - `media.codecs` (list, default PCMA,PCMU,G722,opus,GSM and, if libbcg729 is installed, G729): what is spoken, in the
///   order in which it is offered. Who offers to us chooses by his own order.
/// - `browser.codecs` (list of opus, G722, PCMA, PCMU, default opus,PCMA,PCMU): what is spoken with agents' browsers, best first.
///   With PCMA first nothing is translated for callers from trunks, which spares the host; opus survives losses, and sounds
///   better where the far end is another browser or speaks G.722.
/// - `media.packet.milliseconds` (int 10 to 60, default 20): how much sound we would like in a packet.
/// - `recordings.directory` (path, default /var/lib/carillon/recordings): where recordings are written.
/// - `recordings.keys` (text, or `recordings.keys.file` a path; secret, default none): the master keys that seal recordings,
///   a line each: id, 32 bytes in base64, and a tenant for a key of its own. Without, recordings lie in the clear.
/// - `recordings.backup.directory` (path, default none): where recordings are backed up to.
/// - `recordings.free.megabytes` (int, default 1024): with less free, the oldest recordings go to the backup directory.
/// - `recordings.backup.free.megabytes` (int, default 1024): with less free there, it is full, which is told.
/// - `recordings.minimum.days` (int, default 30): no tenant may keep recordings for less.
/// - `prompts.directory` (path, default /var/lib/carillon/prompts): WAV prompts, and the cache of speech.
/// - `browser.address` (IPv4 address, default `sip.host`): what agents' browsers are told to send to, if they reach this host by
///   another address than carriers do.
/// - `browser.keep.seconds` (seconds, default 300): how long a call waits for an agent's browser that has gone.
/// - `web.calls.at.once` (int 0 to 10000, default 500): calls of visitors of web sites at once, of all tenants together.
/// - `web.call.keep.seconds` (seconds 2 to 120, default 15): how long such a call waits for its page that has gone.
/// - `front.doors` (IP addresses, default 127.0.0.1,::1): whose `X-Forwarded-For` is believed. Whoever else asks is himself.
/// - `country.code` (1 to 3 digits, default 86), `country.international.prefix` (digits, default 00) and
///   `country.trunk.prefix` (digits, default 0): how numbers are dialled here that are not written in E.164.
/// - `day.zone` (IANA time zone, default Asia/Shanghai): what routes' hours and the days of dial policies mean.
/// - `dns.servers` (IP addresses, perhaps with port, separated by commas; default those of /etc/resolv.conf): who is asked for
///   the addresses of trunks that are known by name.
/// - `traces.directory` (path, default /var/lib/carillon/traces): where traces of calls are written;
///   those of earlier runs are removed at each start.
/// - `hep.collector` (IP address and port, default none): who is sent the signalling of traced calls, by HEP version 3 over UDP.
/// - `speech.url` (address, default none): a service that speaks, with `{text}` and `{language}` in it, which answers WAV.
///   When it does not answer, espeak-ng speaks.
/// - `speech.authorization` (secret, default none): its header `Authorization`.
/// - `speech.seconds` (seconds, default 4): how long it is waited for.
/// - `claim.seconds` (seconds, default 10): how long an incoming call waits for its owner before it is refused.
/// What concerns faxes is at ``FaxConfiguration``, recognizing speech at ``SpeechConfiguration``.
struct MediaServerConfiguration: Sendable {
    let sipHost: String
    let sipPort: Int
    let requestsPerSecond: Int
    let strangersPerSecond: Int
    let sessionSeconds: Int
    let sipTLSPort: Int
    let sipTLS: SIPTLS?
    /// Nil: not listened on.
    let sipWebSocketPort: Int?
    let sipSecureWebSocketPort: Int?
    let rtpPorts: ClosedRange<UInt16>
    let threads: Int
    let codecs: [AudioCodec]
    let browserCodecs: [AudioCodec]
    let packetTime: Int
    let recordings: String
    let recordingKeys: RecordingKeys?
    let backup: String?
    let freeMegabytes: Int
    let backupFreeMegabytes: Int
    let minimumRetentionDays: Int
    let prompts: String
    let browserAddress: String
    let browserKeep: Duration
    let webCallsAtOnce: Int
    let webCallKeep: Duration
    let frontDoors: Set<String>
    let speech: SpeechProvider?
    let claimWithin: Duration
    let numberPlan: NumberPlan
    let dayZone: TimeZone
    let nameServers: [String]
    let traces: String
    let homer: SocketAddress?
    let fax: FaxConfiguration
    let recognition: SpeechConfiguration

    init(_ settings: Settings) throws {
        sipHost = try settings.string("sip.host", default: "127.0.0.1")
        sipPort = try settings.int("sip.port", default: 5060, in: 1...65535)
        requestsPerSecond = try settings.int("sip.requests.per.second", default: 1000, in: 1...100_000)
        strangersPerSecond = try settings.int("sip.strangers.per.second", default: 1000, in: 1...1_000_000)
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
        codecs = try Self.codecs(
            settings, "media.codecs",
            usual: [.pcma, .pcmu, .g722, .opus, .gsm] + (AudioCodec.g729.isInstalled ? [.g729] : []))
        browserCodecs = try Self.codecs(settings, "browser.codecs", usual: BrowserAudio.usual)
        packetTime = try settings.int("media.packet.milliseconds", default: 20, in: 10...60)
        recordings = try settings.string("recordings.directory", default: "/var/lib/carillon/recordings")
        recordingKeys = try Self.keys(settings)
        backup = settings.optional("recordings.backup.directory")
        freeMegabytes = try settings.int("recordings.free.megabytes", default: 1_024, in: 0...1_000_000_000)
        backupFreeMegabytes = try settings.int(
            "recordings.backup.free.megabytes", default: 1_024, in: 0...1_000_000_000)
        minimumRetentionDays = try settings.int("recordings.minimum.days", default: 30, in: 0...36_500)
        prompts = try settings.string("prompts.directory", default: "/var/lib/carillon/prompts")
        let told = try settings.string("browser.address", default: "")
        if !told.isEmpty, (try? SocketAddress(told, port: 1))?.isUsable != true {
            throw ConfigurationError("BROWSER_ADDRESS", "It is \(told); it must be a numeric IPv4 address.")
        }
        browserAddress = told.isEmpty ? sipHost : told
        browserKeep = try settings.seconds("browser.keep.seconds", default: 300, in: 1...7200)
        webCallsAtOnce = try settings.int("web.calls.at.once", default: 500, in: 0...10_000)
        webCallKeep = try settings.seconds("web.call.keep.seconds", default: 15, in: 2...120)
        frontDoors = Set(settings.list("front.doors", default: ["127.0.0.1", "::1"]))
        speech = try Self.speech(settings)
        claimWithin = try settings.seconds("claim.seconds", default: 10, in: 0.5...60)
        numberPlan = NumberPlan(
            countryCode: try Self.digits(settings, "country.code", default: "86", 1...3),
            internationalPrefix: try Self.digits(settings, "country.international.prefix", default: "00", 1...5),
            trunkPrefix: try Self.digits(settings, "country.trunk.prefix", default: "0", 0...3))
        let zone = try settings.string("day.zone", default: "Asia/Shanghai")
        guard let known = TimeZone(identifier: zone) else {
            throw ConfigurationError("DAY_ZONE", "“\(zone)” is no time zone, such as Asia/Shanghai.")
        }
        dayZone = known
        nameServers = try settings.string("dns.servers", default: "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        fax = try FaxConfiguration(settings)
        recognition = try SpeechConfiguration(settings)
        traces = try settings.string("traces.directory", default: "/var/lib/carillon/traces")
        let homer = try settings.string("hep.collector", default: "")
        self.homer = homer.isEmpty ? nil : try Self.collector(homer)
        guard nameServers.allSatisfy({ DNSClient.address($0) != nil }) else {
            throw ConfigurationError("DNS_SERVERS", "It is a list of IP addresses, perhaps with a port: 192.0.2.1:53.")
        }
    }

    private static func collector(_ text: String) throws -> SocketAddress {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]),
            let address = try? SocketAddress(String(parts[0]), port: port), address.isUsable
        else { throw ConfigurationError("HEP_COLLECTOR", "It is an IPv4 address and a port: 192.0.2.1:9060.") }
        return address
    }

    private static func digits(
        _ settings: Settings, _ key: String, default standard: String, _ length: ClosedRange<Int>
    ) throws -> String {
        let text = try settings.string(key, default: standard)
        guard length.contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else {
            throw ConfigurationError(
                key.uppercased().replacing(".", with: "_"),
                "“\(text)” is not allowed; allowed: \(length.lowerBound) to \(length.upperBound) digits.")
        }
        return text
    }

    private static func codecs(_ settings: Settings, _ key: String, usual: [AudioCodec]) throws -> [AudioCodec] {
        let name = Settings.environmentName(key)
        var codecs: [AudioCodec] = []
        for word in settings.list(key, default: usual.map(\.name)) {
            guard let codec = AudioCodec(named: word) else {
                let known = AudioCodec.allCases.map(\.name).joined(separator: ", ")
                throw ConfigurationError(name, "There is no codec \(word) here; there are \(known).")
            }
            guard codec.isInstalled else { throw ConfigurationError(name, "\(word) needs the package libbcg729-0.") }
            if !codecs.contains(codec) { codecs.append(codec) }
        }
        guard !codecs.isEmpty else { throw ConfigurationError(name, "At least one codec is needed.") }
        return codecs
    }

    private static func speech(_ settings: Settings) throws -> SpeechProvider? {
        let authorization = try settings.optionalSecret("speech.authorization")
        let patience = try settings.seconds("speech.seconds", default: 4, in: 0.5...30)
        guard let address = settings.optional("speech.url") else { return nil }
        guard let provider = SpeechProvider(address: address, authorization: authorization, patience: patience) else {
            throw ConfigurationError("SPEECH_URL", "It is an http or https address with {text} in it.")
        }
        return provider
    }

    private static func keys(_ settings: Settings) throws -> RecordingKeys? {
        guard let text = try settings.optionalSecret("recordings.keys") else { return nil }
        do {
            return try RecordingKeys(file: text)
        } catch {
            throw ConfigurationError("RECORDINGS_KEYS", "\(error)")
        }
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
