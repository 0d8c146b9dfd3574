import SIP

/// Keeps one phone registered (RFC 3261 §10.2).
struct Registration: Sendable {
    private let number: String
    private let settings: PhoneBank.Settings
    private let endpoint: SIPEndpoint

    init(_ number: String, _ settings: PhoneBank.Settings, _ endpoint: SIPEndpoint) {
        self.number = number
        self.settings = settings
        self.endpoint = endpoint
    }

    func run() async {
        var request = request
        var wasRegistered = false
        while !Task.isCancelled {
            let response = await endpoint.request(request)
            // Two further: a challenge was answered with the number between.
            request.sequence &+= 2
            let isRegistered = response.status.isSuccess
            if isRegistered, !wasRegistered { settings.onRegistered(number) }
            if !isRegistered, !Task.isCancelled { settings.onRefused(number, response.status) }
            wasRegistered = isRegistered
            try? await Task.sleep(for: isRegistered ? refresh(response) : .seconds(2))
        }
        guard wasRegistered else { return }
        request.headers[.expires] = "0"
        // A cancelled task may still send; nobody waits long for the answer at the end of the program.
        _ = await endpoint.request(request)
    }

    /// After half to nine tenths of what the registrar granted, by chance: telephones that were switched on together do not ask
    /// together for ever.
    private func refresh(_ response: SIPResponse) -> Duration {
        let granted =
            response.contacts.first?.parameters["expires"].flatMap { Int($0) }
            ?? response.headers[.expires].flatMap { Int($0) } ?? settings.expires
        return .milliseconds(min(max(granted, 4), 3_600) * .random(in: 500...900))
    }

    private var request: SIPOutgoingRequest {
        let address = NameAddress(uri: SIPURI(user: number, host: settings.tenant))
        var request = SIPOutgoingRequest(.register, uri: SIPURI(host: settings.tenant), from: address)
        request.to = address
        request.destination = SIPPeer(.udp, settings.registrar.host, settings.registrar.port)
        let local = endpoint.locals.first
        request.contacts = [
            NameAddress(uri: SIPURI(user: number, host: local?.host ?? "127.0.0.1", port: local?.port))
        ]
        request.headers[.expires] = String(settings.expires)
        request.credentials = DigestCredentials(username: number, password: settings.password)
        request.callID = "\(number)-\(UInt64.random(in: .min ... .max))"
        return request
    }
}
