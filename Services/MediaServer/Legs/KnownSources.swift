import SIP
import Synchronization

/// Addresses of trunks and of registered telephones: what comes from there is read before anything of strangers. Asked by the SIP
/// endpoint, told by the switchboard.
final class KnownSources: Sendable {
    private let hosts = Mutex<Set<String>>([])

    func contains(_ host: String) -> Bool { hosts.withLock { $0.contains(host) } }

    var all: Set<String> { hosts.withLock { $0 } }

    func set(_ hosts: Set<String>) { self.hosts.withLock { $0 = hosts } }

    /// Somebody has just registered there.
    func insert(_ host: String) { hosts.withLock { _ = $0.insert(host) } }
}

extension SwitchDesk {
    /// Each second, and at the start.
    func noteKnownSources() {
        let names = parts.names()
        let trunks = parts.book().trunks.flatMap { $0.places(names).map(\.peer.host) }
        parts.known.set(Set(trunks).union(registrar.bindings(at: now).values.map(\.place.source.host)))
    }
}
