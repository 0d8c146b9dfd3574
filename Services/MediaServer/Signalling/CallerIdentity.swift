import SIP

/// Who calls, as far as may be believed and shown (RFC 3323, RFC 3325).
struct CallerIdentity: Equatable {
    /// What stands for a number that is withheld.
    static let anonymous = "anonymous"

    /// Nil for one who withholds his number, or has none.
    let number: String?

    /// - Parameter isTrusted: whether the sender vouches for what P-Asserted-Identity says; of others it is passed over.
    init(_ request: SIPRequest, isTrusted: Bool) {
        // Whoever we show a number to is outside the network that asserted it (RFC 3325 §7).
        let asserted = isTrusted ? Self.asserted(request) : nil
        number = Self.isWithheld(request) ? nil : asserted ?? SwitchDesk.number(request.from.uri)
    }

    /// There may be one of each scheme (RFC 3325 §9.1): a telephone's number before a name.
    private static func asserted(_ request: SIPRequest) -> String? {
        let addresses = request.headers.values(.assertedIdentity).flatMap { (try? NameAddress.list($0)) ?? [] }
        let numbers = addresses.compactMap { SwitchDesk.number($0.uri) }
        return numbers.first { $0.utf8.allSatisfy(\.isDialled) } ?? numbers.first
    }

    private static func isWithheld(_ request: SIPRequest) -> Bool {
        let wishes = request.headers.values(.privacy)
            .flatMap { $0.lowercased().split(whereSeparator: { " ;,\t".contains($0) }) }
        if wishes.contains(where: { ["id", "user", "header"].contains($0) }) { return true }
        let from = request.from.uri
        return from.user?.lowercased() == anonymous || from.host.lowercased() == "anonymous.invalid"
    }

    /// What a call that goes out says of its caller.
    static func from(_ number: String, name: String?, at host: String, _ port: Int?) -> (NameAddress, SIPHeaders) {
        guard number != anonymous else {
            let nobody = SIPURI(user: anonymous, host: "anonymous.invalid")
            return (NameAddress(displayName: "Anonymous", uri: nobody), ["Privacy": "id"])
        }
        return (NameAddress(displayName: name, uri: SIPURI(user: number, host: host, port: port)), [:])
    }
}
