import Contracts

/// Which phones can be called, and where: pure, times passed in. Bindings expire by themselves. A phone has one place, that
/// of its newest registration.
struct Registrar<Place: Sendable>: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let phone: PhoneID
    }

    struct Binding: Sendable {
        var place: Place
        /// The Contact's address, by which the phone takes the binding back.
        var contact: String
        var expiresAt: Timestamp
        var callID: String
        var sequence: UInt32
    }

    enum Verdict: Equatable, Sendable {
        /// Registered; true if it was not before.
        case bound(isNew: Bool)
        /// Gone; true if it was registered before.
        case unbound(wasBound: Bool)
        /// An older request of the same client, overtaken by a newer one (RFC 3261 §10.3 step 7).
        case overtaken
    }

    /// Seconds: what a phone is given if it asks for nothing, and the least and most it may have.
    static var standardExpiry: Int { 300 }
    static var expiryRange: ClosedRange<Int> { 20...3600 }

    private var bindings: [Key: Binding] = [:]

    /// - Parameter seconds: brought into ``expiryRange``.
    mutating func register(
        _ key: Key, place: Place, contact: String, seconds: Int, callID: String, sequence: UInt32, at now: Timestamp
    ) -> Verdict {
        let known = binding(of: key, at: now)
        if let known, known.callID == callID, sequence <= known.sequence { return .overtaken }
        bindings[key] = Binding(
            place: place, contact: contact, expiresAt: now.adding(.seconds(Self.granted(seconds))), callID: callID,
            sequence: sequence)
        return .bound(isNew: known == nil)
    }

    /// - Parameter contact: nil for whatever there is. Another contact than the one that is bound takes nothing away: a
    ///   phone that has moved gives up its old address after it has registered the new one.
    mutating func unregister(
        _ key: Key, contact: String?, callID: String, sequence: UInt32, at now: Timestamp
    ) -> Verdict {
        guard let known = binding(of: key, at: now) else {
            bindings[key] = nil
            return .unbound(wasBound: false)
        }
        if known.callID == callID, sequence <= known.sequence { return .overtaken }
        guard contact == nil || contact == known.contact else { return .unbound(wasBound: false) }
        bindings[key] = nil
        return .unbound(wasBound: true)
    }

    /// Takes up what was bound before a restart; what is known already is newer.
    mutating func restore(_ key: Key, _ binding: Binding) {
        if bindings[key] == nil { bindings[key] = binding }
    }

    func binding(of key: Key, at now: Timestamp) -> Binding? {
        bindings[key].flatMap { $0.expiresAt > now ? $0 : nil }
    }

    func place(of key: Key, at now: Timestamp) -> Place? { binding(of: key, at: now)?.place }

    func bindings(at now: Timestamp) -> [Key: Binding] { bindings.filter { $0.value.expiresAt > now } }

    /// Forgets what has expired, and phones that there are no longer.
    /// - Returns: the phones that were registered until now.
    mutating func expire(at now: Timestamp, unless isKnown: (Key) -> Bool = { _ in true }) -> [Key] {
        let gone = bindings.filter { $0.value.expiresAt <= now || !isKnown($0.key) }.map(\.key)
        for key in gone { bindings[key] = nil }
        return gone
    }

    static func granted(_ seconds: Int) -> Int {
        min(max(seconds, expiryRange.lowerBound), expiryRange.upperBound)
    }
}

extension Registrar.Binding: Equatable where Place: Equatable {}
