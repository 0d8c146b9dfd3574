import Crypto

/// The server's side of digest authentication: makes nonces that need no memory and checks what comes back with them.
///
/// A nonce is a time and a keyed hash of time and realm, so any number of challenges costs nothing. What is remembered is
/// how often each nonce was used, so that an overheard answer is worth nothing, and of that only so much. Pure: the time
/// is passed in.
public struct DigestVerifier: Sendable {
    public enum Verdict: Equatable, Sendable {
        /// The request is from this user.
        case verified(username: String)
        /// Nothing usable came: challenge.
        case challenge
        /// Right but with an old nonce: challenge with `stale=true`, and the client repeats without asking its user.
        case stale
        /// A wrong password or an unknown user; the answer is the same challenge either way.
        case wrong(username: String)
    }

    public let realm: String
    private let algorithms: [DigestAlgorithm]
    private let key: SymmetricKey
    private let lifetimeSeconds: Int64
    private let limit: Int
    /// The highest count seen of each nonce, and of the round before; both forgotten in turn so that it stays bounded.
    private var counts: [String: UInt32] = [:]
    private var olderCounts: [String: UInt32] = [:]

    /// - Parameter key: keeps nonces good across restarts and instances that share it; random if left out.
    public init(
        realm: String, algorithms: [DigestAlgorithm] = [.sha256, .md5], key: [UInt8]? = nil,
        lifetimeSeconds: Int64 = 300,
        limit: Int = 50_000
    ) {
        self.realm = realm
        self.algorithms = algorithms
        self.key = key.map { SymmetricKey(data: $0) } ?? SymmetricKey(size: .bits256)
        self.lifetimeSeconds = lifetimeSeconds
        self.limit = limit
    }

    /// The challenges for a 401, strongest first, one header each (RFC 8760 §2.2).
    public func challenges(atSecond now: Int64, isStale: Bool = false) -> [DigestChallenge] {
        let nonce = nonce(atSecond: now)
        return algorithms.map { DigestChallenge(realm: realm, nonce: nonce, algorithm: $0, isStale: isStale) }
    }

    /// The same as headers, to go with a 401.
    public func challengeHeaders(atSecond now: Int64, isStale: Bool = false) -> SIPHeaders {
        SIPHeaders(challenges(atSecond: now, isStale: isStale).map { SIPHeaders.Field(.wwwAuthenticate, $0.text) })
    }

    /// Checks a request's Authorization.
    /// - Parameter secret: the user's secret by algorithm, nil for a user there is not.
    public mutating func verify(
        _ request: SIPRequest, atSecond now: Int64, secret: (String, DigestAlgorithm) -> DigestSecret?
    ) -> Verdict {
        let answers = request.headers.values(.authorization).compactMap(DigestResponse.init(_:))
        guard let answer = answers.first(where: { $0.realm == realm && algorithms.contains($0.algorithm) }) else {
            return .challenge
        }
        guard let age = age(of: answer.nonce, atSecond: now) else { return .challenge }
        // The sums are done for an unknown user too: how long it takes must not tell who exists.
        let known = secret(answer.username, answer.algorithm)
        let expected = answer.expected(known ?? DigestSecret(hash: answer.nonce), method: request.method)
        guard equalInConstantTime(expected, answer.response), known != nil else {
            return .wrong(username: answer.username)
        }
        guard
            answer.uri.equalsIgnoringCase(request.uri.description)
                || (try? SIPURI(answer.uri))?.host == request.uri.host
        else { return .wrong(username: answer.username) }
        guard age <= lifetimeSeconds, isFresh(answer) else { return .stale }
        return .verified(username: answer.username)
    }

    /// Counts the use of a nonce. A client without qop sends no count and may use a nonce once.
    private mutating func isFresh(_ answer: DigestResponse) -> Bool {
        let count = answer.nonceCount ?? 1
        let last = counts[answer.nonce] ?? olderCounts[answer.nonce] ?? 0
        guard count > last else { return false }
        if counts.count >= limit {
            olderCounts = counts
            counts = [:]
        }
        counts[answer.nonce] = count
        return true
    }

    private func nonce(atSecond second: Int64) -> String {
        let stamp = String(second, radix: 16)
        // Eight random bytes keep apart the nonces of one second, for each has a count of its own.
        let salt = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return "\(stamp).\(salt).\(signature("\(stamp).\(salt)"))"
    }

    /// Seconds since we made the nonce; nil if we did not.
    private func age(of nonce: String, atSecond now: Int64) -> Int64? {
        let parts = nonce.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard parts.count == 3, equalInConstantTime(signature("\(parts[0]).\(parts[1])"), parts[2]),
            let second = Int64(parts[0], radix: 16)
        else { return nil }
        let (age, overflow) = now.subtractingReportingOverflow(second)
        return overflow || age < -60 ? nil : age
    }

    private func signature(_ text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(text):\(realm)".utf8), using: key)
        return hex(code.prefix(16))
    }
}
