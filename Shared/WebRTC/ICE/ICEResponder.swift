/// The lite side of ICE (RFC 8445 §2.5, §8.2): it makes no checks, it answers those of the browser, and sends where the
/// browser last nominated. Pure: times are passed in, in microseconds.
///
///     check with our password ──▶ answered, its source may talk to us (DTLS, SRTP)
///     … with USE-CANDIDATE    ──▶ we send there from now on
///     no check for a while    ──▶ nowhere (the browser's consent has ended, RFC 7675)
///
/// A check that is not authentic gets no answer at all: who does not know the password learns nothing of us.
public struct ICEResponder: Sendable {
    public enum Refusal: Equatable, Sendable {
        /// Not a well-formed Binding request.
        case malformed
        /// Not made with our password, or for another session.
        case stranger
    }

    public enum Outcome: Equatable, Sendable {
        case answer([UInt8])
        case refuse(Refusal)
    }

    /// A browser checks at least every five seconds while it is there (RFC 7675 §5.1); a busy machine is given twice that.
    public static let patience: Int64 = 10_000_000
    /// So many sources of checks are known at once.
    static let maximumSources = 8

    private struct Source: Equatable, Sendable {
        var address: ICEAddress
        var checkedAt: Int64
    }

    public private(set) var local: ICECredentials
    private var remoteFragment: String
    private var sources: [Source] = []
    /// Where to send; nil until the browser has nominated.
    public private(set) var nominated: ICEAddress?

    public init(local: ICECredentials, remoteFragment: String) {
        self.local = local
        self.remoteFragment = remoteFragment
    }

    /// The browser has restarted ICE (RFC 8445 §9): checks come with the new names; until then sound flows where it did.
    public mutating func restart(local: ICECredentials, remoteFragment: String) {
        self.local = local
        self.remoteFragment = remoteFragment
    }

    public mutating func handle(_ bytes: [UInt8], from source: ICEAddress, at now: Int64) -> Outcome {
        guard let message = STUNMessage(bytes), message.kind == .bindingRequest, message.hasTrueFingerprint else {
            return .refuse(.malformed)
        }
        guard message.username == "\(local.fragment):\(remoteFragment)", message.isAuthentic(password: local.password)
        else { return .refuse(.stranger) }
        guard message.priority != nil, message.unknownRequired.isEmpty else {
            return .answer(answer(message, error: 400, "Bad Request"))
        }
        // A lite agent is always the controlled one (RFC 8445 §7.3.1.1).
        guard !message.has(.iceControlled) else { return .answer(answer(message, error: 487, "Role Conflict")) }
        note(source, at: now)
        if message.has(.useCandidate) { nominated = source }
        var writer = STUNWriter(.bindingSuccess, transaction: message.transaction)
        writer.add(mapped: source)
        return .answer(finish(&writer))
    }

    /// Whether the browser has shown that it is there, and may send other than checks.
    public func isValid(_ source: ICEAddress) -> Bool { sources.contains { $0.address == source } }

    /// Forgets who has not been heard of for a while.
    public mutating func expire(at now: Int64) {
        sources.removeAll { now - $0.checkedAt > Self.patience }
        if let nominated, !isValid(nominated) { self.nominated = nil }
    }

    private mutating func note(_ source: ICEAddress, at now: Int64) {
        sources.removeAll { $0.address == source }
        if sources.count >= Self.maximumSources { sources.removeFirst() }
        sources.append(Source(address: source, checkedAt: now))
    }

    private func answer(_ message: STUNMessage, error code: Int, _ reason: String) -> [UInt8] {
        var writer = STUNWriter(.bindingError, transaction: message.transaction)
        writer.add(error: code, reason)
        return finish(&writer)
    }

    private func finish(_ writer: inout STUNWriter) -> [UInt8] {
        writer.addIntegrity(password: local.password)
        writer.addFingerprint()
        return writer.bytes
    }
}
