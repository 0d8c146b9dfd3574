import Contracts
import Logging
import SIP

// Telephones that dial: who they are is shown by their password; what becomes of the call is cti's to say.

extension SwitchDesk {
    /// The leg of a telephone that dials.
    /// - Returns: nil for a carrier's call.
    /// - Throws: a challenge, until the telephone has shown that it is who it says.
    func phoneLeg(_ id: LegID, _ incoming: SIPIncomingCall) throws(CallRefusal) -> Leg? {
        let request = incoming.request
        let book = parts.book()
        let known = PhoneAddress(request.from.uri, knows: { book.phones[$0] != nil })
        if known == nil, book.trunk(at: incoming.source, parts.names()) != nil { return nil }
        // A stranger is asked for a password like any telephone, and learns nothing of who there is.
        let address = known ?? PhoneAddress(imagined: request.from.uri)
        let key = try identify(address, request, from: incoming.source)
        guard let number = Self.number(request.uri) else { throw CallRefusal(484, "nothing was dialled") }
        guard state.canTakeMore(), !state.isOverloaded(at: now) else {
            throw CallRefusal(503, "there are too many calls", ["Retry-After": "5"])
        }
        return Leg(
            id: id, tenant: key.tenant, isOutbound: false, from: key.phone.rawValue, to: number, trunkID: nil,
            phoneID: key.phone, arrivedAt: now, state: .arrived)
    }

    private func identify(
        _ address: PhoneAddress, _ request: SIPRequest, from source: SIPPeer
    ) throws(CallRefusal) -> Registrar<PhonePlace>.Key {
        let verdict = verify(address, request, from: source)
        switch verdict {
        case .verified(let phone):
            let key = Registrar<PhonePlace>.Key(tenant: address.tenant, phone: phone)
            guard registrar.place(of: key, at: now) != nil else {
                throw CallRefusal(403, "the telephone is not registered", ["Warning": Self.notRegistered])
            }
            return key
        case .refused(let status, let headers): throw CallRefusal(status, "the telephone has to say who it is", headers)
        }
    }

    private static let notRegistered = "399 carillon \"This telephone is not registered.\""
}
