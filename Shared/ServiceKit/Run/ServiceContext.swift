public import Bus
public import Cluster
public import Contracts
public import Database
import Foundation
public import Logging
public import ServiceLifecycle

/// What every service is given: made once by ``runService(_:_:schema:services:)``, in tests by hand.
public struct ServiceContext: Sendable {
    public let instance: InstanceID
    public let log: Logger
    public let database: Database
    public let bus: any Bus
    /// Who is there, and which shards are this instance's.
    public let cluster: Cluster
    public let tokens: TokenVerifier
    public let metrics: MetricRegistry
    public let settings: Settings
    /// Where the HTTP API listens.
    public let http: (host: String, port: Int)
    private let journal: FactJournal?
    let notifier: ServiceManagerNotifier

    public init(
        instance: InstanceID, database: Database, bus: any Bus, cluster: Cluster? = nil,
        journal: FactJournal? = nil,
        tokens: TokenVerifier? = nil,
        metrics: MetricRegistry = MetricRegistry(), settings: Settings = Settings([:]),
        http: (host: String, port: Int) = ("127.0.0.1", 0), log: Logger = Logger(label: "test"),
        environment: [String: String] = [:]
    ) {
        self.instance = instance
        self.log = log
        self.database = database
        self.bus = bus
        self.cluster = cluster ?? .alone(instance)
        self.journal = journal
        self.tokens = tokens ?? .fetchingKeys(over: bus)
        self.metrics = metrics
        self.settings = settings
        self.http = http
        notifier = ServiceManagerNotifier(environment: environment)
    }

    /// Publishes facts that do not wait for PostgreSQL. Only for a service that runs `journaled`.
    public var facts: FactJournal {
        guard let journal else { preconditionFailure("\(instance.service) does not run with journaled: true.") }
        return journal
    }

    /// What lets an operator empty this instance; for services whose tenants are divided over instances.
    public var drainRoutes: [APIRoute] { DrainRoutes(instance: instance, cluster: cluster, log: log).routes }

    /// The service's HTTP API: these routes, and `/livez /readyz /info /metrics /openapi.json`.
    public func application(_ routes: [APIRoute]) -> any Service {
        let notifier = notifier
        return server(routes).application(host: http.host, port: http.port) { notifier.ready() }
    }

    /// The same, not listening: for tests.
    public func server(_ routes: [APIRoute]) -> APIServer {
        var server = APIServer(
            service: instance.service.rawValue, routes: routes, tokens: tokens, repeats: StoredRepeats(database),
            log: log)
        let (database, settings, instance, cluster) = (database, settings, instance, cluster)
        server.metrics = metrics
        server.info = {
            ServiceInfo(
                service: instance.service.rawValue, instance: "\(instance)", version: CarillonVersion.current,
                settings: settings.shown, shards: cluster.shards.keys.map(\.number).sorted())
        }
        server.readiness["database"] = {
            do {
                try await database.ping()
                return nil
            } catch { return "PostgreSQL does not answer." }
        }
        server.readiness["cluster"] = {
            cluster.endpoints()[instance] == nil ? "This instance has not joined the cluster." : nil
        }
        return server
    }
}

extension TokenVerifier {
    /// Knows the keys that crm tells over the bus.
    public static func fetchingKeys(over bus: any Bus) -> TokenVerifier {
        TokenVerifier { try await bus.request(FetchTokenKeys(), to: .any(.crm)).jwks }
    }
}
