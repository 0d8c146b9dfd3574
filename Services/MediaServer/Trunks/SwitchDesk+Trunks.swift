import Contracts
import Logging
import SIP

/// How it stands with a trunk, as one instance sees it.
struct TrunkState: Codable, Sendable, Equatable {
    struct Address: Codable, Sendable, Equatable {
        /// Such as `udp:192.0.2.7:5060`.
        let address: String
        let isUp: Bool
        /// Since when it is up or down.
        let since: Timestamp
        /// Of its last answer; nil for silence, or none yet.
        let lastStatus: Int?
    }

    struct Registration: Codable, Sendable, Equatable {
        let isRegistered: Bool
        let until: Timestamp?
        /// Of the carrier's last answer; nil for silence, or none yet.
        let lastStatus: Int?
    }

    let trunkID: TrunkID
    let instance: InstanceID
    /// At least one of its addresses answers, as far as is known.
    let isUp: Bool
    let calls: Int
    /// Those known now; a name that leads nowhere has none.
    let addresses: [Address]
    /// Nil for a trunk that does not register.
    let registration: Registration?
}

// Whether the trunks are there: asked each second for what is due, told as it changes.

extension SwitchDesk {
    /// Each second.
    func sweepTrunks(_ book: SwitchBook) {
        sweepOutside()
        followCompany()
        let names = parts.names()
        let trunks = book.trunks.map { (trunk: $0, places: $0.places(names)) }
        for gone in Set(watch.places.keys.map(\.trunk)).subtracting(book.trunks.map(\.id)) { parts.metrics.lost(gone) }
        tell(watch.look(at: trunks, now))
        trunkRegistrations = trunkRegistrations.filter { book.trunk($0.key)?.settings.registers == true }
        trunkRates = trunkRates.filter { book.trunk($0.key) != nil }
        for (trunk, places) in trunks where !stopping.isUnderWay {
            if trunk.settings.registers == true { register(trunk, places) }
            let up = watch.places.filter { $0.key.trunk == trunk.id && $0.value.isUp }.count
            parts.metrics.saw(trunk.id, calls: trunkCalls[trunk.id, default: 0], addressesUp: up)
        }
    }

    /// Carries out what the watch wants.
    func tell(_ actions: [TrunkWatch.Action]) {
        for action in actions {
            switch action {
            case .probe(let place, let number): probe(place, number)
            case .changed(let place, let isUp, let isTrunkUp):
                parts.log.log(
                    level: isUp ? .info : .warning, isUp ? "trunk address up" : "trunk address down",
                    metadata: ["trunk.id": "\(place.trunk)", "sip.address": "\(place.peer.address)"])
                let fact = TrunkStateChanged(
                    trunkID: place.trunk, address: place.peer.address, isAddressUp: isUp, isTrunkUp: isTrunkUp,
                    instance: parts.instance)
                parts.publish(fact, .all)
            }
        }
    }

    private func probe(_ place: TrunkWatch.Place, _ number: UInt64) {
        guard !stopping.isUnderWay else { return }
        let own = SIPURI(user: "carillon", host: parts.configuration.sipHost, port: parts.configuration.sipPort)
        var options = SIPOutgoingRequest(
            .options, uri: SIPURI(host: place.peer.host, port: place.peer.port), from: NameAddress(uri: own))
        options.destination = place.peer
        endpoint.request(options) { [post] response in post(.probed(place, number, response)) }
    }

    func probed(_ place: TrunkWatch.Place, _ number: UInt64, _ response: SIPResponse) {
        tell(watch.answered(place, number: number, response, now))
    }

    // MARK: Our own registrations

    private func register(_ trunk: Trunk, _ places: [TrunkPlace]) {
        var registration = trunkRegistrations[trunk.id] ?? TrunkRegistration()
        defer { trunkRegistrations[trunk.id] = registration }
        guard !places.isEmpty, let due = registration.due(at: now) else { return }
        let place = places[registration.attempt % places.count]
        let number = due.number
        endpoint.request(request(trunk, place, due)) { [post, id = trunk.id] response in
            post(.registered(id, number, response))
        }
    }

