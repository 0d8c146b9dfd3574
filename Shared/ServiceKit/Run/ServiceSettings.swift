public import Contracts

/// What an operator can set for every service.
///
/// - `instance` (int 1 to 9999, default 1): which of the service's instances this is.
/// - `log.level` (trace, debug, info, notice, warning, error, critical; default info).
/// - `log.format` (text, json, journal): text on a terminal, else JSON lines.
/// - `http.host` (default 127.0.0.1), `http.port` (default as in README.md): where the HTTP API listens.
/// - `database.url` (secret, needed): libpq connection URL.
/// - `database.pool` (int 1 to 64, default 4): connections.
/// - `bus.publish`, `bus.requests`: where the bus listens, `tcp://host:port` or `ipc://path`.
/// - `bus.keys` (path): the directory with the CURVE keys; needed for tcp://.
/// - `facts.keep.days` (int 1 to 3650, default 7): how long facts can be replayed.
/// - `journal.directory` (path, default /var/lib/carillon/<service>-<instance>): real-time services only.
public struct ServiceSettings: Sendable {
    public let instance: InstanceID
    public let httpHost: String
    public let httpPort: Int
    public let databaseURL: String
    public let databasePool: Int
    public let busPublish: String
    public let busRequests: String
    public let busKeys: String?
    public let factsKept: Duration
    public let journalDirectory: String

    public init(_ service: ServiceName, _ settings: Settings) throws(ConfigurationError) {
        let number = try settings.int("instance", default: 1, in: 1...9999)
        let ports = Self.ports(service, instance: number)
        instance = InstanceID(service, number)
        httpHost = try settings.string("http.host", default: "127.0.0.1")
        httpPort = try settings.int("http.port", default: ports.http, in: 1...65535)
        databaseURL = try settings.secret("database.url")
        databasePool = try settings.int("database.pool", default: 4, in: 1...64)
        busPublish = try settings.string("bus.publish", default: "tcp://127.0.0.1:\(ports.bus)")
        busRequests = try settings.string("bus.requests", default: "tcp://127.0.0.1:\(ports.bus + 1)")
        busKeys = settings.optional("bus.keys")
        factsKept = .seconds(86_400 * (try settings.int("facts.keep.days", default: 7, in: 1...3650)))
        journalDirectory = try settings.string(
            "journal.directory", default: "/var/lib/carillon/\(service)-\(number)")
    }

    /// The first instance's ports; the second one's HTTP port is one, its bus ports two higher, and so on.
    static func ports(_ service: ServiceName, instance number: Int) -> (http: Int, bus: Int) {
        let base: (http: Int, bus: Int) =
            switch service {
            case .crm: (8101, 7010)
            case .cti: (8111, 7020)
            case .acd: (8121, 7030)
            case .mediaServer: (8131, 7040)
            case .dialer: (8141, 7050)
            case .reporting: (8151, 7060)
            case .messaging: (8161, 7070)
            }
        // Beyond the tenth the blocks would overlap; such hosts set their ports.
        let offset = min(number - 1, 4)
        return (base.http + offset, base.bus + 2 * offset)
    }
}
