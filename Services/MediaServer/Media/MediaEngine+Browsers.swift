import Contracts
import Synchronization
import WebRTC

/// Lines of browsers: each is open for a whole shift, and calls are put onto it one after the other.
///
///     let port = try engine.openBrowser(station, link, remote)   // → SDP; .browserConnected follows
///     engine.attach(leg, to: station)                            // the call is heard there; it is bridged as `leg`
///     engine.close(leg)                                          // → .closed of the call; the line stays
///     engine.close(station)                                      // the browser has left for good
extension MediaEngine {
    /// Takes a port for a browser.
    /// - Throws: `MediaError`
    func openBrowser(_ station: LegID, _ link: SecureLink, _ remote: RemoteMedia) throws -> MediaPort {
        let port = try open(station, browser: BrowserLine(station: station, link: link))
        state.withLock { $0.browsers[station] = station }
        try describe(station, remote)
        return port
    }

    /// The page has come anew, with other keys; the call that the line carries goes on.
    /// - Throws: `MediaError`
    func replaceLink(_ station: LegID, _ link: SecureLink, _ remote: RemoteMedia) throws {
        post(name(of: station), .link(name(of: station), link))
        try describe(station, remote)
    }

    /// The browser has restarted ICE: its keys stay, its way changes.
    func restartICE(_ station: LegID, local: ICECredentials, remote: ICECredentials) {
        let name = name(of: station)
        post(name, .restartICE(name, local, remote: remote))
    }

    /// The call is heard over the browser's line from now on; commands for it reach the line by its name.
    func attach(_ leg: LegID, to station: LegID) {
        state.withLock { state in
            guard state.browsers[station] == station, state.workers[leg] == nil else { return }
            rename(station, to: leg, &state)
            state.browsers[station] = leg
        }
    }

    /// - Returns: whether the call was on a browser's line; the line stays.
    func detach(_ leg: LegID, _ state: inout State) -> Bool {
        if state.browsers[leg] != nil {
            // The line itself ends. Who ends it has ended its call before.
            state.browsers[leg] = nil
            return false
        }
        guard let station = state.browsers.first(where: { $0.value == leg })?.key else { return false }
        rename(leg, to: station, &state)
        state.browsers[station] = station
        return true
    }

    private func rename(_ old: LegID, to new: LegID, _ state: inout State) {
        guard let worker = state.workers.removeValue(forKey: old) else { return }
        state.workers[new] = worker
        state.taps[new] = state.taps.removeValue(forKey: old)
        send(.rename(old, new), to: worker)
    }

    private func name(of station: LegID) -> LegID { state.withLock { $0.browsers[station] ?? station } }

    /// Where it sends is found by ICE, not told.
    private func describe(_ station: LegID, _ remote: RemoteMedia) throws {
        try connect(name(of: station), remote)
    }
}
