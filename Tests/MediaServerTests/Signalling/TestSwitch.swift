import Contracts
import Database
import Foundation
import Logging
import SDP
import SIP
import ServiceKit
import Synchronization
import TestSupport

@testable import MediaServer

/// A whole switch on loopback. Its one trunk leads to the test's own end of the network, and so do its phones.
struct TestSwitch: Sendable {
    let board: Switchboard
    let world: World
    let engine: MediaEngine
    /// Where it listens for SIP.
    let port: Int
    let tracer: Tracer
    let registrations: RegistrationKeeper
    let recordings: RecordingParts
    let faxes: FaxOffice
    let book: SwitchBookShelf
    /// For one reader.
    let facts: AsyncStream<any Fact>
    let directory: URL

    static let instance = InstanceID(.mediaServer, 1)
    /// Others of a run beside this one begin elsewhere.
    private static let ports = Mutex<Int>(15_000 + 2 * Int(getpid() % 70))

    init(_ world: World, _ database: Database?, _ inbox: SwitchInbox, _ collector: String) async throws {
        self.world = world
        port = Self.ports.withLock { port in
            port += 2
            return port
        }
        let rtp = UInt16(16_000 + (port - 15_000) * 10)
        directory = FileManager.default.temporaryDirectory.appending(path: "switch-\(UUID().uuidString)")
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        engine = MediaEngine(MediaConfiguration(address: "127.0.0.1", ports: rtp...(rtp + 19)), log: log)
        registrations =
            if let database {
                try await .load(RegistrationStore(database: database, instance: Self.instance), at: .now(), log: log)
            } else {
                RegistrationKeeper(log: log) { _ in }
            }
        book = SwitchBookShelf(SwitchBook(leadingTo: world))
        let (facts, told) = AsyncStream.makeStream(of: (any Fact).self)
        self.facts = facts
        let configuration = try MediaServerConfiguration(
            Settings([
                "sip.port": "\(port)", "recordings.directory": directory.path, "hep.collector": collector,
                "traces.directory": directory.appending(path: "traces").path,
            ]))
        tracer = Tracer(
            directory: configuration.traces, instance: Self.instance, collector: configuration.homer, log: log)
        recordings = RecordingParts(
            RecordingPlace(recordings: directory, backup: nil, keys: nil),
            room: RecordingRoom(freeBytes: 0, backupFreeBytes: 0), database: database ?? .nowhere,
            instance: Self.instance, log: log, publish: { fact, _ in told.yield(fact) })
        let speech = SpeechConfiguration(
            program: FileManager.default.currentDirectoryPath + "/.build/debug/speech-worker")
        var fax = FaxConfiguration(program: FileManager.default.currentDirectoryPath + "/.build/debug/fax-worker")
        fax.pauseSeconds = 1
        faxes = FaxOffice(
            FaxPlace(directory: directory.appending(path: "faxes"), keys: nil), fax, database: database ?? .nowhere,
            instance: Self.instance, log: log, publish: { fact, _ in told.yield(fact) })
        board = Switchboard(
            SwitchParts(
                instance: Self.instance, configuration: configuration,
                book: { [book] in book.current }, names: { [book] in book.names },
                usage: DialUsageKeeper(zone: .gmt, log: log, others: { _ in [:] }, store: { _ in }),
                tracer: tracer, engine: engine,
                prompts: PromptStore(PromptConfiguration(directory: directory, cache: directory), log: log),
                recordings: recordings.store, recordingNotes: recordings.notes, finisher: recordings.finisher,
                registrations: registrations, faxes: faxes, recognizer: SpeechRecognizer(speech, log: log),
                metrics: MediaServerMetrics(), draining: { [book] in book.isDraining = $0 },
                publish: { [faxes] fact, _ in
                    told.yield(fact)
                    faxes.heard(fact)
                }, signal: { _, _ in },
                head: { ("media-server/1", 0) }, log: log), inbox: inbox)
        faxes.work(with: board)
        try faxes.place.prepare()
    }

