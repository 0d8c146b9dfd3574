import Contracts
import Logging
import SIP

/// Where a registered phone is called: its contact, by the way its registration came, which also passes NAT.
struct PhonePlace: Sendable, Equatable {
    let contact: SIPURI
    let source: SIPPeer
}

// Phones that register (RFC 3261 §10). A phone is `extension@tenant`; the tenant's id is the digest realm.

extension SwitchDesk {
    func register(_ server: SIPServerRequest) {
        let request = server.request
        let tenant = TenantID(rawValue: request.to.uri.host.lowercased())
        let phones = parts.book().phones[tenant]
        guard let phones else { return server.respond(404) }
        var verifier = verifiers[tenant] ?? DigestVerifier(realm: tenant.rawValue)
        let second = now.microseconds / 1_000_000
        let verdict = verifier.verify(request, atSecond: second) { username, algorithm in
            phones[PhoneID(rawValue: username)].map {
                DigestSecret(hash: algorithm == .md5 ? $0.md5 : $0.sha256)
            }
        }
        switch verdict {
        case .verified(let username):
            verifiers[tenant] = verifier
            guard request.to.uri.user == username else { return server.respond(403) }
            bind(.init(tenant: tenant, phone: PhoneID(rawValue: username)), server)
        case .challenge, .wrong: challenge(server, verifier, at: second, isStale: false)
        case .stale: challenge(server, verifier, at: second, isStale: true)
        }
    }

    private func challenge(_ server: SIPServerRequest, _ verifier: DigestVerifier, at second: Int64, isStale: Bool) {
        var headers: SIPHeaders = [:]
        for challenge in verifier.challenges(atSecond: second, isStale: isStale) {
            headers.add(.wwwAuthenticate, challenge.text)
        }
        server.respond(401, headers: headers)
    }

    private func bind(_ key: Registrar<PhonePlace>.Key, _ server: SIPServerRequest) {
        let request = server.request
        guard let contact = request.contacts.first ?? (request.fields.hasWildcardContact ? request.to : nil) else {
            return answer(server, key)
        }
        let asked =
            contact.parameters["expires"].flatMap { Int($0) } ?? request.headers[.expires].flatMap { Int($0) }
            ?? Registrar<PhonePlace>.standardExpiry
        let seconds = request.fields.hasWildcardContact ? 0 : asked
        let verdict = registrar.register(
            key, place: PhonePlace(contact: contact.uri, source: server.source), seconds: seconds,
            callID: request.callID, sequence: request.cseq.number, at: now)
        switch verdict {
        case .bound(let isNew):
            if isNew { tell(key, true) }
            answer(server, key, contact, seconds: Registrar<PhonePlace>.granted(seconds))
        case .unbound(let wasBound):
            if wasBound { tell(key, false) }
            answer(server, key)
        case .overtaken: server.respond(500, headers: ["Retry-After": "1"])
        }
    }

    private func tell(_ key: Registrar<PhonePlace>.Key, _ isRegistered: Bool) {
        parts.log.info(
            isRegistered ? "phone registered" : "phone gone",
            metadata: ["tenant.id": "\(key.tenant)", "phone.id": "\(key.phone)"])
        parts.publish(PhoneRegistrationChanged(phoneID: key.phone, isRegistered: isRegistered), key.tenant)
    }

    private func answer(
        _ server: SIPServerRequest, _ key: Registrar<PhonePlace>.Key, _ contact: NameAddress? = nil, seconds: Int = 0
    ) {
        var response = server.request.response(200, tag: String(UInt64.random(in: .min ... .max), radix: 36))
        if var contact {
            contact.parameters["expires"] = String(seconds)
            response.contacts = [contact]
            response.headers[.expires] = String(seconds)
        }
        server.respond(response)
    }
}
