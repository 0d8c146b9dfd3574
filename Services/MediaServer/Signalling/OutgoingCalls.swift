import Contracts
import Logging
import SDP
import SIP

/// Where an outgoing leg leads.
enum DialPlace: Sendable {
    case phone(PhonePlace)
    case browser(BrowserPhones.Key)
    case outside(OutsideCall)
}

// Calls that go out, to a registered phone or through a trunk (`OutsideCalls.swift`).

extension SwitchDesk {
    func originate(_ request: OriginateLeg, _ tenant: TenantID?, _ asker: @escaping Switchboard.Asker<Done>) {
        guard let tenant else { return asker(.failure(Failure(.invalid, "A leg belongs to a tenant."))) }
        // Asked again: the call is under way, or has been.
        if state.legs[request.legID] != nil { return asker(.success(Done())) }
        let place: DialPlace
        do throws(Failure) {
            place = try find(request, tenant)
            guard state.canMake(request, tenant) else {
                throw Failure(.unavailable, "This media server takes no more calls.")
            }
        } catch {
            return asker(.failure(error))
        }
        places[request.legID] = place
        var leg = Leg(
            id: request.legID, tenant: tenant, isOutbound: true, from: request.from, to: request.destination.text,
            trunkID: nil, phoneID: request.destination.phone, arrivedAt: now, state: .dialling)
        leg.context = request.context
        leg.isClaimed = true
        leg.isFax = request.isFax == true
        decide(.originate(leg, request, reply: token(asker)))
    }

    private func find(_ request: OriginateLeg, _ tenant: TenantID) throws(Failure) -> DialPlace {
        switch request.destination {
        case .phone(let phone) where browsers[.init(tenant: tenant, phone: phone)] != nil:
            return .browser(.init(tenant: tenant, phone: phone))
        case .phone(let phone):
            guard parts.book().phone(phone, tenant: tenant) != nil,
                let place = registrar.place(of: .init(tenant: tenant, phone: phone), at: now)
            else {
                throw Failure(.notFound, "The phone \(phone) is not registered.", code: "phone_not_registered")
            }
            return .phone(place)
        case .number(let number): return .outside(try outsideCall(number, request, tenant))
        }
    }

    func dial(_ leg: Leg, _ request: OriginateLeg) {
        guard let place = places.removeValue(forKey: leg.id) else {
            return decide(.ended(leg.id, .failed, sipStatus: nil))
        }
        switch place {
        case .phone(let phone): dial(leg, phone, request)
        case .browser(let key): ring(key, leg, seconds: request.ringSeconds)
        case .outside(let call): begin(leg, call)
        }
    }

    private func dial(_ leg: Leg, _ phone: PhonePlace, _ request: OriginateLeg) {
        do throws(CallRefusal) {
            var audio = try openPort(leg.id, preferring: codec(beside: request.beside))
            let (from, privacy) = CallerIdentity.from(
                request.from, name: request.displayName, at: parts.configuration.sipHost, parts.configuration.sipPort)
            var invite = SIPInvite(uri: phone.contact, from: from, offer: .sdp(audio.offer().description))
            invite.destination = phone.source
            invite.staysWithDestination = true
            if !phone.path.isEmpty { invite.headers[.route] = phone.pathText }
            invite.headers.add(privacy)
            invite.ringLimit = request.ringLimit
            let (id, post) = (leg.id, post)
            let call = endpoint.invite(invite) { _, event in post(.call(id, event)) }
            lines[leg.id] = Line(call: call, audio: audio)
            traceBeginning(leg.id)
        } catch {
            cannotDial(leg.id, error)
        }
    }

    /// What the leg speaks that this one will talk with: offered first, nothing has to be translated.
    func codec(beside leg: LegID?) -> AudioCodec? { leg.flatMap { lines[$0]?.audio.agreedCodec } }

    func cannotDial(_ leg: LegID, _ refusal: CallRefusal) {
        parts.log.warning("call not made", metadata: ["leg.id": "\(leg)", "reason": "\(refusal.reason)"])
        decide(.ended(leg, .congestion, sipStatus: nil))
    }

    /// A telephone that understands it lifts its own handset.
    func askToAnswer(_ leg: LegID) {
        if answerInBrowser(leg) { return }
        lines[leg]?.call?.send(.notify, headers: ["Event": "talk", "Subscription-State": "active"])
    }
}

extension OriginateLeg {
    /// How long it may ring, within bounds.
    var ringLimit: Duration { .seconds(min(max(ringSeconds, 1), 600)) }
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
