import Bus
import Cluster
public import Contracts
public import Database
import Foundation
import Logging
import Metrics
public import ServiceLifecycle
import UnixSignals

/// Runs a service from start to stop: reads the configuration once, opens the log, migrates the schema, builds the parts
/// and runs them until SIGTERM or SIGINT, then lets each finish what it began.
///
/// ```swift
/// @main
/// struct Main {
///     static func main() async {
///         await runService(.acd, ACDConfiguration.init, schema: ACD.schema) { kit, configuration in
///             try await ACD(kit, configuration).services()
///         }
///     }
/// }
/// ```
///
/// A wrong setting ends the process with status 78 (EX_CONFIG) and one sentence; anything else that stops the start, with 70.
/// - Parameters:
///   - schema: the service's own migrations; outbox, cursors and idempotency keys come before them.
///   - journaled: for a real-time service, whose facts do not wait for PostgreSQL: gives it `kit.facts`.
///   - services: started from first to last, stopped from last to first.
public func runService<Configuration: Sendable>(
    _ name: ServiceName, _ configuration: (Settings) throws -> Configuration, schema: [Migration],
    journaled: Bool = false,
    services: @Sendable (ServiceContext, Configuration) async throws -> [any Service]
) async {
    let environment = ProcessInfo.processInfo.environment
    let settings = Settings()
    do {
        let log = try bootstrapLog(name, settings, environment)
        let common = try ServiceSettings(name, settings)
        let own = try configuration(settings)
        let metrics = MetricRegistry()
        metrics.watchProcess()
        MetricsSystem.bootstrap(metrics)
        let process = ServiceProcess(
            common: common, settings: settings, metrics: metrics, environment: environment, log: log)
        try await process.run(schema, journaled: journaled) { kit in try await services(kit, own) }
    } catch let error as ConfigurationError {
        complain(name, "\(error)", status: 78)
    } catch let error as BusError {
        complain(name, "\(error)", status: 78)
    } catch {
        complain(name, "The service stopped: \(error)", status: 70)
    }
}

/// What a service's process is made of, once the configuration has been read.
private struct ServiceProcess {
    let common: ServiceSettings
    let settings: Settings
    let metrics: MetricRegistry
    let environment: [String: String]
    let log: Logger

    func run(
        _ schema: [Migration], journaled: Bool, _ services: @Sendable (ServiceContext) async throws -> [any Service]
    ) async throws {
        let database = try await openDatabase(schema)
        let outbox = OutboxStore(database)
        let cluster = Cluster(instance: common.instance, database: database, log: log)
        let bus = try openBus(cluster)
        let journal =
            journaled ? try FactJournal(bus: bus, directory: common.journalDirectory, sink: outbox, log: log) : nil
        metrics.watch(bus, journal)
        bus.serveReplay(from: (journal.map { [$0] } ?? []) + [outbox])
        let kit = ServiceContext(
            instance: common.instance, database: database, bus: bus, cluster: cluster, journal: journal,
            metrics: metrics,
            settings: settings, http: (common.httpHost, common.httpPort), log: log, environment: environment)
        let own = try await services(kit)
        var parts: [any Service] = [bus, cluster]
        if let journal { parts.append(journal) }
        parts += [
            OutboxRelay(database: database, bus: bus, log: log),
            Housekeeping(database: database, keepFacts: common.factsKept, log: log),
        ]
        parts += own + [kit.notifier]
        log.info("started", metadata: ["instance": "\(common.instance)", "version": "\(CarillonVersion.current)"])
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: parts, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        ).run()
        await database.close()
        log.info("stopped", metadata: ["instance": "\(common.instance)"])
    }

    /// Binds the bus and tells the cluster where it is.
    private func openBus(_ cluster: Cluster) throws -> ZeroMQBus {
        let keys = common.busKeys.map { KeyDirectory(path: $0) }
        let bus = try ZeroMQBus(
            instance: common.instance,
            configuration: BusConfiguration(publish: common.busPublish, requests: common.busRequests, keys: keys),
            directory: cluster, log: log)
        cluster.listens(at: bus.endpoints, publicKey: keys?.publicKey(of: common.instance))
        return bus
    }

    /// Opens the database, waiting for it if need be, and brings the schema up to date.
    private func openDatabase(_ schema: [Migration]) async throws -> Database {
        if let problem = DatabaseConfiguration.problem(inURL: common.databaseURL) {
            throw ConfigurationError("DATABASE_URL", problem)
        }
        let name = common.instance.service.schema
        var configuration = DatabaseConfiguration(
            url: common.databaseURL, schema: name, poolSize: common.databasePool)
        // The stream of facts is named after it: see Connection.publish.
        configuration.applicationName = "\(common.instance)"
        let database = Database(configuration, log: log)
        while true {
            do {
                try await database.migrate(schema: name, Outbox.migrations + schema)
                try await Cluster.migrate(database)
                return database
            } catch let error as DatabaseError where error.isConnectionLost {
                log.warning("waiting for the database", metadata: ["error": "\(error.message)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}

private func bootstrapLog(
    _ name: ServiceName, _ settings: Settings, _ environment: [String: String]
) throws(ConfigurationError) -> Logger {
    let level = try settings.choice("log.level", default: Logger.Level.info)
    let format = try settings.choice("log.format", default: LogFormat.suited(to: 2, environment: environment))
    LoggingSystem.bootstrap { label in LogOutput(label: label, format: format, level: level) }
    return Logger(label: name.rawValue)
}

/// One sentence for the operator, and the end.
private func complain(_ name: ServiceName, _ sentence: String, status: Int32) -> Never {
    writeToStandardError("\(name): \(sentence)\n")
    exit(status)
}

extension ServiceName {
    /// The schema in PostgreSQL that is this service's own.
    public var schema: String { self == .mediaServer ? "media" : rawValue }
}
