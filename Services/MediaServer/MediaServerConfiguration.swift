import SIP
import ServiceKit

/// What an operator can set for the media server.
///
/// - `sip.host` (IP address, default 127.0.0.1): where SIP and RTP listen, and the address that peers are told.
/// - `sip.port` (int, default 5060): SIP over UDP and TCP.
/// - `sip.requests.per.second` (int, default 1000): calls and registrations taken from one address in a second.
/// - `sip.tls.certificate`, `sip.tls.key` (paths to PEM files): our certificate with its chain, and its key. With both, SIP
///   is taken over TLS as well.
/// - `sip.tls.port` (int, default 5061): SIP over TLS.
/// - `sip.tls.authorities` (path to a PEM file, default the system's): who vouches for carriers that are called by TLS.
/// - `rtp.first.port`, `rtp.last.port` (ints, default 20000 and 29998): ports for RTP, one even port a leg.
/// - `media.threads` (int 1 to 64, default 1): threads that carry sound.
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
/// - `speech.url` (address, default none): a service that speaks, with `{text}` and `{language}` in it, which answers WAV.
///   When it does not answer, espeak-ng speaks.
/// - `speech.authorization` (secret, default none): its header `Authorization`.
/// - `speech.seconds` (seconds, default 4): how long it is waited for.
/// - `claim.seconds` (seconds, default 10): how long an incoming call waits for its owner before it is refused.
struct MediaServerConfiguration: Sendable {
    let sipHost: String
    let sipPort: Int
    let requestsPerSecond: Int
    let sipTLSPort: Int
    let sipTLS: SIPTLS?
    let rtpPorts: ClosedRange<UInt16>
    let threads: Int
    let recordings: String
    let recordingKeys: RecordingKeys?
    let backup: String?
    let freeMegabytes: Int
    let backupFreeMegabytes: Int
    let minimumRetentionDays: Int
    let prompts: String
    let browserAddress: String
    let browserKeep: Duration
    let speech: SpeechProvider?
    let claimWithin: Duration

    init(_ settings: Settings) throws {
        sipHost = try settings.string("sip.host", default: "127.0.0.1")
        sipPort = try settings.int("sip.port", default: 5060, in: 1...65535)
        requestsPerSecond = try settings.int("sip.requests.per.second", default: 1000, in: 1...100_000)
        sipTLSPort = try settings.int("sip.tls.port", default: 5061, in: 1...65535)
        sipTLS = try Self.tls(settings)
        let first = try settings.int("rtp.first.port", default: 20000, in: 1024...65534)
        let last = try settings.int("rtp.last.port", default: 29998, in: 1024...65534)
        guard first < last else {
            throw ConfigurationError("RTP_LAST_PORT", "It must be above RTP_FIRST_PORT, which is \(first).")
        }
        rtpPorts = UInt16(first)...UInt16(last)
        threads = try settings.int("media.threads", default: 1, in: 1...64)
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
        speech = try Self.speech(settings)
        claimWithin = try settings.seconds("claim.seconds", default: 10, in: 0.5...60)
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
