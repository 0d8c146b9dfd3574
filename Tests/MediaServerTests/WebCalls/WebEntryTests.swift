import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

extension WebEntry {
    /// What a test's page calls by.
    static func example(
        _ change: (inout WebEntrySettings) -> Void = { _ in }, number: String = "4001",
        origins: [String] = ["https://shop.example.com"]
    ) throws -> WebEntry {
        var settings = WebEntrySettings(number: number, origins: origins)
        change(&settings)
        return try settings.checked("site")
    }
}

extension WebEntryID: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(rawValue: value) }
}

@Suite struct WebOriginTests {
    @Test(arguments: [
        ("https://shop.example.com", "https://shop.example.com", true),
        ("https://shop.example.com", "HTTPS://Shop.Example.com", true),
        ("https://shop.example.com", "https://shop.example.com:443", true),
        ("https://shop.example.com:8443", "https://shop.example.com:8443", true),
        ("https://shop.example.com:8443", "https://shop.example.com", false),
        ("https://shop.example.com", "http://localhost", false),
        ("https://example.com", "https://shop.example.com", false),
        ("https://example.com", "https://evil-example.com", false),
        ("https://*.example.com", "https://shop.example.com", true),
        ("https://*.example.com", "https://a.b.example.com", true),
        ("https://*.example.com", "https://example.com", false),
        ("https://*.example.com", "https://evilexample.com", false),
        ("https://*.example.com", "https://shop.example.com.evil.org", false),
        ("http://localhost:8080", "http://localhost:8080", true),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8081", false),
    ])
    func `a page may call if its origin is one of those that are named`(
        pattern: String, page: String, isAllowed: Bool
    ) throws {
        let entry = try WebEntry.example(origins: [pattern])
        #expect(entry.allows(try #require(WebOrigin(page))) == isAllowed)
    }

    @Test(arguments: [
        "", "null", "*", "https://", "https://*", "https://*.com.", "https://a.example.com/path",
        "https://u@example.com",
        "http://example.com", "ftp://example.com", "https://exa mple.com", "https://example.com:0",
        "https://example.com:99999", "https://example.com:8:9", "https://-example.com", "https://ex\u{0}ample.com",
        "https://*.*.example.com", "https://" + String(repeating: "a", count: 400),
    ])
    func `what is no origin of a page with a microphone is none`(text: String) {
        #expect(WebOrigin(text, pattern: true) == nil)
    }

    @Test func `a page cannot call itself by a star`() {
        #expect(WebOrigin("https://*.example.com") == nil)
    }
}

@Suite struct WebEntryTests {
    @Test func `an entry needs a number and origins, and has limits`() throws {
        let entry = try WebEntry.example()
        #expect(entry.isEnabled && entry.maxCalls == 20 && entry.maxCallsPerSource == 3)
        #expect(entry.callsPerMinute == 6 && entry.longestCallSeconds == 1_800)
    }

    @Test func `what an entry cannot be is refused`() {
        let refused: [(inout WebEntrySettings) -> Void] = [
            { $0.maxCalls = 0 }, { $0.maxCallsPerSource = 1_001 }, { $0.callsPerMinute = 0 },
            { $0.longestCallSeconds = 29 }, { $0.longestCallSeconds = .max }, { $0.attributes = ["a-b"] },
            { $0.attributes = ["medium"] }, { $0.attributes = ["visitorName"] }, { $0.attributes = ["a", "a"] },
            { $0.attributes = (0...20).map { "a\($0)" } }, { $0.name = String(repeating: "名", count: 101) },
            { $0.name = "a\u{0}" },
        ]
        for change in refused { #expect(throws: Failure.self) { try WebEntry.example(change) } }
        #expect(throws: Failure.self) { try WebEntry.example(origins: []) }
        #expect(throws: Failure.self) { try WebEntry.example(origins: ["*"]) }
        for id in ["", "a/b", "a b", ".", "a*", String(repeating: "a", count: 65)] {
            #expect(throws: Failure.self) {
                try WebEntrySettings(number: "1", origins: ["https://a.cn"]).checked(WebEntryID(rawValue: id))
            }
        }
    }

