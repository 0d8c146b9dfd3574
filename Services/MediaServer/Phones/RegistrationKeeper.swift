import Contracts
import Logging
import SIP

/// Keeps registrations across a restart: no REGISTER waits for PostgreSQL, and phones can be called as soon as the switch is
/// back.
///
/// Registrations over TCP are not kept: their connection is their only sure way, and it ends with the process.
struct RegistrationKeeper: Sendable {
    typealias Key = Registrar<PhonePlace>.Key
    typealias Binding = Registrar<PhonePlace>.Binding

    /// What held when the switch was started.
    let restored: [KeptRegistration]
    /// What each phone has now; nil for nothing any more.
    let notes: WriteBehind<Key, Binding?>

    /// - Parameter store: puts into the database what each phone has now.
    init(
        restored: [KeptRegistration] = [], log: Logger,
        store: @escaping @Sendable ([Key: Binding?]) async throws -> Void
    ) {
        self.restored = restored
        notes = WriteBehind("registrations", log: log, store: store)
    }

    /// Takes up what an earlier run left.
    static func load(_ store: RegistrationStore, at now: Timestamp, log: Logger) async throws -> RegistrationKeeper {
        RegistrationKeeper(restored: try await store.load(at: now), log: log) { try await store.write($0) }
    }

    func note(_ key: Key, _ binding: Binding?) {
        notes.note(key, binding?.place.source.transport == .udp ? binding : nil)
    }
}
