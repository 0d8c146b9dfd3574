import Contracts
import Logging
import SDP
import SIP

/// A call through a trunk, from the request to its end.
struct OutsideCall: Sendable {
    let tenant: TenantID
    let request: OriginateLeg
    /// As it was asked for.
    let dialled: String
    /// What the called is to see.
    let shown: String
    var hunt: RouteHunt
    var step: RouteHunt.Step?
    /// Somebody rings: no other way is tried any more.
    var isReached = false
}

// Calls through trunks: who may make them, which way they go, and which way next when one fails before it rings.

extension SwitchDesk {
    /// - Throws: what stands against the call.
    func outsideCall(
        _ number: String, _ request: OriginateLeg, _ tenant: TenantID
    ) throws(Failure) -> OutsideCall {
        let (book, plan) = (parts.book(), parts.configuration.numberPlan)
        let normal = try normalNumber(number)
        let policy = book.policy(of: tenant, plan)
        if let refusal = refusal(normal, policy, tenant) { throw refused(refusal, normal, tenant) }
        guard let shown = shown(request.from, policy, tenant, book) else { throw refused(.callerID, normal, tenant) }
        let choice = choice(normal, tenant, book)
        guard !choice.ways.isEmpty else { throw choice.failure }
        return OutsideCall(tenant: tenant, request: request, dialled: number, shown: shown, hunt: RouteHunt(choice))
    }

    private func normalNumber(_ number: String) throws(Failure) -> String {
        guard (1...32).contains(number.utf8.count), number.utf8.allSatisfy(\.isDialled),
            let normal = parts.configuration.numberPlan.normal(number)
        else { throw Failure(.invalid, "That is no number that can be dialled.") }
        return normal
    }

    private func refusal(_ normal: String, _ policy: DialPolicy, _ tenant: TenantID) -> DialRefusal? {
        let key = DialLedger.Key(tenant: tenant, day: wallTime.day)
        return ledger.refusal(normal, policy, key, elsewhere: parts.usage.elsewhere(key), at: now)
    }

    /// Tells whoever watches for fraud.
    private func refused(_ refusal: DialRefusal, _ number: String, _ tenant: TenantID) -> Failure {
        parts.metrics.refusedDial(refusal)
        if let fact = alarms.refused(.init(tenant: tenant, refusal: refusal), number: number, at: now) {
            parts.log.warning(
                "call out refused", metadata: ["tenant.id": "\(tenant)", "reason": "\(refusal.rawValue)"])
            parts.publish(fact, tenant)
        }
        return refusal.failure
    }

    /// The number that the called is to see: the tenant's own, one that it was given, or its standard one.
    private func shown(_ from: String, _ policy: DialPolicy, _ tenant: TenantID, _ book: SwitchBook) -> String? {
        let plan = parts.configuration.numberPlan
        if book.tenant(of: from, plan) == tenant || policy.callerIDs.contains(where: { plan.isSame($0, from) }) {
            return from
        }
        return policy.defaultCallerID
    }

    private var wallTime: WallTime { WallTime(now, parts.configuration.dayZone) }

    private func choice(_ normal: String, _ tenant: TenantID, _ book: SwitchBook) -> RouteChoice {
        RouteChoice(RouteQuestion(number: normal, tenant: tenant, time: wallTime), book) { standing($0) }
    }

    private func standing(_ trunk: Trunk) -> TrunkStanding {
        if trunkCalls[trunk.id, default: 0] >= trunk.maxCalls { return .full }
        if let rate = trunk.callsPerSecond, trunkRates[trunk.id]?.allows(perSecond: rate, at: now) == false {
            return .tooFast
        }
        return usablePlaces(trunk).isEmpty ? .down : .free
    }

    private func usablePlaces(_ trunk: Trunk) -> [TrunkPlace] {
        trunk.places(parts.names()).filter { watch.isUsable(.init(trunk: trunk.id, peer: $0.peer), now) }
    }

    /// Where a trunk is to be tried now, in order; where a call has failed lately, last.
    private func placesToTry(_ id: TrunkID) -> [TrunkPlace] {
        guard let trunk = parts.book().trunk(id), standing(trunk) == .free else { return [] }
        var random = SystemRandomNumberGenerator()
        let ordered = TrunkPlace.ordered(usablePlaces(trunk), &random)
        let isDoubted = { (place: TrunkPlace) in self.watch.isDoubted(.init(trunk: id, peer: place.peer), self.now) }
        return ordered.filter { !isDoubted($0) } + ordered.filter(isDoubted)
    }

    // MARK: Trying

    func begin(_ leg: Leg, _ call: OutsideCall) {
        ledger.begin(
            leg.id, call.tenant, parts.book().policy(of: call.tenant, parts.configuration.numberPlan), at: now)
        outside[leg.id] = call
        if !tryNext(leg.id) { decide(.ended(leg.id, .congestion, sipStatus: nil)) }
    }

    /// - Returns: false if there is no way left.
    private func tryNext(_ id: LegID) -> Bool {
        guard var call = outside[id], let step = call.hunt.next({ placesToTry($0) }),
            let trunk = parts.book().trunk(step.way.trunkID)
        else { return false }
        call.step = step
        outside[id] = call
        occupy(id, trunk.id)
        if let rate = trunk.callsPerSecond {
            trunkRates[trunk.id, default: RateLimit()].take(perSecond: rate, at: now)
        }
        decide(.routed(id, trunk.id, call.hunt.record))
        do throws(CallRefusal) {
            var audio = try audio(id, trunk)
            let invite = invite(trunk, step.place, call, .sdp(audio.offer().description))
            lines[id] = Line(call: endpoint.invite(invite) { [post] _, event in post(.call(id, event)) }, audio: audio)
            traceBeginning(id)
        } catch {
            cannotDial(id, error)
        }
        return true
    }

