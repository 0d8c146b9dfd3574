import Contracts
import SDP

/// What an operator says of a trunk, and how it is stored. Only addresses are needed, or one host.
struct TrunkSettings: Codable, Sendable, Equatable {
    /// Only in answers.
    var id: TrunkID?
    /// Short for one address.
    var host: String?
    var port: Int?
    var transport: TrunkTransport?
    /// At most 16, tried by priority and weight.
    var addresses: [TrunkAddress]?
    /// What a carrier's certificate has to name for TLS, if not its host.
    var tlsName: String?
    /// For the carrier's digest challenge.
    var username: String?
    /// Never in answers. Left out: as it was.
    var password: String?
    /// Only challenges of this realm are answered; of any if left out.
    var realm: String?
    /// We sign in at the carrier (REGISTER), with username and password.
    var registers: Bool?
    /// What stands behind @ in From of calls out; our own address if left out.
    var fromDomain: String?
    /// We and the carrier trust each other in who calls (RFC 3325): calls out name the caller in P-Asserted-Identity too, and of
    /// calls in it is believed.
    var assertsCaller: Bool?
    /// Calls that come in carry the called number in To, and in the Request-URI only our name at the carrier.
    var calledInTo: Bool?
    /// Such as `PCMA`, best first; all that we speak if left out.
    var codecs: [String]?
    /// At once, in and out: 1 to 100 000; 1 000 if left out.
    var maxCalls: Int?
    /// That go out: 1 to 10 000; no limit if left out.
    var callsPerSecond: Int?
    var isOutbound: Bool?
    var isInbound: Bool?
    /// How numbers are changed: of callers and called, that come in and go out.
    var callerIn: RewriteSettings?
    var calledIn: RewriteSettings?
    var callerOut: RewriteSettings?
    var calledOut: RewriteSettings?
    /// How often each address is asked whether it is there (OPTIONS), in seconds: 1 to 3 600, 0 for never; 30 if left out.
    var probeSeconds: Int?
    /// So many failures in a row take an address down: 1 to 10; 3 if left out.
    var downAfter: Int?
    /// So many answers in a row bring it up again: 1 to 10; 1 if left out.
    var upAfter: Int?
    /// How long an address may take to respond to a call before the next is tried: 1 to 32 seconds; 4 if left out.
    var responseSeconds: Int?

    static let standardMaxCalls = 1_000
    static let mostAddresses = 16

    /// With everything that has a standard value, checked.
    /// - Throws: `Failure.invalid`
    func completed(_ id: TrunkID) throws(Failure) -> TrunkSettings {
        var whole = self
        whole.id = id
        if let host {
            guard addresses == nil else {
                throw Failure(.invalid, "A trunk has either a host or addresses.", code: "trunkAddressInvalid")
            }
            whole.addresses = [TrunkAddress(host: host, port: port, transport: transport)]
        }
        (whole.host, whole.port, whole.transport, whole.password) = (nil, nil, nil, nil)
        let addresses = whole.addresses ?? []
        guard (1...Self.mostAddresses).contains(addresses.count), addresses.allSatisfy(\.isSound) else {
            throw Failure(
                .invalid,
                "A trunk has 1 to \(Self.mostAddresses) addresses: an IP address or a domain as host, and a port from 1 to 65535.",
                code: "trunkAddressInvalid"
            )
        }
        whole.maxCalls = try Self.number(maxCalls, Self.standardMaxCalls, 1...100_000, "maxCalls")
        whole.probeSeconds = try Self.number(probeSeconds, 30, 0...3_600, "probeSeconds")
        whole.downAfter = try Self.number(downAfter, 3, 1...10, "downAfter")
        whole.upAfter = try Self.number(upAfter, 1, 1...10, "upAfter")
        whole.responseSeconds = try Self.number(responseSeconds, 4, 1...32, "responseSeconds")
        if let rate = callsPerSecond { _ = try Self.number(rate, rate, 1...10_000, "callsPerSecond") }
        whole.isOutbound = isOutbound ?? true
        whole.isInbound = isInbound ?? true
        try checkTexts()
        return whole
    }

    private func checkTexts() throws(Failure) {
        for text in [tlsName, username, password, realm, fromDomain] {
            guard let text else { continue }
            guard (1...255).contains(text.utf8.count),
                text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
            else {
                throw Failure(
                    .invalid, "Names of a trunk have 1 to 255 bytes, and none of them controls anything.",
                    code: "trunkNameInvalid")
            }
        }
        if let fromDomain, !TrunkAddress(host: fromDomain).isSound {
            throw Failure(.invalid, "fromDomain is a domain or an IP address.", code: "fromDomainInvalid")
        }
        guard registers != true || username != nil else {
            throw Failure(
                .invalid, "A trunk that registers needs a username and a password.", code: "trunkRegistrationInvalid")
        }
    }

    /// - Throws: `Failure.invalid` for one that we do not speak.
    func knownCodecs() throws(Failure) -> [AudioCodec]? {
        guard let codecs else { return nil }
        var known: [AudioCodec] = []
        for name in codecs {
            guard let codec = AudioCodec(rawValue: name.uppercased()), !known.contains(codec) else {
                throw Failure(
                    .invalid, "“\(name)” is no codec that is spoken here, or it stands there twice.",
                    code: "codecInvalid")
            }
            known.append(codec)
        }
        guard !known.isEmpty else {
            throw Failure(.invalid, "A trunk speaks at least one codec.", code: "codecInvalid")
        }
        return known
    }

    private static func number(
        _ value: Int?, _ standard: Int, _ range: ClosedRange<Int>, _ name: String
    ) throws(Failure) -> Int {
        let value = value ?? standard
        guard range.contains(value) else {
            throw Failure(.invalid, "\(name) is \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }
}
