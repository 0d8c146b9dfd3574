/// A user's name and password, with which we answer a challenge.
public struct DigestCredentials: Sendable, Equatable {
    public var username: String
    public var password: String
    /// Answer only challenges of this realm: a stranger's challenge is a way to collect hashes.
    public var realm: String?

    public init(username: String, password: String, realm: String? = nil) {
        self.username = username
        self.password = password
        self.realm = realm
    }
}

/// What a client answers in Authorization or Proxy-Authorization (RFC 7616 §3.4).
public struct DigestResponse: Sendable, Equatable {
    public var username: String
    public var realm: String
    public var nonce: String
    public var uri: String
    public var response: String
    public var algorithm: DigestAlgorithm
    public var opaque: String?
    /// The client's nonce and how often it has used the server's, eight hex digits; nil without qop.
    public var quality: Quality?

    public struct Quality: Sendable, Equatable {
        public var clientNonce: String
        public var count: String
    }

    /// Answers a challenge.
    /// - Returns: nil if the credentials are meant for another realm.
    public init?(
        to challenge: DigestChallenge, _ credentials: DigestCredentials, method: SIPMethod, uri: String,
        clientNonce: String, count: UInt32 = 1
    ) {
        if let realm = credentials.realm, realm != challenge.realm { return nil }
        username = credentials.username
        realm = challenge.realm
        nonce = challenge.nonce
        self.uri = uri
        algorithm = challenge.algorithm
        opaque = challenge.opaque
        let digits = String(count, radix: 16)
        let padded = String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
        quality = challenge.hasQualityOfProtection ? Quality(clientNonce: clientNonce, count: padded) : nil
        response = ""
        let secret = DigestSecret(credentials.username, realm: realm, password: credentials.password, algorithm)
        response = expected(secret, method: method)
    }

    /// - Returns: nil for another scheme, an algorithm we do not speak, or text that is no answer.
    public init?(_ text: String) {
        guard let parameters = DigestParameters(text), let username = parameters["username"],
            let realm = parameters["realm"], let nonce = parameters["nonce"], let uri = parameters["uri"],
            let response = parameters["response"], let algorithm = DigestAlgorithm(parameter: parameters["algorithm"])
        else { return nil }
        self.username = username
        self.realm = realm
        self.nonce = nonce
        self.uri = uri
        self.response = response.lowercased()
        self.algorithm = algorithm
        opaque = parameters["opaque"]
        guard let qop = parameters["qop"] else { return }
        guard qop.lowercased() == "auth", let clientNonce = parameters["cnonce"], let count = parameters["nc"],
            count.utf8.count == 8, count.utf8.allSatisfy({ $0.hexValue != nil })
        else { return nil }
        quality = Quality(clientNonce: clientNonce, count: count)
    }

    /// How often the client says it has used the nonce.
    public var nonceCount: UInt32? { quality.flatMap { UInt32($0.count, radix: 16) } }

    public var text: String {
        var text = "Digest username=\(DigestParameters.quoted(username)), realm=\(DigestParameters.quoted(realm))"
        text += ", nonce=\(DigestParameters.quoted(nonce)), uri=\(DigestParameters.quoted(uri))"
        text += ", response=\"\(response)\", algorithm=\(algorithm.rawValue)"
        if let opaque { text += ", opaque=\(DigestParameters.quoted(opaque))" }
        if let quality {
            text += ", qop=auth, nc=\(quality.count), cnonce=\(DigestParameters.quoted(quality.clientNonce))"
        }
        return text
    }

    /// What `response` must be for one who knows the secret.
    func expected(_ secret: DigestSecret, method: SIPMethod) -> String {
        let asked = algorithm.hash("\(method.rawValue):\(uri)")
        guard let quality else { return algorithm.hash("\(secret.hash):\(nonce):\(asked)") }
        return algorithm.hash("\(secret.hash):\(nonce):\(quality.count):\(quality.clientNonce):auth:\(asked)")
    }
}

/// The hash of user, realm and password (`A1`), which is what a server may keep instead of the password.
public struct DigestSecret: Sendable, Equatable {
    public let hash: String

    public init(hash: String) { self.hash = hash.lowercased() }

    public init(_ username: String, realm: String, password: String, _ algorithm: DigestAlgorithm) {
        hash = algorithm.hash("\(username):\(realm):\(password)")
    }
}
