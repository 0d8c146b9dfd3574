import Contracts
import Logging
import ServiceKit
import WebRTC

/// What a visitor's page asks for: its description, checked, and what it says of him.
struct WebCallWish: Sendable {
    let tenant: TenantID
    let entry: WebEntry
    let source: VisitorSource
    let attributes: [String: String]
    let media: RemoteMedia
    let transport: BrowserTransport
    let local: ICECredentials
}

/// Where a visitor's page is expected, for the answer.
struct WebCallPlace: Sendable, Equatable {
    let id: WebCallID
    let place: BrowserPlace
}

// Visitors of web sites: they come by HTTP, arrive as callers do, and are told by their page's feed how they stand.

extension SwitchDesk {
    /// - Throws: `Failure.unavailable`
    func joinWeb(_ wish: WebCallWish, _ identity: DTLSIdentity) throws(Failure) -> WebCallPlace {
        try webCalls.makeRoom(wish.entry, wish.tenant, wish.source)
        guard state.canTakeMore(), !state.isOverloaded(at: now) else {
            throw Failure(.unavailable, "This media server takes no more calls.")
        }
        let leg = Leg(
            id: .make(at: now), tenant: wish.tenant, isOutbound: false, from: CallerIdentity.anonymous,
            to: wish.entry.number, trunkID: nil, phoneID: nil, arrivedAt: now, state: .arrived,
            attributes: wish.attributes)
        do {
            let link = try SecureLink(identity, local: wish.local, remote: wish.transport)
            let port = try parts.engine.openBrowser(leg.id, link, wish.media)
            let id = WebCallID(on: parts.instance.number)
            let call = WebCalls.Call(
                leg: leg, entry: wish.entry.id, source: wish.source,
                longest: .seconds(wish.entry.longestCallSeconds), port: port,
                sessionID: .random(in: 1...UInt64(Int64.max)), begunAt: now,
                fingerprint: wish.transport.fingerprint, since: now,
                view: WebCallView(
                    state: .connecting, isConnected: false,
                    hearsKeys: wish.media.telephoneEventPayloadType != nil))
            webCalls.begin(id, call)
            parts.metrics.holds(webCalls: webCalls.count)
            return WebCallPlace(id: id, place: call.place)
        } catch {
            parts.log.warning("visitor not joined", metadata: ["tenant.id": "\(wish.tenant)", "reason": "\(error)"])
            throw Failure(.unavailable, "There is no line free. Please try again a little later.")
        }
    }

    /// The same page looks for another way, or the page has been loaded anew.
    /// - Throws: `Failure.notFound`, `Failure.unavailable`
    func rejoinWeb(
        _ id: WebCallID, _ identity: DTLSIdentity, _ local: ICECredentials, _ transport: BrowserTransport,
        _ media: RemoteMedia
    ) throws(Failure) -> BrowserPlace {
        let known = try webCall(id)
        guard let call = webCalls.rejoin(id, transport.fingerprint, at: now) else {
            throw Failure(.unavailable, "That is asked too often.", code: "too_many_requests")
        }
        if known.fingerprint == transport.fingerprint {
            parts.engine.restartICE(call.leg.id, local: local, remote: transport.credentials)
            return call.place
        }
        do {
            try parts.engine.replaceLink(
                call.leg.id, try SecureLink(identity, local: local, remote: transport), media)
        } catch {
            throw Failure(.unavailable, "The connection could not be renewed.")
        }
        return call.place
    }

    /// - Throws: `Failure.notFound` also for one that is over.
    private func webCall(_ id: WebCallID) throws(Failure) -> WebCalls.Call {
        guard let call = webCalls[id], !call.isOver else {
            throw Failure(.notFound, "There is no such call, or it is over.", code: "web_call_gone")
        }
        return call
    }

    /// - Throws: `Failure.notFound`, `Failure.invalid`
    func pressWeb(_ keys: String, _ id: WebCallID) throws(Failure) {
        let call = try webCall(id)
        guard (1...KeyAllowance.perSecond).contains(keys.utf8.count), keys.utf8.allSatisfy(\.isKey) else {
            throw Failure(
                .invalid, "Keys are 1 to \(KeyAllowance.perSecond) of 0 to 9, *, # and A to D.", code: "keys_invalid")
        }
        for key in keys { decide(.key(call.leg.id, key)) }
    }

