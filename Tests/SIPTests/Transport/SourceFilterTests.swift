import Glibc
import Logging
import NIOCore
import Testing

@testable import SIP

/// The program for the kernel's packet filter, as the kernel itself carries it out.
@Suite struct SourceFilterTests {
    /// A socket that a program decides for, and how much of what is sent there gets in.
    private final class Gatehouse {
        /// Known to every gatehouse: what it sends comes behind all that was sent before.
        private static let closing = "127.0.200.1"
        private let sender: DatagramSocket
        private let reader: CInt
        private let port: Int

        init(_ host: String, known: Set<String>, share: Double = 0) throws {
            (sender, reader) = try DatagramSocket.bind(try SocketAddress(ipAddress: host, port: 0))
            var name = sockaddr_in6()
            var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            let reader = reader
            let named = withUnsafeMutablePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(reader, $0, &length) }
            }
            try #require(named == 0)
            // The port lies at the same place in both families.
            port = Int(UInt16(bigEndian: name.sin6_port))
            try #require(sender.filter(SourceFilter(known: known.union([Self.closing]), strangersShare: share)))
        }

        deinit { close(reader) }

        func takes(from source: String, _ count: Int = 1) throws -> Int {
            try send([1, 2, 3, 4, 5], from: source, count)
            try send([0], from: Self.closing, 1)
            var waiting = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            var (taken, length) = (0, 0)
            var buffer = [UInt8](repeating: 0, count: 64)
            repeat {
                try #require(poll(&waiting, 1, 5_000) == 1)
                length = recv(reader, &buffer, buffer.count, 0)
                if length == 5 { taken += 1 }
            } while length != 1
            return taken
        }

        private func send(_ bytes: [UInt8], from source: String, _ count: Int) throws {
            let (stranger, descriptor) = try DatagramSocket.bind(try SocketAddress(ipAddress: source, port: 0))
            defer { close(descriptor) }
            let target = source.contains(":") ? "::1" : "127.0.0.1"
            let place = try SocketAddress(ipAddress: target, port: port)
            for _ in 0..<count { #expect(stranger.send(bytes, to: place) == .sent) }
        }
    }

    @Test(arguments: [1, 2, 4, 5, 9, 64, 127])
    func `whom we know gets in whole and nobody else, however many we know`(count: Int) throws {
        // Odd ones are known, even ones are strangers.
        let known = Set((0..<count).map { "127.0.\(9 + $0 / 100).\(1 + 2 * ($0 % 100))" })
        let gatehouse = try Gatehouse("127.0.0.1", known: known)
        for host in known { #expect(try gatehouse.takes(from: host) == 1, "\(host)") }
        for index in 0..<count {
            let host = "127.0.\(9 + index / 100).\(2 + 2 * (index % 100))"
            #expect(try gatehouse.takes(from: host) == 0, "\(host)")
        }
        for host in ["127.0.0.1", "127.0.9.250", "127.255.0.1"] { #expect(try gatehouse.takes(from: host) == 0) }
    }

    @Test func `of thousands all get in, and strangers who are far from them do not`() throws {
        let known = Set((0..<3_000).map { "127.7.\($0 / 200).\(1 + $0 % 200)" }).union(["not an address", "::1"])
        let filter = SourceFilter(known: known, strangersShare: 0)
        #expect(filter.instructions.count < 1_000, "a kernel takes no more than 4096, and less memory")
        let gatehouse = try Gatehouse("127.0.0.1", known: known)
        for index in stride(from: 0, to: 3_000, by: 37) {
            #expect(try gatehouse.takes(from: "127.7.\(index / 200).\(1 + index % 200)") == 1)
        }
        #expect(try gatehouse.takes(from: "127.8.0.1") == 0)
        #expect(try gatehouse.takes(from: "127.6.255.255") == 0)
    }

    @Test func `of strangers a share gets in`() throws {
        let gatehouse = try Gatehouse("127.0.0.1", known: ["127.0.9.1"], share: 0.25)
        let taken = try gatehouse.takes(from: "127.0.9.2", 2_000)
        #expect((350...650).contains(taken), "\(taken) of 2000; eight standard deviations")
        #expect(try gatehouse.takes(from: "127.0.9.1", 2_000) == 2_000)
    }

    @Test func `IPv6 is told apart by all of the address, and IPv4 is known there as well`() throws {
        let known: Set<String> = ["2001:db8::1", "2001:db8::2"]
        #expect(try Gatehouse("::", known: known).takes(from: "::1") == 0)
        #expect(
            try Gatehouse("::", known: known.union(["::1"])).takes(from: "::1") == 1)
        #expect(try Gatehouse("::", known: ["::2", "::1:1"]).takes(from: "::1") == 0)
        let many = Set((0..<100).map { "2001:db8::\($0)" })
        #expect(
            try Gatehouse("::", known: many).takes(from: "::1") == 1,
            "the gate decides")
        let mapped = try Gatehouse("127.0.0.1", known: ["::ffff:127.0.9.1"])
        #expect(try mapped.takes(from: "127.0.9.1") == 1)
        #expect(try mapped.takes(from: "127.0.9.2") == 0)
    }

    @Test func `ranges are parted where the gaps are widest`() {
        #expect(SourceFilter.ranges([], most: 3).isEmpty)
        #expect(SourceFilter.ranges([7], most: 3) == [7...7])
        #expect(SourceFilter.ranges([1, 2, 9, 10, 100], most: 3) == [1...2, 9...10, 100...100])
        #expect(SourceFilter.ranges([0, 5, .max], most: 2) == [0...5, .max ... .max])
        #expect(SourceFilter.ranges([1, 2, 9], most: 1) == [1...9])
    }

    @Test(.timeLimit(.minutes(1)))
    func `in a flood the kernel drops strangers, whom we know is answered, and behind it all are heard again`()
        async throws
    {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)])
        configuration.strangersPerSecond = 50
        configuration.isKnown = { $0 == "127.0.9.1" }
        configuration.knownHosts = { ["127.0.9.1"] }
        let endpoint = try await SIPEndpoint.start(
            configuration, handlers: SIPEndpointHandlers(), log: Logger(label: "test"))
        let known = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.9.1", 0)]), handlers: SIPEndpointHandlers(),
            log: Logger(label: "test"))
        let port = try #require(endpoint.locals.first?.port)
        let place = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        let (stranger, descriptor) = try DatagramSocket.bind(try SocketAddress(ipAddress: "127.0.9.2", port: 0))
        defer { close(descriptor) }
        let bytes = SIPWriter.bytes(plainRequest(.options, branch: "z9hG4bKflood"))
        var share = 1.0
        while share > 0.5 {
            for _ in 0..<200 { _ = stranger.send(bytes, to: place) }
            share = await endpoint.statistics().strangersShare
        }
        for count in 0..<5 {
            var request = SIPOutgoingRequest(
                .options, uri: SIPURI(host: "\(count).test"), from: NameAddress(uri: SIPURI(host: "known")))
            request.destination = SIPPeer(.udp, "127.0.0.1", port)
            #expect(await known.request(request).status.code == 200)
        }
        while await endpoint.statistics().strangersShare < 1 { await Task.yield() }
        await endpoint.stop()
        await known.stop()
    }
}
