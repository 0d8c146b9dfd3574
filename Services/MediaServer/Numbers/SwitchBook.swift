import Contracts
import Database
import Logging
import SIP
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What the switch looks up for each call: trunks, routes, phones, numbers and dial policies, in memory, so that no call waits
/// for PostgreSQL.
struct SwitchBook: Sendable {
    var revision: Int64 = 0
    /// Of the number ranges.
    var rangeRevision: Int64 = 0
    var trunks: [Trunk] = []
    var phones: [TenantID: [PhoneID: PhoneSecret]] = [:]
    var tenantOfNumber: [String: TenantID] = [:]
    var recordingPolicies: [TenantID: RecordingPolicy] = [:]
    var sounds = SoundBook()

    /// Cheapest first.
    var routes: [Route] = [] {
        didSet { routes.sort { ($0.cost, $0.priority, $0.id) < ($1.cost, $1.priority, $1.id) } }
    }
    var ranges = NumberRanges()
    var policies: [TenantID: DialPolicy] = [:]
    var webEntries: [TenantID: [WebEntryID: WebEntry]] = [:]

    func trunk(_ id: TrunkID) -> Trunk? { trunks.first { $0.id == id } }

    /// The trunk that calls come from there by. Of several at one host, that with the port.
    func trunk(at source: SIPPeer, _ names: NameBook) -> Trunk? {
        let own = trunks.filter { trunk in
            trunk.isInbound && trunk.places(names).contains { $0.peer.host == source.host }
        }
        return own.first { trunk in trunk.places(names).contains { $0.peer.port == source.port } } ?? own.first
    }

    var hasRoutes: Bool { !routes.isEmpty }

    /// The ways out; while there are none, every trunk for calls out is one.
    var outboundRoutes: [Route] {
        guard routes.isEmpty else { return routes }
        return trunks.filter(\.isOutbound).map { trunk in
            Route(
                id: RouteID(rawValue: trunk.id.rawValue), trunkID: trunk.id, prefixes: [], carriers: [], regions: [],
                tenants: [], cost: 0, priority: 0, windows: [], isEnabled: true)
        }
    }

    /// What counts for a tenant.
    func policy(of tenant: TenantID, _ plan: NumberPlan) -> DialPolicy {
        policies[tenant] ?? policies[.all] ?? .standard(plan)
    }

    /// Whose number was dialled, in whichever way it is written.
    func tenant(of number: String, _ plan: NumberPlan) -> TenantID? {
        if let tenant = tenantOfNumber[number] { return tenant }
        guard let normal = plan.normal(number) else { return nil }
        let digits = normal.hasPrefix("+") ? String(normal.dropFirst()) : normal
        var forms = [normal, digits, "+" + digits]
        if normal.hasPrefix("+" + plan.countryCode) {
            let national = String(digits.dropFirst(plan.countryCode.count))
            forms += [national, plan.trunkPrefix + national]
        }
        return forms.lazy.compactMap { tenantOfNumber[$0] }.first
    }

    func phone(_ id: PhoneID, tenant: TenantID) -> PhoneSecret? { phones[tenant]?[id] }
}

/// Keeps a ``SwitchBook`` up to date: asks for the revision often, and reads the tables only when it has risen.
final class SwitchBookKeeper: Service, Sendable {
    let database: Database
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
        let revisions =
            try await database.query("SELECT revision, range_revision FROM media.switch_revision") { row in
                (all: try row.get("revision") as Int64, ranges: try row.get("range_revision") as Int64)
            }.first ?? (0, 0)
        let known = current
        guard revisions.all != known.revision else { return }
        let phones = try await PhoneStore(database: database).all()
        var fresh = SwitchBook(
            revision: revisions.all, rangeRevision: revisions.ranges,
            trunks: try await TrunkStore(database: database).list(log),
            phones: Dictionary(grouping: phones, by: \.phone.tenant).mapValues { phones in
                Dictionary(phones.map { ($0.phone.id, $0) }, uniquingKeysWith: { _, last in last })
            }, tenantOfNumber: try await AccessNumberStore(database: database).all(),
            recordingPolicies: try await RecordingPolicyStore(database: database).all(),
            sounds: try await StoredPromptStore(database: database).book())
        fresh.routes = try await RouteStore(database: database).list(log)
        fresh.policies = try await DialPolicyStore(database: database).all(log)
        fresh.webEntries = try await WebEntryStore(database: database).all(log)
        fresh.ranges =
            revisions.ranges == known.rangeRevision
            ? known.ranges : try await NumberRangeStore(database: database).all()
        // Of two who read at once, the one who read the older book may come last.
        book.withLock { [fresh] book in
            if fresh.revision > book.revision || book.revision == known.revision { book = fresh }
        }
    }
}
