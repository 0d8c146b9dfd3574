import Contracts
import Logging
import SIP

/// Where a registered phone is called: its contact, by the way its registration came, which also passes NAT.
struct PhonePlace: Sendable, Equatable {
    let contact: SIPURI
    let source: SIPPeer
    /// The proxies between it and us, nearest to us first (RFC 3327): a call to it takes this way.
    var path: [NameAddress] = []

    /// As it stands in Path and Route.
    var pathText: String { path.map(\.description).joined(separator: ", ") }

    /// - Returns: nil for more proxies than any way has, or for what cannot be read.
    static func path(_ request: SIPRequest) -> [NameAddress]? {
        var path: [NameAddress] = []
        for value in request.headers.values(.path) {
            guard let addresses = try? NameAddress.list(value) else { return nil }
            path += addresses
        }
        return path.count <= 8 ? path : nil
    }
}

/// Which phone an address of record means: `extension@tenant`, or `extension*tenant@anything` for phones that put the
/// server's own address where the tenant should stand. The extension alone is the name in the digest.
struct PhoneAddress: Hashable, Sendable {
    let tenant: TenantID
    let phone: PhoneID

    init(tenant: TenantID, phone: PhoneID) {
        self.tenant = tenant
        self.phone = phone
    }

    /// Nil if no tenant that has phones is meant.
    init?(_ uri: SIPURI, knows: (TenantID) -> Bool) {
        guard let user = uri.user, !user.isEmpty else { return nil }
        let tenant = TenantID(rawValue: uri.host.lowercased())
        if knows(tenant) {
            self.tenant = tenant
            phone = PhoneID(rawValue: user)
            return
        }
        let parts = user.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, knows(TenantID(rawValue: String(parts[1]))) else { return nil }
        self.tenant = TenantID(rawValue: String(parts[1]))
        phone = PhoneID(rawValue: String(parts[0]))
    }

    /// What an address would mean if there were such a tenant.
    init(imagined uri: SIPURI) {
        let user = uri.user ?? ""
        let parts = user.split(separator: "*", omittingEmptySubsequences: false)
        let names = parts.count == 2 ? (parts[1], parts[0]) : (uri.host.lowercased()[...], user[...])
        tenant = TenantID(rawValue: String(names.0.prefix(Self.longestName)))
        phone = PhoneID(rawValue: String(names.1.prefix(Self.longestName)))
    }

    private static let longestName = 64
}

// Phones that register (RFC 3261 §10). The tenant's id is the digest realm.

extension SwitchDesk {
    func register(_ server: SIPServerRequest) {
        let book = parts.book()
        // Who guesses must not learn which tenants there are: one that there is not asks for a password as any other.
        let known = PhoneAddress(server.request.to.uri, knows: { book.phones[$0] != nil })
        let address = known ?? PhoneAddress(imagined: server.request.to.uri)
        switch verify(address, server.request, from: server.source) {
        case .verified(let phone): bind(.init(tenant: address.tenant, phone: phone), server)
        case .refused(let status, let headers): server.respond(status, headers: headers)
        }
    }

    /// What a telephone's password says of who it is.
    enum Identity {
        case verified(PhoneID)
        /// A challenge, or 403 for one that is another than it says or guesses too much.
        case refused(SIPStatus, SIPHeaders)
    }

    func verify(_ address: PhoneAddress, _ request: SIPRequest, from source: SIPPeer) -> Identity {
        let tenant = address.tenant
        let isKnown = parts.book().phones[tenant] != nil
        let phones = parts.book().phones[tenant] ?? [:]
        let guesser = GuessLimiter.Guesser(phone: address, host: source.host)
        let second = now.microseconds / 1_000_000
        guard guesses.allows(guesser, atSecond: second) else { return .refused(403, [:]) }
        var verifier =
            verifiers[tenant] ?? DigestVerifier(realm: tenant.rawValue, key: isKnown ? nil : strangersKey)
        let verdict = verifier.verify(request, atSecond: second) { username, algorithm in
            phones[PhoneID(rawValue: username)].map {
                DigestSecret(hash: algorithm == .md5 ? $0.md5 : $0.sha256)
            }
        }
        // Kept also when it only challenged: its key is what the answer is checked by.
        if isKnown { verifiers[tenant] = verifier }
        switch verdict {
        case .verified(let username):
            guard address.phone.rawValue == username else { return .refused(403, [:]) }
            guesses.right(guesser)
            return .verified(address.phone)
        case .challenge, .wrong, .stale:
            if case .wrong = verdict {
                parts.metrics.refusedRegistration()
                guesses.wrong(guesser, atSecond: second)
            }
            let asked = phones[address.phone]?.phone.digest ?? .both
            return .refused(401, challenge(verifier, asked, at: second, isStale: verdict == .stale))
        }
    }

