/// What a server asks in WWW-Authenticate or Proxy-Authenticate (RFC 7616 §3.3).
public struct DigestChallenge: Sendable, Equatable {
    public var realm: String
    public var nonce: String
    public var opaque: String?
    public var algorithm: DigestAlgorithm
    /// The server knows `qop=auth`; without it the response is RFC 2069's.
    public var hasQualityOfProtection: Bool
    /// The answer was right, only the nonce is old.
    public var isStale: Bool

    public init(
        realm: String, nonce: String, opaque: String? = nil, algorithm: DigestAlgorithm,
        hasQualityOfProtection: Bool = true, isStale: Bool = false
    ) {
        self.realm = realm
        self.nonce = nonce
        self.opaque = opaque
        self.algorithm = algorithm
        self.hasQualityOfProtection = hasQualityOfProtection
        self.isStale = isStale
    }

    /// - Returns: nil for another scheme, an algorithm we do not speak, or text that is no challenge.
    public init?(_ text: String) {
        guard let parameters = DigestParameters(text), let realm = parameters["realm"], let nonce = parameters["nonce"],
            let algorithm = DigestAlgorithm(parameter: parameters["algorithm"])
        else { return nil }
        let offered = parameters["qop"]?.lowercased().utf8.split { $0 == UInt8(ascii: ",") || $0.isBlank }
        // Only auth-int on offer: nothing we can answer.
        if let offered, !offered.contains(where: { $0.elementsEqual("auth".utf8) }) { return nil }
        self.init(
            realm: realm, nonce: nonce, opaque: parameters["opaque"], algorithm: algorithm,
            hasQualityOfProtection: offered != nil, isStale: parameters["stale"]?.lowercased() == "true")
    }

    public var text: String {
        var text = "Digest realm=\(DigestParameters.quoted(realm)), nonce=\(DigestParameters.quoted(nonce))"
        if let opaque { text += ", opaque=\(DigestParameters.quoted(opaque))" }
        text += ", algorithm=\(algorithm.rawValue)"
        if hasQualityOfProtection { text += ", qop=\"auth\"" }
        if isStale { text += ", stale=true" }
        return text
    }

    /// The strongest challenge of a 401 or 407, and the header its answer goes into.
    static func strongest(in response: SIPResponse) -> (DigestChallenge, answerIn: SIPHeaderName)? {
        let (asked, answer): (SIPHeaderName, SIPHeaderName)
        switch response.status.code {
        case 401: (asked, answer) = (.wwwAuthenticate, .authorization)
        case 407: (asked, answer) = (.proxyAuthenticate, .proxyAuthorization)
        default: return nil
        }
        let challenges = response.headers.values(asked).compactMap(DigestChallenge.init(_:))
        let best = challenges.first { $0.algorithm == .sha256 } ?? challenges.first
        return best.map { ($0, answer) }
    }
}
