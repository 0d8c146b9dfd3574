import Contracts
import SDP
import SIP

/// A connection to a carrier: by its addresses, or by a name and password that it asks for. Made of ``TrunkSettings`` that were
/// checked.
struct Trunk: Sendable, Equatable {
    let id: TrunkID
    /// Whole: what was left out is filled in. Without the password.
    let settings: TrunkSettings
    /// For the carrier's digest challenge. Only the switch may know it.
    let password: String?
    /// What inbound calls are recognised by, and where calls out go.
    let addresses: [TrunkAddress]
    let maxCalls: Int
    let callsPerSecond: Int?
    let isOutbound: Bool
    let isInbound: Bool
    /// What may be spoken, best first; nil for all that we speak.
    let codecs: [AudioCodec]?
    let callerIn: NumberRewriting
    let calledIn: NumberRewriting
    let callerOut: NumberRewriting
    let calledOut: NumberRewriting

    var credentials: DigestCredentials? {
        guard let username = settings.username, let password else { return nil }
        return DigestCredentials(username: username, password: password, realm: settings.realm)
    }

    /// Where it can be reached, as far as is known now.
    func places(_ names: NameBook) -> [TrunkPlace] {
        addresses.flatMap { TrunkPlace.of($0, tlsName: settings.tlsName, names) }
    }

    /// - Parameter settings: those left out take their standard values.
    /// - Throws: `Failure.invalid`
    init(_ id: TrunkID, _ settings: TrunkSettings, password: String? = nil) throws(Failure) {
        let whole = try settings.completed(id)
        self.id = id
        self.password = password
        self.settings = whole
        addresses = whole.addresses ?? []
        maxCalls = whole.maxCalls ?? TrunkSettings.standardMaxCalls
        callsPerSecond = whole.callsPerSecond
        isOutbound = whole.isOutbound ?? true
        isInbound = whole.isInbound ?? true
        codecs = try whole.knownCodecs()
        callerIn = try NumberRewriting(whole.callerIn)
        calledIn = try NumberRewriting(whole.calledIn)
        callerOut = try NumberRewriting(whole.callerOut)
        calledOut = try NumberRewriting(whole.calledOut)
    }
}
