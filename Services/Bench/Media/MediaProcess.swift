import Bus
import Cluster
import Contracts
import Database
import Foundation

/// A media-server of its own: the real process with its keys and its schema, and nobody beside it.
struct MediaProcess: Sendable {
    static let instance = InstanceID(.mediaServer, 1)

    let child: Child
    let bus: ZeroMQBus
    let sipPort: Int
    let carrierPort: Int
    let rtpPorts: Range<Int>
    let carrierPorts: Range<Int>

    /// Starts it, tells it of a trunk to the carrier's port, and waits until it knows.
    static func start(_ workplace: Workplace, place: String) async throws -> MediaProcess {
        let keys = "\(place)/keys"
        try KeyDirectory(path: keys).create([ServiceName.cti.rawValue, ServiceName.mediaServer.rawValue])
        // Five ports, then enough for a thousand legs' sound on each side.
        let first = try FreePorts.block(4_810)
        let own = InstanceEndpoints(
            publish: "tcp://127.0.0.1:\(first)", requests: "tcp://127.0.0.1:\(first + 1)")
        let rtp = (first + 10)..<(first + 2_410)
        let carrier = (first + 2_410)..<(first + 4_810)
        let database = try await makeDatabase(workplace)
        let child = try await Child.start(
            ["\(workplace.binaries)/media-server"],
            environment: [
                "INSTANCE": "1", "HTTP_PORT": "\(first + 2)", "DATABASE_URL": database.url, "BUS_PUBLISH": own.publish,
                "BUS_REQUESTS": own.requests, "BUS_KEYS": keys, "JOURNAL_DIRECTORY": try workplace.directory("journal"),
                "SIP_PORT": "\(first + 3)", "RTP_FIRST_PORT": "\(rtp.lowerBound)",
                "RTP_LAST_PORT": "\(rtp.upperBound - 2)", "RECORDINGS_DIRECTORY": try workplace.directory("recordings"),
                "PROMPTS_DIRECTORY": try workplace.directory("prompts"), "LOG_LEVEL": "warning", "LOG_FORMAT": "text",
                // All callers have one address here.
                "SIP_REQUESTS_PER_SECOND": "100000",
            ], output: "\(place)/media-server.log")
        do {
            let api = SuiteAPI(base: "http://127.0.0.1:\(first + 2)")
            try await eventually("the media-server being ready", within: 30) {
                try? await api.ask("GET", "/readyz")
            }
            try await addTrunk(workplace, database.name, port: first + 4)
            let directory = StaticDirectory([instance: own])
            return MediaProcess(
                child: child, bus: try BusEnd.open(InstanceID(.cti, 1), keys: keys, directory), sipPort: first + 3,
                carrierPort: first + 4, rtpPorts: rtp, carrierPorts: carrier)
        } catch {
            await child.stop()
            throw BenchFailure("The media-server did not start: \(error). \(child.words.suffix(500))")
        }
    }

    private static func makeDatabase(_ workplace: Workplace) async throws -> (name: String, url: String) {
        let name = "bench_media_\(UInt32.random(in: .min ... .max))"
        let password = "\(UInt64.random(in: .min ... .max))"
        try await Provision.suite([.mediaServer: password], database: name, prefix: name).run(
            superuserURL: workplace.postgres, log: BusEnd.log)
        guard var parts = URLComponents(string: workplace.postgres) else {
            throw BenchFailure("The URL of PostgreSQL is none.")
        }
        parts.user = "\(name)_media_server"
        parts.password = password
        parts.path = "/\(name)"
        return (name, parts.string ?? "")
    }

    /// Behind the process's back, which needs no tenant, no crm and no token then; it looks twice a second.
    private static func addTrunk(_ workplace: Workplace, _ name: String, port: Int) async throws {
        var configuration = DatabaseConfiguration(url: workplace.postgres, poolSize: 1)
        configuration.database = name
        let database = Database(configuration, log: BusEnd.log)
        try await database.run(
            """
            INSERT INTO media.trunk (id, settings)
            VALUES ('carrier', jsonb_build_object('addresses', jsonb_build_array(
                jsonb_build_object('host', '127.0.0.1', 'port', \(port)::int)), 'maxCalls', 10000))
            """)
        // What the calls show has to be their tenant's.
        try await database.run(
            "INSERT INTO media.access_number (number, tenant_id) VALUES ('1000', \(BusEnd.tenant))")
        await database.close()
        try await Task.sleep(for: .seconds(1.5))
    }
}