    private func request(_ trunk: Trunk, _ place: TrunkPlace, _ due: TrunkRegistration.Request) -> SIPOutgoingRequest {
        let own = parts.configuration
        let name = trunk.settings.username
        let record = NameAddress(uri: SIPURI(user: name, host: trunk.settings.fromDomain ?? place.host))
        var contact = SIPURI(
            user: name, host: own.sipHost, port: place.peer.transport == .tls ? own.sipTLSPort : own.sipPort)
        contact.parameters["transport"] = place.peer.transport.uriParameter
        var request = SIPOutgoingRequest(.register, uri: SIPURI(host: place.host, port: place.port), from: record)
        request.to = record
        request.contacts = [NameAddress(uri: contact)]
        request.headers = ["Expires": "\(due.seconds)"]
        request.destination = place.peer
        request.credentials = trunk.credentials
        request.callID = "\(registrationKey).\(trunk.id)"
        // An answered challenge takes numbers of its own.
        request.sequence = (due.number & 0x0fff_ffff) &* 4
        return request
    }

    func registered(_ id: TrunkID, _ number: UInt32, _ response: SIPResponse) {
        guard var registration = trunkRegistrations[id] else { return }
        let was = registration.isRegistered(at: now)
        if response.status.isSuccess {
            let user = parts.book().trunk(id)?.settings.username
            let own = response.contacts.first {
                $0.uri.user == user && $0.uri.host == parts.configuration.sipHost
            }
            let granted = own?.parameters["expires"] ?? response.headers[.expires]
            registration.accepted(
                number, seconds: granted.flatMap { Int($0) } ?? registration.expiry,
                serviceRoute: response.serviceRoute, at: now)
        } else {
            let least = response.headers["Min-Expires"].flatMap { Int($0) }
            registration.refused(number, status: response.isLocal ? nil : response.status.code, least: least, at: now)
        }
        trunkRegistrations[id] = registration
        guard was != registration.isRegistered(at: now) || !response.status.isSuccess else { return }
        parts.log.log(
            level: response.status.isSuccess ? .info : .warning,
            response.status.isSuccess ? "registered at a carrier" : "not registered at a carrier",
            metadata: ["trunk.id": "\(id)", "sip.status": "\(response.status.code)"])
    }

    /// The carriers need not call us any more. Nobody waits for their answers.
    func signOffTrunks() {
        let names = parts.names()
        for trunk in parts.book().trunks where trunkRegistrations[trunk.id]?.isRegistered(at: now) == true {
            let places = trunk.places(names)
            guard !places.isEmpty, let attempt = trunkRegistrations[trunk.id]?.attempt else { continue }
            let last = TrunkRegistration.Request(number: 0x0fff_ffff, seconds: 0)
            endpoint.request(request(trunk, places[attempt % places.count], last)) { _ in }
        }
    }

    // MARK: Questions

    func trunkStates() -> [TrunkState] {
        parts.book().trunks.map { trunk in
            let addresses = watch.places.filter { $0.key.trunk == trunk.id }
                .map { place, health in
                    TrunkState.Address(
                        address: place.peer.address, isUp: health.isUp, since: health.changedAt,
                        lastStatus: health.lastStatus)
                }.sorted { $0.address < $1.address }
            let registration = trunkRegistrations[trunk.id].map {
                TrunkState.Registration(
                    isRegistered: $0.isRegistered(at: now), until: $0.registeredUntil, lastStatus: $0.lastStatus)
            }
            return TrunkState(
                trunkID: trunk.id, instance: parts.instance, isUp: watch.isUp(trunk.id),
                calls: trunkCalls[trunk.id, default: 0], addresses: addresses,
                registration: trunk.settings.registers == true
                    ? registration ?? .init(isRegistered: false, until: nil, lastStatus: nil) : nil)
        }
    }
}

extension SIPResponse {
    /// The way that a registrar wants later requests to take (RFC 3608), nearest proxy first. Empty if it names none, more than
    /// any way has, what cannot be read, or a proxy of the kind before RFC 3261, which would change where requests go.
    fileprivate var serviceRoute: String {
        let route = headers.values(.serviceRoute).flatMap { (try? NameAddress.list($0)) ?? [] }
        guard (1...8).contains(route.count), route.allSatisfy({ $0.uri.parameters.contains("lr") }) else { return "" }
        return route.map(\.description).joined(separator: ", ")
    }
}

extension SwitchDesk.Stopping {
    var isUnderWay: Bool { self != .no }
}