    /// - Throws: `Failure.notFound`
    func hangUpWeb(_ id: WebCallID) throws(Failure) {
        _ = try webCall(id)
        perform(webCalls.hangUp(id, at: now))
    }

    /// - Throws: `Failure.notFound`
    func viewWeb(_ id: WebCallID) throws(Failure) -> WebCallView {
        guard let call = webCalls[id] else {
            throw Failure(.notFound, "There is no such call, or it is over.", code: "web_call_gone")
        }
        return call.view
    }

    /// How it stands, and from then on whenever that changes, until it is over.
    /// - Throws: `Failure.notFound`
    func followWeb(_ id: WebCallID) throws(Failure) -> AsyncStream<ServerEvent> {
        let view = try viewWeb(id)
        let (events, follower) = AsyncStream.makeStream(of: ServerEvent.self, bufferingPolicy: .bufferingNewest(16))
        // A page comes back before its former connection is known to be dead; more than two are none of its own.
        webFollowers[id, default: []].append(follower)
        while let count = webFollowers[id]?.count, count > 2 { webFollowers[id]?.removeFirst().finish() }
        tell(view, to: [follower])
        if view.state == .ended { forgetFollowers(of: id) }
        return events
    }

    private func tell(_ view: WebCallView, to followers: [AsyncStream<ServerEvent>.Continuation]) {
        guard !followers.isEmpty, let event = try? ServerEvent(name: "state", json: view) else { return }
        for follower in followers { follower.yield(event) }
    }

    private func forgetFollowers(of id: WebCallID) {
        for follower in webFollowers.removeValue(forKey: id) ?? [] { follower.finish() }
    }

    // MARK: What happens

    /// - Returns: false for the line of an agent's browser.
    func webConnected(_ leg: LegID) -> Bool {
        guard webCalls.isOne(leg) else { return false }
        perform(webCalls.connected(leg, at: now))
        return true
    }

    func webLost(_ leg: LegID) -> Bool {
        guard webCalls.isOne(leg) else { return false }
        perform(webCalls.lost(leg, at: now))
        return true
    }

    /// Whoever owns the call answers it: its sound is up already.
    func answerOnWeb(_ leg: LegID) {
        guard webCalls.isOne(leg) else { return }
        decide(.answered(leg))
    }

    /// What everybody is told, the page is told too.
    func webHeard(_ fact: any Fact) {
        guard webCalls.count > 0 else { return }
        if let answered = fact as? LegAnswered { perform(webCalls.answered(answered.legID, at: now)) }
        if let ended = fact as? LegEnded { perform(webCalls.ended(ended.legID, ended.cause, at: now)) }
    }

    /// Once a second.
    func expireWebCalls() { perform(webCalls.expire(at: now)) }

    /// The switch stops.
    func forgetWebFollowers() { for id in Array(webFollowers.keys) { forgetFollowers(of: id) } }

    private func perform(_ actions: [WebCalls.Action]) {
        for action in actions {
            switch action {
            case .arrive(let leg):
                parts.log.info(
                    "visitor arrived", metadata: ["leg.id": "\(leg.id)", "tenant.id": "\(leg.tenant)"])
                decide(.arrived(leg))
                traceBeginning(leg.id)
            case .end(let leg, let cause): decide(.ended(leg, cause, sipStatus: nil))
            case .close(let leg): parts.engine.close(leg)
            case .tell(let id, let view):
                tell(view, to: webFollowers[id] ?? [])
                if view.state == .ended {
                    forgetFollowers(of: id)
                    parts.metrics.ended(webCall: view.reason ?? .failed)
                    parts.metrics.holds(webCalls: webCalls.count)
                }
            case .forget(let id): forgetFollowers(of: id)
            }
        }
    }
}

extension WebCalls.Call {
    var place: BrowserPlace { BrowserPlace(port: port, sessionID: sessionID, version: version) }
}

extension UInt8 {
    /// `0-9*#A-D`
    fileprivate var isKey: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || self == UInt8(ascii: "*") || self == UInt8(ascii: "#")
            || (UInt8(ascii: "A")...UInt8(ascii: "D")).contains(self)
    }
}