    private func challenge(
        _ verifier: DigestVerifier, _ asked: Phone.Digest, at second: Int64, isStale: Bool
    ) -> SIPHeaders {
        var headers: SIPHeaders = [:]
        for challenge in verifier.challenges(atSecond: second, isStale: isStale)
        where asked.algorithms.contains(challenge.algorithm) {
            headers.add(.wwwAuthenticate, challenge.text)
        }
        return headers
    }

    private func bind(_ key: Registrar<PhonePlace>.Key, _ server: SIPServerRequest) {
        let request = server.request
        if request.fields.hasWildcardContact { return unbind(key, nil, server) }
        // Of several, the one that is to stay: a phone that moves may give up its old address in the same request.
        guard let contact = request.contacts.first(where: { seconds($0, request) > 0 }) else {
            guard let contact = request.contacts.first else { return answer(server, key) }
            return unbind(key, contact.uri.description, server)
        }
        guard let path = PhonePlace.path(request) else { return server.respond(400) }
        let verdict = registrar.register(
            key, place: PhonePlace(contact: contact.uri, source: server.source, path: path),
            contact: contact.uri.description,
            seconds: seconds(contact, request), callID: request.callID, sequence: request.cseq.number, at: now)
        guard case .bound(let isNew) = verdict else { return server.respond(500, headers: ["Retry-After": "1"]) }
        parts.registrations.note(key, registrar.binding(of: key, at: now))
        parts.known.insert(server.source.host)
        if isNew { tell(key, true) }
        answer(server, key)
    }

    private func seconds(_ contact: NameAddress, _ request: SIPRequest) -> Int {
        contact.parameters["expires"].flatMap { Int($0) } ?? request.headers[.expires].flatMap { Int($0) }
            ?? Registrar<PhonePlace>.standardExpiry
    }

    private func unbind(_ key: Registrar<PhonePlace>.Key, _ contact: String?, _ server: SIPServerRequest) {
        let request = server.request
        let verdict = registrar.unregister(
            key, contact: contact, callID: request.callID, sequence: request.cseq.number, at: now)
        guard verdict != .overtaken else { return server.respond(500, headers: ["Retry-After": "1"]) }
        if verdict == .unbound(wasBound: true) { tell(key, false) }
        answer(server, key)
    }

    /// Tells everybody, and what is kept across a restart.
    func tell(_ key: Registrar<PhonePlace>.Key, _ isRegistered: Bool) {
        parts.log.info(
            isRegistered ? "phone registered" : "phone gone",
            metadata: ["tenant.id": "\(key.tenant)", "phone.id": "\(key.phone)"])
        if !isRegistered { parts.registrations.note(key, nil) }
        parts.publish(PhoneRegistrationChanged(phoneID: key.phone, isRegistered: isRegistered), key.tenant)
    }

    func restore(_ kept: KeptRegistration) {
        guard parts.book().phone(kept.key.phone, tenant: kept.key.tenant) != nil else {
            return parts.registrations.note(kept.key, nil)
        }
        registrar.restore(kept.key, kept.binding)
    }

    /// 200 with what is bound now (RFC 3261 §10.3 step 8).
    private func answer(_ server: SIPServerRequest, _ key: Registrar<PhonePlace>.Key) {
        var response = server.request.response(200, tag: String(UInt64.random(in: .min ... .max), radix: 36))
        if let binding = registrar.binding(of: key, at: now) {
            let seconds = String((binding.expiresAt.microseconds - now.microseconds + 999_999) / 1_000_000)
            var contact = NameAddress(uri: binding.place.contact)
            contact.parameters["expires"] = seconds
            response.contacts = [contact]
            response.headers[.expires] = seconds
            // RFC 3327 §5.3: whoever registers sees by which way it will be called.
            if !binding.place.path.isEmpty { response.headers[.path] = binding.place.pathText }
        }
        server.respond(response)
    }
}

extension Phone.Digest {
    var algorithms: [DigestAlgorithm] {
        switch self {
        case .both: [.sha256, .md5]
        case .md5: [.md5]
        case .sha256: [.sha256]
        }
    }
}
