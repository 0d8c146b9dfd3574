import Contracts
import Logging
import WebRTC

/// What a browser asks of the switch.
enum BrowserRequest: Sendable {
    case join(SecureLink, RemoteMedia, Fingerprint, session: String? = nil)
    /// With our new names, and how the browser is reached from now on.
    case restart(ICECredentials, BrowserTransport, session: String? = nil)
    case leave
}

/// Where a browser is expected, for the answer.
struct BrowserPlace: Sendable, Equatable {
    let port: MediaPort
    let sessionID: UInt64
    let version: UInt64
}

// Browsers as telephones: they come by HTTP, ring on their page, and answer when told to.

extension SwitchDesk {
    func browser(
        _ request: BrowserRequest, of key: BrowserPhones.Key, _ asker: @escaping Switchboard.Asker<BrowserPlace>
    ) {
        asker(Result { () throws(Failure) in try take(request, of: key) })
    }

    private func take(_ request: BrowserRequest, of key: BrowserPhones.Key) throws(Failure) -> BrowserPlace {
        switch request {
        case .join(let link, let media, let fingerprint, let session):
            try refuseEnded(session)
            return place(try join(key, link, media, fingerprint, session))
        case .restart(let local, let transport, let session):
            try refuseEnded(session)
            guard let known = browsers[key] else {
                throw Failure(.notFound, "There is no such browser phone of yours.", code: "browser_phone_gone")
            }
            guard known.fingerprint == transport.fingerprint else {
                throw Failure(.conflict, "This is another connection: join anew.", code: "connection_changed")
            }
            parts.engine.restartICE(known.station, local: local, remote: transport.credentials)
            return place(browsers.rejoin(key, transport.fingerprint) ?? known)
        case .leave:
            guard let known = browsers[key] else {
                throw Failure(.notFound, "There is no such browser phone of yours.", code: "browser_phone_gone")
            }
            perform(browsers.leave(key))
            return place(known)
        }
    }

    private func place(_ line: BrowserPhones.Line) -> BrowserPlace {
        BrowserPlace(port: line.port, sessionID: line.sessionID, version: line.version)
    }

    private func join(
        _ key: BrowserPhones.Key, _ link: SecureLink, _ media: RemoteMedia, _ fingerprint: Fingerprint,
        _ session: String?
    ) throws(Failure) -> BrowserPhones.Line {
        do {
            if let line = browsers.rejoin(key, fingerprint, by: (session, now)) {
                try parts.engine.replaceLink(line.station, link, media)
                return line
            }
            guard state.canTakeMore() else { throw Failure(.unavailable, "This media server takes no more calls.") }
            let station = LegID.make(at: now)
            let line = BrowserPhones.Line(
                station: station, port: try parts.engine.openBrowser(station, link, media),
                sessionID: .random(in: 1...UInt64(Int64.max)), fingerprint: fingerprint, since: now, session: session,
                joinedAt: now)
            browsers.join(key, line)
            return line
        } catch let failure as Failure {
            throw failure
        } catch {
            parts.log.warning("browser not joined", metadata: ["phone.id": "\(key.phone)", "reason": "\(error)"])
            throw Failure(.unavailable, "\(error)")
        }
    }

    func browserConnected(_ station: LegID) {
        if webConnected(station) { return }
        perform(browsers.connected(station, at: now))
        parts.metrics.holds(browsers: browsers.connected)
    }

    func browserLost(_ station: LegID) {
        if webLost(station) { return }
        browsers.lost(station, at: now)
        parts.metrics.holds(browsers: browsers.connected)
    }

    /// Once a second.
    func expireBrowsers() { perform(browsers.expire(at: now)) }

    func perform(_ actions: [BrowserPhones.Action]) {
        for action in actions {
            switch action {
            case .tell(let key, let isThere):
                parts.log.info(
                    isThere ? "browser phone came" : "browser phone gone",
                    metadata: ["tenant.id": "\(key.tenant)", "phone.id": "\(key.phone)"])
                parts.publish(PhoneRegistrationChanged(phoneID: key.phone, isRegistered: isThere), key.tenant)
            case .end(let leg, let cause): decide(.ended(leg, cause, sipStatus: nil))
            case .close(let station): parts.engine.close(station)
            }
        }
    }

    // MARK: Calls

    /// The page rings by itself; here only the time is watched.
    func ring(_ key: BrowserPhones.Key, _ leg: Leg, seconds: Int) {
        guard browsers.ring(key, leg.id) else { return decide(.ended(leg.id, .busy, sipStatus: nil)) }
        decide(.ringing(leg.id, hasSound: false))
        let (id, limit) = (leg.id, Duration.seconds(min(max(seconds, 1), 600)))
        later { [post] in
            if (try? await Task.sleep(for: limit)) != nil { post(.ringExpired(id)) }
        }
    }

    func ringExpired(_ leg: LegID) {
        guard let state = state.legs[leg]?.state, state == .ringing || state == .dialling else { return }
        decide(.ended(leg, .noAnswer, sipStatus: nil))
    }

    /// - Returns: whether the call is one of a browser's; then it is heard there from now on.
    func answerInBrowser(_ leg: LegID) -> Bool {
        guard let line = browsers.line(of: leg) else { return false }
        parts.engine.attach(leg, to: line.station)
        decide(.answered(leg))
        return true
    }
}