    /// The next fact of a kind; others before it are passed over.
    func next<F: Fact>(_ kind: F.Type) async -> F? {
        for await fact in facts {
            if let fact = fact as? F { return fact }
        }
        return nil
    }

    /// The next fact of all, but for how it stands with trunks: on a busy machine one may be found silent at any time.
    func nextFact() async -> (any Fact)? {
        for await fact in facts where !(fact is TrunkStateChanged) { return fact }
        return nil
    }

    func command(_ leg: LegID, _ commands: LegCommand...) async throws {
        _ = try await board.command(CommandLeg(legID: leg, commands: commands), "demo")
    }

    func originate(
        _ leg: LegID, to destination: Destination, from: String = "4001", beside: LegID? = nil
    ) async throws {
        let request = OriginateLeg(
            legID: leg, destination: destination, from: from, ringSeconds: 30, context: Data(), beside: beside)
        _ = try await board.originate(request, "demo")
    }

    /// A caller from outside who was answered.
    func answeredCaller(_ phone: TestPhone) async throws -> AnsweredCaller {
        let (call, events) = world.call(self, .sdp(phone.offer))
        let leg = await next(LegArrived.self)?.legID ?? "none"
        try await command(leg, .answer)
        let answer = await events.first { if case .answered(let response) = $0 { response } else { nil } }
        _ = await next(LegAnswered.self)
        return AnsweredCaller(leg: leg, call: call, events: events, port: try rtpPort(answer?.body ?? []))
    }
}

/// A caller whom the switch has answered.
struct AnsweredCaller {
    let leg: LegID
    let call: SIPCall
    let events: AsyncStream<SIPCallEvent>
    /// Where the switch hears him.
    let port: UInt16
}

/// A book that a test may change.
final class SwitchBookShelf: Sendable {
    private let book: Mutex<SwitchBook>
    private let drainingBook = Mutex(false)
    /// What others are told.
    var isDraining: Bool {
        get { drainingBook.withLock { $0 } }
        set { drainingBook.withLock { $0 = newValue } }
    }
    private let nameBook = Mutex(NameBook())
    var names: NameBook {
        get { nameBook.withLock { $0 } }
        set { nameBook.withLock { $0 = newValue } }
    }
    init(_ book: SwitchBook) { self.book = Mutex(book) }
    var current: SwitchBook { book.withLock { $0 } }
    func change(_ change: (inout SwitchBook) -> Void) { book.withLock { change(&$0) } }
}

/// Runs a switch, with PostgreSQL away if none is given, for as long as the body lasts, then stops it as a service is stopped.
@discardableResult
func withSwitch<Value: Sendable>(
    _ database: Database? = nil, inbox: SwitchInbox = SwitchInbox(), collector: String = "",
    _ body: (TestSwitch) async throws -> Value
) async throws -> Value {
    let world = try await World.start()
    let test = try await TestSwitch(world, database, inbox, collector)
    let value = try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await test.board.run() }
        let outcome: Result<Value, any Error>
        do {
            // Answered by the loop, which begins when the sockets are open.
            _ = try? await test.board.list([])
            outcome = .success(try await body(test))
        } catch {
            outcome = .failure(error)
        }
        test.board.stop()
        _ = try await group.next()
        await test.registrations.notes.write()
        await test.recordings.notes.write()
        group.cancelAll()
        return try outcome.get()
    }
    await world.endpoint.stop()
    try? FileManager.default.removeItem(at: test.directory)
    return value
}