    private func audio(_ leg: LegID, _ trunk: Trunk) throws(CallRefusal) -> AudioSession {
        let request = outside[leg]?.request
        let codec = codec(beside: request?.beside)
        // A modem is heard through nothing else.
        let codecs = request?.isFax == true ? [AudioCodec.pcma, .pcmu] : trunk.codecs
        guard let line = lines[leg] else { return try openPort(leg, codecs, preferring: codec) }
        return audio(port: line.audio.port, codecs, preferring: codec)
    }

    private func invite(_ trunk: Trunk, _ place: TrunkPlace, _ call: OutsideCall, _ offer: SIPBody) -> SIPInvite {
        let (configuration, settings) = (parts.configuration, trunk.settings)
        let number = trunk.calledOut.applied(to: call.dialled, configuration.numberPlan)
        let shown = trunk.callerOut.applied(to: call.shown, configuration.numberPlan)
        let domain = settings.fromDomain
        let caller = SIPURI(
            user: shown, host: domain ?? configuration.sipHost, port: domain == nil ? configuration.sipPort : nil)
        var invite = SIPInvite(
            uri: SIPURI(user: number, host: place.host, port: place.port),
            from: NameAddress(displayName: call.request.displayName, uri: caller), offer: offer)
        invite.destination = place.peer
        invite.credentials = trunk.credentials
        invite.ringLimit = call.request.ringLimit
        invite.firstResponseLimit = .seconds(settings.responseSeconds ?? 4)
        // Sent to the trunk's own address all the same: nobody else's word decides where our calls go.
        if let registration = trunkRegistrations[trunk.id], registration.isRegistered(at: now),
            !registration.serviceRoute.isEmpty
        {
            invite.headers[.route] = registration.serviceRoute
        }
        if settings.assertsCaller == true {
            invite.headers.add("P-Asserted-Identity", NameAddress(uri: caller).description)
        }
        return invite
    }

    // MARK: What comes of it

    /// It rings or is answered.
    func reached(_ leg: LegID, isAnswered: Bool) {
        guard var call = outside[leg], let step = call.step else { return }
        if !call.isReached {
            call.isReached = true
            call.hunt.reached()
            outside[leg] = call
            parts.metrics.triedTrunk(step.way.trunkID, "reached")
            tell(watch.reached(.init(trunk: step.way.trunkID, peer: step.place.peer), now))
            decide(.routed(leg, step.way.trunkID, call.hunt.record))
        }
        if isAnswered { ledger.answered(leg, cost: call.hunt.record.cost, at: now) }
    }

    /// A call has ended before anybody rang: it may go on another way.
    func huntGoesOn(_ leg: LegID, _ end: SIPCallEnd) -> Bool {
        guard case .refused(let response) = end, var call = outside[leg], let step = call.step, !call.isReached,
            lines[leg]?.endCause == nil
        else { return false }
        let place = TrunkWatch.Place(trunk: step.way.trunkID, peer: step.place.peer)
        let outcome = TryOutcome(response)
        let goesOn = call.hunt.failed(response)
        tell(outcome == .nextPlace ? watch.refused(place, response, now) : watch.reached(place, now))
        parts.metrics.triedTrunk(step.way.trunkID, outcome.words(response))
        parts.log.info(
            "call out not taken",
            metadata: [
                "leg.id": "\(leg)", "trunk.id": "\(step.way.trunkID)", "outcome": "\(outcome.words(response))",
            ])
        outside[leg] = call
        decide(.routed(leg, step.way.trunkID, call.hunt.record))
        return goesOn && stopping == .no && tryNext(leg)
    }

    /// The leg is gone.
    func forgetOutside(_ leg: LegID) {
        outside[leg] = nil
        guard let used = ledger.ended(leg, day: wallTime.day, at: now) else { return }
        parts.usage.notes.note(used.key, used.usage)
    }

    /// The leg's call is on that trunk, or on none any more.
    func occupy(_ leg: LegID, _ trunk: TrunkID?) {
        if let before = trunkOf.removeValue(forKey: leg) {
            let left = trunkCalls[before, default: 1] - 1
            trunkCalls[before] = left > 0 ? left : nil
        }
        guard let trunk else { return }
        trunkOf[leg] = trunk
        trunkCalls[trunk, default: 0] += 1
    }

    // MARK: Questions

    func tryRoute(_ number: String, _ tenant: TenantID) throws(Failure) -> RouteTrial {
        let (book, plan) = (parts.book(), parts.configuration.numberPlan)
        let normal = try normalNumber(number)
        return RouteTrial(
            refusal: refusal(normal, book.policy(of: tenant, plan), tenant)?.rawValue,
            choice: choice(normal, tenant, book), instance: parts.instance)
    }

    func usedToday(_ tenant: TenantID) -> DialUsage {
        let key = DialLedger.Key(tenant: tenant, day: wallTime.day)
        return ledger.usage(key, at: now) + parts.usage.elsewhere(key)
    }

    /// Hangs up what has lasted as long as it may, and tells of what was refused.
    func sweepOutside() {
        for leg in ledger.overdue(at: now) where state.legs[leg]?.isEnding == false {
            parts.log.warning("call out cut at its longest", metadata: ["leg.id": "\(leg)"])
            decide(.command(CommandLeg(legID: leg, commands: [.hangUp(.local)]), tenant: nil, reply: token { _ in }))
        }
        for (kind, fact) in alarms.due(at: now) { parts.publish(fact, kind.tenant) }
    }
}