    @Test func `what a page says goes with the call, under names of ours and of the entry`() throws {
        let entry = try WebEntry.example { $0.attributes = ["order"] }
        let words = VisitorWords(
            name: "王小明", number: "+86 (138) 0000-0001", page: "https://shop.example.com/a", language: "zh",
            attributes: ["order": "7"])
        #expect(
            try words.checked(entry) == [
                "medium": "web", "webEntry": "site", "visitorName": "王小明", "visitorNumber": "+8613800000001",
                "visitorPage": "https://shop.example.com/a", "language": "zh", "order": "7",
            ])
        #expect(try VisitorWords().checked(entry) == ["medium": "web", "webEntry": "site"])
    }

    @Test(arguments: [
        VisitorWords(name: String(repeating: "a", count: 65)), VisitorWords(name: "a\nb"),
        VisitorWords(name: "a" + String(repeating: "\u{301}", count: 500)),
        VisitorWords(number: "12"), VisitorWords(number: "call me"), VisitorWords(number: "++8613800000001"),
        VisitorWords(number: String(repeating: "1", count: 21)), VisitorWords(page: "javascript:alert(1)"),
        VisitorWords(page: "https://" + String(repeating: "a", count: 300)), VisitorWords(language: "fr"),
        VisitorWords(attributes: ["medium": "voice"]), VisitorWords(attributes: ["other": "1"]),
        VisitorWords(attributes: ["order": String(repeating: "1", count: 257)]),
    ])
    func `what no page of ours says is refused`(words: VisitorWords) throws {
        let entry = try WebEntry.example { $0.attributes = ["order"] }
        #expect(throws: Failure.self) { try words.checked(entry) }
    }

    @Test func `entries are kept by tenant, and the switch notices`() async throws {
        try await withDatabase("media", Outbox.migrations + MediaServer.schema) { database async throws in
            let store = WebEntryStore(database: database)
            let revision = {
                try await database.query("SELECT revision FROM media.switch_revision") {
                    try $0.get("revision") as Int64
                }
            }
            let before = try await revision()
            let entry = try WebEntry.example()
            try await store.put(entry, tenant: "acme")
            try await store.put(try WebEntry.example { $0.maxCalls = 1 }, tenant: "other")
            let after = try await revision()
            #expect(before != after)
            #expect(try await store.list(tenant: "acme") == [entry])
            #expect(try await store.all()["other"]?["site"]?.maxCalls == 1)
            try await store.put(try WebEntry.example { $0.isEnabled = false }, tenant: "acme")
            #expect(try await store.list(tenant: "acme").map(\.isEnabled) == [false])
            try await store.remove("site", tenant: "acme")
            await #expect(throws: Failure.self) { try await store.remove("site", tenant: "acme") }
            #expect(try await store.all().keys.sorted() == ["other"])
        }
    }

    @Test func `a tenant has only so many entries`() async throws {
        try await withDatabase("media", Outbox.migrations + MediaServer.schema) { database async throws in
            try await database.run(
                """
                INSERT INTO media.web_entry (tenant_id, id, document)
                SELECT 'acme', 'e' || number, '{}' FROM generate_series(1, \(WebEntryStore.mostEach)) AS number
                """, tenant: "acme")
            let store = WebEntryStore(database: database)
            await #expect(throws: Failure.self) { try await store.put(try WebEntry.example(), tenant: "acme") }
            // One that nobody understands is left out, not fatal.
            #expect(try await store.all()["acme"]?.isEmpty == true)
            #expect(try await store.list(tenant: "acme").isEmpty)
        }
    }
}

@Suite struct VisitorSourceTests {
    private func source(_ peer: String?, _ forwarded: String? = nil) -> VisitorSource {
        VisitorSource(peer: peer, forwarded: forwarded, frontDoors: ["127.0.0.1"])
    }

    @Test func `only a front door is believed for whom it asks, and only the last of whom it names`() {
        #expect(source("127.0.0.1", "192.0.2.7") == source("192.0.2.7"))
        #expect(source("127.0.0.1", "10.0.0.1, 192.0.2.7") == source("192.0.2.7"))
        #expect(source("192.0.2.9", "192.0.2.7") == source("192.0.2.9"))
        #expect(source("127.0.0.1", nil) == source("127.0.0.1"))
        #expect(source("127.0.0.1", " , ") == source("127.0.0.1"))
        #expect(source(nil, "192.0.2.7") == source(nil))
    }

    @Test func `whoever has one address of a 64 has them all`() {
        #expect(source("2001:db8:1:2:3:4:5:6") == source("2001:0DB8:1:2::9"))
        #expect(source("2001:db8:1:2::1") != source("2001:db8:1:3::1"))
        #expect(source("2001:db8::1") == source("2001:db8:0:0:7::"))
        #expect(source("::ffff:192.0.2.7") == source("192.0.2.7"))
        #expect(source("127.0.0.1", ":::::::") == source("::1"))
    }

    @Test func `so many a minute come from one source, and then one after the other`() {
        var limits = SourceLimits()
        let key = { (host: String) in
            SourceLimits.Key(tenant: "t", entry: "site", source: source(host))
        }
        let start = Timestamp(microseconds: 1_000_000_000)
        for _ in 0..<6 { #expect(limits.take(key("192.0.2.1"), perMinute: 6, at: start) == nil) }
        #expect(limits.take(key("192.0.2.1"), perMinute: 6, at: start) == 10)
        #expect(limits.take(key("192.0.2.2"), perMinute: 6, at: start) == nil)
        #expect(limits.take(key("192.0.2.1"), perMinute: 6, at: start.adding(.seconds(9))) == 1)
        #expect(limits.take(key("192.0.2.1"), perMinute: 6, at: start.adding(.seconds(10))) == nil)
        #expect(limits.take(key("192.0.2.1"), perMinute: 6, at: start.adding(.seconds(10))) != nil)
    }

    @Test func `the table of sources has an end`() {
        var limits = SourceLimits()
        let now = Timestamp(microseconds: 1_000_000_000)
        for number in 0..<(2 * SourceLimits.most + 5) {
            let key = SourceLimits.Key(tenant: "t", entry: "site", source: source("h\(number)"))
            #expect(limits.take(key, perMinute: 1, at: now) == nil)
        }
        #expect(limits.count <= SourceLimits.most)
    }
}
