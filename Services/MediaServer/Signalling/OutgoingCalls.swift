import Contracts
import Logging
import SDP
import SIP

/// Where an outgoing leg leads.
enum DialPlace: Sendable {
    case phone(PhonePlace)
    case trunk(Trunk, number: String)
    case browser(BrowserPhones.Key)
}

// Calls that go out, to a registered phone or through a trunk.

extension SwitchDesk {
    func originate(_ request: OriginateLeg, _ tenant: TenantID?, _ asker: @escaping Switchboard.Asker<Done>) {
        guard let tenant else { return asker(.failure(Failure(.invalid, "A leg belongs to a tenant."))) }
        // Asked again: the call is under way, or has been.
        if state.legs[request.legID] != nil { return asker(.success(Done())) }
        let place: DialPlace
        do throws(Failure) {
            place = try find(request.destination, tenant)
            guard state.canTakeMore() else { throw Failure(.unavailable, "This media server takes no more calls.") }
        } catch {
            return asker(.failure(error))
        }
        places[request.legID] = place
        var leg = Leg(
            id: request.legID, tenant: tenant, isOutbound: true, from: request.from, to: request.destination.text,
            trunkID: place.trunkID, phoneID: request.destination.phone, arrivedAt: now, state: .dialling)
        leg.context = request.context
        leg.isClaimed = true
        decide(.originate(leg, request, reply: token(asker)))
    }

    private func find(_ destination: Destination, _ tenant: TenantID) throws(Failure) -> DialPlace {
        switch destination {
        case .phone(let phone) where browsers[.init(tenant: tenant, phone: phone)] != nil:
            return .browser(.init(tenant: tenant, phone: phone))
        case .phone(let phone):
            guard parts.book().phone(phone, tenant: tenant) != nil,
                let place = registrar.place(of: .init(tenant: tenant, phone: phone), at: now)
            else {
                throw Failure(.notFound, "The phone \(phone) is not registered.", code: "phone_not_registered")
            }
            return .phone(place)
        case .number(let number):
            let isNumber = (1...32).contains(number.utf8.count) && number.utf8.allSatisfy { $0.isDialled }
            guard isNumber else { throw Failure(.invalid, "That is no number that can be dialled.") }
            let trunks = parts.book().outboundTrunks
            guard !trunks.isEmpty else {
                throw Failure(.notFound, "There is no trunk to call out through.", code: "no_trunk")
            }
            guard let trunk = trunks.first(where: { trunkCalls[$0.id, default: 0] < $0.maxCalls }) else {
                throw Failure(.unavailable, "Every trunk is full.", code: "trunk_full")
            }
            return .trunk(trunk, number: number)
        }
    }

    func dial(_ leg: Leg, _ request: OriginateLeg) {
        guard let place = places.removeValue(forKey: leg.id) else {
            return decide(.ended(leg.id, .failed, sipStatus: nil))
        }
        if case .browser(let key) = place { return ring(key, leg, seconds: request.ringSeconds) }
        do throws(CallRefusal) {
            var audio = try openPort(leg.id)
            let offer = audio.offer()
            if let trunk = place.trunkID {
                trunkOf[leg.id] = trunk
                trunkCalls[trunk, default: 0] += 1
            }
            let invite = invite(place, request, .sdp(offer.description))
            let (id, post) = (leg.id, post)
            let call = endpoint.invite(invite) { _, event in post(.call(id, event)) }
            lines[leg.id] = Line(call: call, audio: audio)
        } catch {
            parts.log.warning("call not made", metadata: ["leg.id": "\(leg.id)", "reason": "\(error.reason)"])
            decide(.ended(leg.id, .congestion, sipStatus: nil))
        }
    }

    private func invite(_ place: DialPlace, _ request: OriginateLeg, _ offer: SIPBody) -> SIPInvite {
        let host = parts.configuration.sipHost
        let (from, privacy) = CallerIdentity.from(
            request.from, name: request.displayName, at: host, parts.configuration.sipPort)
        var invite: SIPInvite
        switch place {
        case .phone(let phone):
            invite = SIPInvite(uri: phone.contact, from: from, offer: offer)
            invite.destination = phone.source
            invite.staysWithDestination = true
            if !phone.path.isEmpty { invite.headers[.route] = phone.pathText }
        case .browser(let key):
            invite = SIPInvite(uri: SIPURI(user: key.phone.rawValue, host: host), from: from, offer: offer)
        case .trunk(let trunk, let number):
            invite = SIPInvite(uri: SIPURI(user: number, host: trunk.host, port: trunk.port), from: from, offer: offer)
            invite.destination = SIPPeer(trunk.transport.kind, trunk.host, trunk.port)
            if let username = trunk.username, let password = trunk.password {
                invite.credentials = DigestCredentials(username: username, password: password)
            }
        }
        invite.headers.add(privacy)
        invite.ringLimit = .seconds(min(max(request.ringSeconds, 1), 600))
        return invite
    }

    /// A telephone that understands it lifts its own handset.
    func askToAnswer(_ leg: LegID) {
        if answerInBrowser(leg) { return }
        lines[leg]?.call?.send(.notify, headers: ["Event": "talk", "Subscription-State": "active"])
    }
}

extension DialPlace {
    var trunkID: TrunkID? {
        if case .trunk(let trunk, _) = self { trunk.id } else { nil }
    }
}

extension TrunkTransport {
    var kind: SIPTransportKind {
        switch self {
        case .udp: .udp
        case .tcp: .tcp
        case .tls: .tls
        }
    }
}

extension Destination {
    var text: String {
        switch self {
        case .phone(let phone): phone.rawValue
        case .number(let number): number
        }
    }

    var phone: PhoneID? {
        if case .phone(let phone) = self { phone } else { nil }
    }
}

extension UInt8 {
    /// `0-9*#+`
    var isDialled: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || self == UInt8(ascii: "*") || self == UInt8(ascii: "#")
            || self == UInt8(ascii: "+")
    }
}
