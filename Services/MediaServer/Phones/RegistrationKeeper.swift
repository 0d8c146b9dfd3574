import Contracts
import Database
import Logging
import SIP
import ServiceLifecycle
import Synchronization

/// Keeps registrations across a restart: notes them in memory at once, and in the database within a second, so that no
/// REGISTER waits for PostgreSQL and phones can be called as soon as the switch is back.
///
/// Registrations over TCP are not kept: their connection is their only sure way, and it ends with the process.
final class RegistrationKeeper: Service, Sendable {
    typealias Key = Registrar<PhonePlace>.Key
    typealias Binding = Registrar<PhonePlace>.Binding

    /// What held when the switch was started.
    let restored: [KeptRegistration]
    private let store: @Sendable ([Key: Binding?]) async throws -> Void
    private let log: Logger
    /// What is not in the database yet, one entry a phone.
    private let changes = Mutex<[Key: Binding?]>([:])

    /// - Parameter store: puts into the database what each phone has now.
    init(
        restored: [KeptRegistration] = [], log: Logger,
        store: @escaping @Sendable ([Key: Binding?]) async throws -> Void
    ) {
        self.restored = restored
        self.log = log
        self.store = store
    }

    /// Takes up what an earlier run left.
    static func load(_ store: RegistrationStore, at now: Timestamp, log: Logger) async throws -> RegistrationKeeper {
        RegistrationKeeper(restored: try await store.load(at: now), log: log) { try await store.write($0) }
    }

    func note(_ key: Key, _ binding: Binding?) {
        let kept = binding?.place.source.transport == .udp ? binding : nil
        changes.withLock { $0[key] = .some(kept) }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(1))
                await self.write()
            }
        }
        await write()
    }

    /// One turn of the loop.
    func write() async {
        let due = changes.withLock { changes in
            defer { changes = [:] }
            return changes
        }
        guard !due.isEmpty else { return }
        do {
            try await store(due)
        } catch let error as DatabaseError where !error.isConnectionLost && due.count > 1 {
            // One that cannot be stored must not keep the others out.
            for change in due { await write(alone: change) }
        } catch {
            log.warning("registrations not kept yet", metadata: ["error": "\(error)"])
            // What was noted meanwhile is newer.
            changes.withLock { $0.merge(due) { newer, _ in newer } }
        }
    }

    private func write(alone change: (key: Key, value: Binding?)) async {
        do {
            try await store([change.key: change.value])
        } catch {
            log.error(
                "registration not kept", metadata: ["phone.id": "\(change.key.phone)", "error": "\(error)"])
        }
    }
}
