import Contracts

/// Which phones can be called, and where: pure, times passed in. Bindings expire by themselves.
struct Registrar<Place: Sendable>: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let phone: PhoneID
    }

    private struct Binding {
        var place: Place
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

    /// - Parameter seconds: 0 removes the binding; anything else is brought into ``expiryRange``.
    mutating func register(
        _ key: Key, place: Place, seconds: Int, callID: String, sequence: UInt32, at now: Timestamp
    ) -> Verdict {
        let known = bindings[key].flatMap { $0.expiresAt > now ? $0 : nil }
        if let known, known.callID == callID, sequence <= known.sequence { return .overtaken }
        guard seconds > 0 else {
            bindings[key] = nil
            return .unbound(wasBound: known != nil)
        }
        bindings[key] = Binding(
            place: place, expiresAt: now.adding(.seconds(Self.granted(seconds))), callID: callID, sequence: sequence)
        return .bound(isNew: known == nil)
    }

    func place(of key: Key, at now: Timestamp) -> Place? {
        bindings[key].flatMap { $0.expiresAt > now ? $0.place : nil }
    }

    func registered(at now: Timestamp) -> [Key] { bindings.filter { $0.value.expiresAt > now }.map(\.key) }

    /// Forgets what has expired.
    /// - Returns: the phones that were registered until now.
    mutating func expire(at now: Timestamp) -> [Key] {
        let gone = bindings.filter { $0.value.expiresAt <= now }.map(\.key)
        for key in gone { bindings[key] = nil }
        return gone
    }

    static func granted(_ seconds: Int) -> Int {
        min(max(seconds, expiryRange.lowerBound), expiryRange.upperBound)
    }
}
