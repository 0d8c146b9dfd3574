import Contracts
import ServiceKit
import TestSupport
import Testing

@Suite struct SettingsTests {
    enum Colour: String, CaseIterable { case red, green }

    @Test func `values are read by dotted key, and defaults stand in`() throws {
        let settings = Settings(["ring.seconds": "2.5", "colour": "green", "names": "a, b,,c", "loud": "yes"])
        #expect(try settings.seconds("ring.seconds", default: 15, in: 1...600) == .milliseconds(2500))
        #expect(try settings.seconds("other.seconds", default: 15, in: 1...600) == .seconds(15))
        #expect(try settings.choice("colour", default: Colour.red) == .green)
        #expect(settings.list("names") == ["a", "b", "c"])
        #expect(try settings.bool("loud", default: false))
        #expect(try settings.int("many", default: 3, in: 1...9) == 3)
        #expect(settings.shown["RING_SECONDS"] == "2.5")
    }

    @Test func `what is wrong is told with the key and what is allowed`() {
        let settings = Settings(["many": "x", "loud": "maybe", "colour": "blue", "ring": "-1", "few": "99"])
        expect("Setting MANY: “x” is not allowed; allowed: a whole number from 1 to 9.") {
            _ = try settings.int("many", default: 3, in: 1...9)
        }
        expect("Setting FEW: “99” is not allowed; allowed: a whole number from 1 to 9.") {
            _ = try settings.int("few", in: 1...9)
        }
        expect("Setting LOUD: “maybe” is not allowed; allowed: true or false.") {
            _ = try settings.bool("loud", default: true)
        }
        expect("Setting COLOUR: “blue” is not allowed; allowed: red, green.") {
            _ = try settings.choice("colour", default: Colour.red)
        }
        expect("Setting RING: “-1” is not allowed; allowed: a number of seconds from 0.5 to 600.") {
            _ = try settings.seconds("ring", default: 1, in: 0.5...600)
        }
        expect("Setting DATABASE_URL: It is not set. Set it, or DATABASE_URL_FILE to the path of a file that holds it.")
        {
            _ = try settings.secret("database.url")
        }
    }

    @Test func `secrets are not shown, and come from files too`() throws {
        let settings = Settings(["database.url": "postgresql://secret", "key.file": "/etc/hostname"])
        #expect(try settings.secret("database.url") == "postgresql://secret")
        #expect(try !settings.secret("key").isEmpty)
        #expect(settings.shown.isEmpty)
        expect("Setting GONE_FILE: The file /nowhere cannot be read.") {
            _ = try Settings(["gone.file": "/nowhere"]).secret("gone")
        }
    }

    @Test func `each instance has ports of its own`() throws {
        let url = ["database.url": "postgresql://x"]
        let first = try ServiceSettings(.cti, Settings(url))
        let second = try ServiceSettings(.cti, Settings(url.merging(["instance": "2"]) { _, new in new }))
        #expect(first.httpPort == 8111 && second.httpPort == 8112)
        #expect(first.busRequests == "tcp://127.0.0.1:7021" && second.busPublish == "tcp://127.0.0.1:7022")
    }

    private func expect(_ sentence: String, _ body: () throws -> Void) {
        let error = #expect(throws: ConfigurationError.self) { try body() }
        #expect(error?.description == sentence)
    }
}
