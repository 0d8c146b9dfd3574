import Contracts
import Logging
import SIP

// How the switch begins and ends. At the end everybody is hung up and told of, recordings are closed.

extension SwitchDesk {
    /// How far the end has come.
    enum Stopping: Sendable { case no, hangingUp, closingMedia, done }

    /// No part of the end may take longer.
    private static let patience: Duration = .seconds(3)

    func begin() {
        noteKnownSources()
        for (key, _) in registrar.bindings(at: now) {
            parts.publish(PhoneRegistrationChanged(phoneID: key.phone, isRegistered: true), key.tenant)
        }
        closeUnfinishedRecordings()
    }

    func stop() {
        guard stopping == .no else { return }
        endpoint.setDraining(true)
        signOffTrunks()
        goOn(to: .hangingUp)
        decide(.stop)
    }

    /// After each turn: the next part of the end, when the last is done.
    func goOnStopping() {
        if stopping == .hangingUp, state.legs.isEmpty { closeMedia() }
    }

    func stopOverdue(_ part: Stopping) {
        guard part == stopping else { return }
        parts.log.warning("stopping goes on without", metadata: ["part": "\(part)"])
        guard part == .hangingUp else { return stopping = .done }
        for leg in state.legs.keys.sorted() { decide(.ended(leg, .unavailable, sipStatus: nil)) }
        closeMedia()
    }

    func mediaEnded() {
        if stopping == .closingMedia { stopping = .done }
    }

    private func closeMedia() {
        goOn(to: .closingMedia)
        later { [engine = parts.engine] in await engine.shutdown() }
    }

    private func goOn(to part: Stopping) {
        stopping = part
        later { [post] in
            if (try? await Task.sleep(for: Self.patience)) != nil { post(.stopOverdue(part)) }
        }
    }

    /// What comes when the loop has ended: nobody shall wait for an answer in vain.
    func refuse(_ entry: Switchboard.Entry) {
        let failure = Failure(.unavailable, "The media server stops.")
        switch entry {
        case .command(_, _, let asker), .originate(_, _, let asker): asker(.failure(failure))
        case .list(_, let asker): asker(.failure(failure))
        case .browser(_, _, let asker): asker(.failure(failure))
        case .look(let question): question(nil)
        default: break
        }
    }
}