extension Logger {
    static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

extension Database {
    /// PostgreSQL that is away.
    static var nowhere: Database {
        ScratchDatabase.database(DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:9/none", poolSize: 1))
    }
}

extension SwitchBook {
    /// A trunk and a phone at the test's own end.
    init(leadingTo world: World) {
        self.init()
        trunks = [.at(world.port)]
        tenantOfNumber = ["4001": "demo"]
        let hash = { (algorithm: DigestAlgorithm) in
            DigestSecret("1001", realm: "demo", password: "opensesame", algorithm).hash
        }
        let phone = Phone(tenant: "demo", id: "1001", displayName: "Amy", digest: .both)
        phones = ["demo": ["1001": PhoneSecret(phone: phone, md5: hash(.md5), sha256: hash(.sha256))]]
    }
}

extension Trunk {
    /// A trunk to a port on loopback, with these settings besides.
    static func at(
        _ ports: Int..., id: TrunkID = "carrier", password: String? = nil,
        _ change: (inout TrunkSettings) -> Void = { _ in }
    ) -> Trunk {
        var settings = TrunkSettings()
        settings.addresses = ports.enumerated().map { TrunkAddress(host: "127.0.0.1", port: $1, priority: $0) }
        settings.maxCalls = 10
        change(&settings)
        do {
            return try Trunk(id, settings, password: password)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

/// The other end of the network.
struct World: Sendable {
    let endpoint: SIPEndpoint
    private let calls: AsyncStream<(SIPIncomingCall, AsyncStream<SIPCallEvent>)>

    static func start() async throws -> World {
        let (handlers, calls) = SIPEndpointHandlers.calls()
        let endpoint = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)]), handlers: handlers,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        return World(endpoint: endpoint, calls: calls)
    }

    var port: Int { endpoint.locals.first?.port ?? 0 }

    /// The next call that the switch makes.
    func nextCall() async -> (SIPIncomingCall, AsyncStream<SIPCallEvent>)? {
        for await call in calls { return call }
        return nil
    }

    func call(
        _ test: TestSwitch, _ offer: SIPBody?, number: String = "4001"
    ) -> (SIPCall, AsyncStream<SIPCallEvent>) {
        let (events, handler) = SIPCall.events()
        let invite = SIPInvite(
            uri: SIPURI(user: number, host: "127.0.0.1", port: test.port),
            from: NameAddress(uri: SIPURI(user: "13800138000", host: "127.0.0.1")), offer: offer)
        return (endpoint.invite(invite, handler: handler), events)
    }

    /// - Parameter seconds: how long to be registered; 0 gives the contact up.
    func register(
        _ test: TestSwitch, contact: String = "1001", seconds: Int = 60, callID: String = "one", sequence: UInt32 = 1,
        password: String = "opensesame", path: String? = nil
    ) async throws -> SIPResponse {
        let aor = try NameAddress("<sip:1001@demo>")
        var request = SIPOutgoingRequest(.register, uri: try SIPURI("sip:demo"), from: aor)
        request.to = aor
        request.contacts = [NameAddress(uri: SIPURI(user: contact, host: "127.0.0.1", port: port))]
        request.headers = ["Expires": "\(seconds)"]
        if let path { request.headers.add(["Path": path, "Supported": "path"]) }
        request.destination = SIPPeer(.udp, "127.0.0.1", test.port)
        request.credentials = DigestCredentials(username: "1001", password: password)
        request.callID = callID
        request.sequence = sequence
        return await endpoint.request(request)
    }
}

extension AsyncStream<SIPCallEvent> {
    /// The first event of a kind; others before it are passed over.
    func first<Value>(_ match: (SIPCallEvent) -> Value?) async -> Value? {
        for await event in self {
            if let value = match(event) { return value }
        }
        return nil
    }
}

extension TestPhone {
    private var codecs: [AudioCodec] { codec == .pcma || codec == .pcmu ? [.pcma, .pcmu] : [codec] }

    /// What it says of its sound.
    var offer: String {
        var session = AudioSession(address: "127.0.0.1", port: port, sessionID: 1_000, codecs: codecs)
        return session.offer().description
    }
}

/// Where a description wants RTP.
func rtpPort(_ body: [UInt8]) throws -> UInt16 { try SessionDescription(parsing: body).media.first?.port ?? 0 }
