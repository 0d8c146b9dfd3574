import Contracts
import Database
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What the switch looks up for each call: trunks, phones and access numbers, in memory, so that no call waits for
/// PostgreSQL.
struct SwitchBook: Sendable {
    var revision: Int64 = 0
    var trunks: [Trunk] = []
    var phones: [TenantID: [PhoneID: PhoneSecret]] = [:]
    var tenantOfNumber: [String: TenantID] = [:]
    var recordingPolicies: [TenantID: RecordingPolicy] = [:]
    var sounds = SoundBook()

    /// The trunk that calls come from at this address.
    func trunk(at host: String) -> Trunk? { trunks.first { $0.isInbound && $0.host == host } }

    /// The trunks to call out through, by id: the first with room is taken.
    var outboundTrunks: [Trunk] { trunks.filter(\.isOutbound) }

    /// Whose number was dialled, with or without the plus of E.164.
    func tenant(of number: String) -> TenantID? {
        tenantOfNumber[number]
            ?? (number.hasPrefix("+") ? tenantOfNumber[String(number.dropFirst())] : tenantOfNumber["+" + number])
    }

    func phone(_ id: PhoneID, tenant: TenantID) -> PhoneSecret? { phones[tenant]?[id] }
}

/// Keeps a ``SwitchBook`` up to date: asks for the revision often, and reads the tables only when it has risen.
final class SwitchBookKeeper: Service, Sendable {
    private let database: Database
    private let log: Logger
    private let book = Mutex(SwitchBook())

    init(database: Database, log: Logger) {
        self.database = database
        self.log = log
    }

    var current: SwitchBook { book.withLock { $0 } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await self.refresh()
                } catch {
                    // Calls go on with what is known.
                    self.log.warning("trunks, phones and numbers not refreshed", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// For a change made here, which need not wait for the next turn.
    func refreshNow() async { try? await refresh() }  // The loop tries again and says what is wrong.

    /// One turn of the loop.
    func refresh() async throws {
        let revision =
            try await database.query("SELECT revision FROM media.switch_revision") { row in
                try row.get("revision") as Int64
            }.first ?? 0
        guard revision != book.withLock({ $0.revision }) else { return }
        let phones = try await PhoneStore(database: database).all()
        let fresh = SwitchBook(
            revision: revision, trunks: try await TrunkStore(database: database).list(),
            phones: Dictionary(grouping: phones, by: \.phone.tenant).mapValues { phones in
                Dictionary(phones.map { ($0.phone.id, $0) }, uniquingKeysWith: { _, last in last })
            }, tenantOfNumber: try await AccessNumberStore(database: database).all(),
            recordingPolicies: try await RecordingPolicyStore(database: database).all(),
            sounds: try await StoredPromptStore(database: database).book())
        book.withLock { $0 = fresh }
    }
}
