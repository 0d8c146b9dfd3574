import Contracts
import Database
import Foundation
import Logging
import SIP
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(1))) struct RegistrationTests {
    @Test func `a phone that was registered before a restart is called right after it`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let port = try await withSwitch(database) { test in
                let status = try await test.world.register(test).status.code
                #expect(status == 200)
                return test.world.port
            }
            let rows = try await RegistrationStore(database: database, instance: TestSwitch.instance).load(at: .now())
            #expect(rows.map(\.binding.place.source) == [SIPPeer(.udp, "127.0.0.1", port)])
            try await withSwitch(database) { test in
                #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == true)
                let phones = try await test.board.list([Shard.of("demo")]).phones.map(\.phoneID)
                #expect(phones == ["1001"])
                try await test.originate("out", to: .phone("1001"))
            }
        }
    }

    @Test func `a phone behind a proxy is called by the way its registration came, also after a restart`() async throws
    {
        let path = "<sip:10.0.0.1;lr>, <sip:edge.example;lr;received=sip:192.0.2.7:5060>"
        try await withDatabase("media", MediaServer.schema) { database in
            try await withSwitch(database) { test in
                let answer = try await test.world.register(test, path: path)
                #expect(answer.headers[.path] == path)
            }
            try await withSwitch(database) { test in
                #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == true)
                try await test.originate("out", to: .phone("1001"))
            }
            let rows = try await RegistrationStore(database: database, instance: TestSwitch.instance).load(at: .now())
            #expect(rows.map(\.binding.place.pathText) == [path])
        }
    }

    @Test func `a call to a phone behind a proxy takes its path`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test, path: "<sip:127.0.0.1:9;lr>")
            try await test.originate("out", to: .phone("1001"))
            let (called, _) = try #require(await test.world.nextCall())
            #expect(called.request.headers[.route] == "<sip:127.0.0.1:9;lr>")
        }
    }

    @Test func `a phone that signed off is gone after a restart too`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            try await withSwitch(database) { test in
                _ = try await test.world.register(test)
                let status = try await test.world.register(test, seconds: 0, sequence: 5).status.code
                #expect(status == 200)
            }
            try await withSwitch(database) { test in
                await #expect(throws: Failure.self) { try await test.originate("out", to: .phone("1001")) }
            }
        }
    }

    @Test func `a phone that gives up its old contact keeps the new one, and is told so`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test, contact: "new")
            let answer = try await test.world.register(test, contact: "old", seconds: 0, sequence: 5)
            #expect(answer.contacts.map(\.uri.user) == ["new"])
            try await test.originate("out", to: .phone("1001"))
            #expect(await test.world.nextCall()?.0.request.uri.user == "new")
        }
    }

    @Test func `a phone that was removed is no longer called`() async throws {
        try await withSwitch { test in
            _ = try await test.world.register(test)
            #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == true)
            test.book.change { $0.phones = [:] }
            await #expect(throws: Failure.self) { try await test.originate("out", to: .phone("1001")) }
            #expect(await test.next(PhoneRegistrationChanged.self)?.isRegistered == false)
        }
    }

    @Test func `who guesses a password is checked no further, even with the right one`() async throws {
        try await withSwitch { test in
            for sequence in 1...UInt32(GuessLimiter.allowed) {
                let status = try await test.world.register(test, sequence: sequence * 5, password: "guess").status
                #expect(status.code == 401)
            }
            let status = try await test.world.register(test, sequence: 100).status
            #expect(status.code == 403)
        }
    }

    @Test func `registrations that cannot be stored now are stored later, the newest of each phone`() async throws {
        let stored = Mutex<[[Registrar<PhonePlace>.Key: String]]>([])
        let isAway = Mutex(true)
        let keeper = RegistrationKeeper(log: Logger(label: "test")) { changes in
            if isAway.withLock({ $0 }) {
                var away = DatabaseError("PostgreSQL is away")
                away.isConnectionLost = true
                throw away
            }
            stored.withLock { $0.append(changes.compactMapValues { $0?.contact }) }
        }
        keeper.note(.amy, .at("first"))
        keeper.note(.bob, .at("here"))
        await keeper.notes.write()
        keeper.note(.amy, .at("second"))
        await keeper.notes.write()
        isAway.withLock { $0 = false }
        await keeper.notes.write()
        await keeper.notes.write()
        #expect(stored.withLock { $0 } == [[.amy: "sip:second", .bob: "sip:here"]])
    }

    @Test func `one registration that cannot be stored does not keep the others out`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let store = RegistrationStore(database: database, instance: TestSwitch.instance)
            let keeper = RegistrationKeeper(log: Logger(label: "test")) { try await store.write($0) }
            keeper.note(.amy, .at("\u{0}"))
            keeper.note(.bob, .at("here"))
            await keeper.notes.write()
            let kept = try await store.load(at: .now()).map(\.key)
            #expect(kept == [.bob])
        }
    }

    @Test func `registrations over TCP end with their connection`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let store = RegistrationStore(database: database, instance: TestSwitch.instance)
            let keeper = RegistrationKeeper(log: Logger(label: "test")) { try await store.write($0) }
            keeper.note(.amy, .at("here"))
            await keeper.notes.write()
            keeper.note(.amy, .at("here", .tcp))
            await keeper.notes.write()
            let isNothingKept = try await store.load(at: .now()).isEmpty
            #expect(isNothingKept)
        }
    }

    @Test func `another instance's registrations and those that expired are not taken up`() async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            let store = RegistrationStore(database: database, instance: TestSwitch.instance)
            let other = RegistrationStore(database: database, instance: InstanceID(.mediaServer, 2))
            try await store.write([.amy: .at("here"), .bob: .at("here", seconds: -1)])
            try await other.write([.bob: .at("there")])
            let kept = try await store.load(at: .now()).map(\.key)
            #expect(kept == [.amy])
        }
    }
}

extension Registrar<PhonePlace>.Key {
    static let amy = Self(tenant: "demo", phone: "1001")
    static let bob = Self(tenant: "demo", phone: "1002")
}

extension Registrar<PhonePlace>.Binding {
    static func at(_ user: String, _ transport: SIPTransportKind = .udp, seconds: Int = 60) -> Self? {
        let contact = SIPURI(user: user, host: "127.0.0.1")
        return Self(
            place: PhonePlace(contact: contact, source: SIPPeer(transport, "127.0.0.1", 5062)), contact: "sip:\(user)",
            expiresAt: .now().adding(.seconds(seconds)), callID: "x", sequence: 1)
    }
}
