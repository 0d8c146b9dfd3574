import Contracts
import Foundation
import SIP
import Testing

@testable import MediaServer

@Suite struct DNSMessageTests {
    /// An answer: header, the question of `a.b`, and so many records behind.
    static func answer(_ records: [UInt8], count: UInt8) -> [UInt8] {
        [0, 7, 0x81, 0x80, 0, 1, 0, count, 0, 0, 0, 0, 1, 0x61, 1, 0x62, 0, 0, 1, 0, 1] + records
    }

    @Test func `a question is written as the standard says`() throws {
        let question = try #require(DNSMessage.question("a.b", .srv, id: 0x0102))
        #expect(
            question == [
                1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0x61, 1, 0x62, 0, 0, 33, 0, 1, 0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0,
                0,
            ])
        #expect(DNSMessage.question(String(repeating: "a", count: 64) + ".b", .a, id: 1) == nil)
        #expect(DNSMessage.question("", .a, id: 1) == nil)
        #expect(DNSMessage.question(String(repeating: "a.", count: 130), .a, id: 1) == nil)
    }

    @Test func `addresses, aliases and services are read, and names that go on elsewhere`() throws {
        let records: [UInt8] =
            [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x63, 0xc0, 14]
            + [1, 0x63, 0xc0, 14, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 1]
            + [0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 11, 0, 1, 0, 2, 0x13, 0xc4, 1, 0x63, 0xc0, 14, 0]
        let message = try #require(DNSMessage(Self.answer(records, count: 2), answering: 7))
        #expect(message.records.map(\.name) == ["a.b", "c.b"])
        #expect(message.records.map(\.content) == [.alias("c.b"), .address("192.0.2.1")])
        let found = NameResolver.addresses(of: "a.b", in: message.records)
        #expect(found?.addresses == ["192.0.2.1"] && found?.seconds == 30)
    }

    @Test func `an answer to another question is none`() {
        #expect(DNSMessage(Self.answer([], count: 0), answering: 8) == nil)
        #expect(DNSMessage([], answering: 7) == nil)
    }

    @Test func `whatever comes is read without harm`() {
        var random = SplitMix(seed: 11)
        let records: [UInt8] = [0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 10, 0, 1, 0, 2, 0x13, 0xc4, 1, 0x63, 0xc0, 14]
        let good = Self.answer(records + records, count: 2)
        for _ in 0..<50_000 {
            var bad = Array(good.prefix(Int.random(in: 0...good.count, using: &random)))
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bad.isEmpty {
                bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            _ = DNSMessage(bad, answering: 7)
        }
        // A name that leads to itself.
        #expect(
            DNSMessage(Self.answer([0xc0, 21, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0], count: 1), answering: 7)?.records == [])
    }

    @Test func `what was known holds while nobody answers`() {
        var book = NameBook()
        let question = NameQuestion(name: "a.b", transport: .udp, port: nil)
        let place = NamedPlace(address: "192.0.2.1", port: 5060, priority: 0, weight: nil)
        let at = { (seconds: Int64) in Timestamp(microseconds: seconds * 1_000_000) }
        #expect(book.due([question], at: at(0)) == [question])
        book.note(question, (places: [place], seconds: 60), at: at(0))
        #expect(book.due([question], at: at(59)).isEmpty)
        book.note(question, nil, at: at(60))
        #expect(book.places(of: question) == [place])
        #expect(book.due([question], at: at(70)) == [question])
        book.note(question, (places: [], seconds: 60), at: at(70))
        #expect(book.places(of: question) == [place])
        book.keep([])
        #expect(book.places(of: question).isEmpty)
    }
}

/// Against a name server that others have written.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: NameServer.path != nil, "dnsmasq is not installed: apt-get install dnsmasq-base"))
struct NameResolverTests {
    @Test func `a domain leads to the hosts of its service records, and without them to its own address`() async throws
    {
        let server = try await NameServer.start([
            "--srv-host=_sip._udp.carrier.test,one.carrier.test,5070,1,60",
            "--srv-host=_sip._udp.carrier.test,two.carrier.test,5071,2,40",
            "--host-record=one.carrier.test,192.0.2.1", "--host-record=two.carrier.test,192.0.2.2",
            "--host-record=plain.test,192.0.2.3", "--cname=alias.test,plain.test",
        ])
        defer { server.stop() }
        let resolver = NameResolver(client: DNSClient(["127.0.0.1:\(server.port)"]))
        let found = try await resolver.resolve(NameQuestion(name: "carrier.test", transport: .udp, port: nil))
        #expect(
            Set(found.places) == [
                NamedPlace(address: "192.0.2.1", port: 5070, priority: 1, weight: 60),
                NamedPlace(address: "192.0.2.2", port: 5071, priority: 2, weight: 40),
            ])
        let plain = try await resolver.resolve(NameQuestion(name: "plain.test", transport: .tls, port: nil))
        #expect(plain.places == [NamedPlace(address: "192.0.2.3", port: 5061, priority: 0, weight: nil)])
        let alias = try await resolver.resolve(NameQuestion(name: "alias.test", transport: .udp, port: 5099))
        #expect(alias.places.map(\.address) == ["192.0.2.3"] && alias.places.map(\.port) == [5099])
        await #expect(throws: (any Error).self) {
            try await resolver.resolve(NameQuestion(name: "nowhere.test", transport: .udp, port: 1))
        }
    }
}

/// dnsmasq on a port of its own.
struct NameServer {
    static let path: String? = ["/usr/sbin/dnsmasq", "/usr/bin/dnsmasq"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let port: Int
    private let process: Process

    static func start(_ records: [String]) async throws -> NameServer {
        let port = Int.random(in: 17_000..<19_000)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path ?? "")
        process.arguments =
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--local=/test/",
                "--port=\(port)",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--pid-file=", "--local-ttl=60",
            ] + records
        process.standardError = FileHandle.nullDevice
        try process.run()
        let server = NameServer(port: port, process: process)
        // It answers as soon as it listens; each question is asked twice.
        for _ in 0..<20 {
            if (try? await DNSClient(["127.0.0.1:\(port)"]).ask("one.carrier.test", .a)) != nil { break }
        }
        return server
    }

    func stop() {
        // Children of ours are deaf to other signals.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
