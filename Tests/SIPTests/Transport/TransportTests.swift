import Logging
import NIOCore
import NIOPosix
import Testing

@testable import SIP

/// Sockets: what arrives in pieces, what never arrives, and what is no SIP at all.
@Suite struct TransportTests {
    /// An endpoint on any port, closed behind the body.
    private func withEndpoint(
        _ transport: SIPTransportKind, _ handlers: SIPEndpointHandlers = SIPEndpointHandlers(),
        methods: [SIPMethod] = [.options, .message], _ body: (SIPEndpoint, SIPPeer) async throws -> Void
    ) async throws {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(transport, "127.0.0.1", 0)])
        configuration.methods = methods
        if transport == .tls { configuration.tls = try await TestCertificate.shared().tls() }
        let endpoint = try await SIPEndpoint.start(configuration, handlers: handlers, log: Logger(label: "test"))
        do {
            try await body(endpoint, try #require(endpoint.locals.first))
        } catch {
            await endpoint.stop()
            throw error
        }
        await endpoint.stop()
    }

    private func options(branch: String) -> [UInt8] {
        var request = plainRequest(.options, branch: branch)
        request.via[0] = Via(transport: "TCP", host: "127.0.0.1", port: 5060, branch: branch)
        return SIPWriter.bytes(request)
    }

    /// Writes pieces to a TCP listener and reads until the other side closes or enough has come.
    private func exchange(_ pieces: [[UInt8]], with peer: SIPPeer, until enough: (String) -> Bool) async throws
        -> String
    {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: peer.host, port: peer.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            for piece in pieces { try await outbound.write(ByteBuffer(bytes: piece)) }
            var text = ""
            for try await buffer in inbound {
                text += String(buffer: buffer)
                if enough(text) { break }
            }
            return text
        }
    }

    @Test func `a message may come in pieces and two in one`() async throws {
        try await withEndpoint(.tcp) { _, peer in
            let one = options(branch: "z9hG4bKone")
            let two = options(branch: "z9hG4bKtwo")
            let pieces = [Array(one.prefix(20)), Array(one.dropFirst(20)) + two]
            let text = try await exchange(pieces, with: peer) { $0.contains("bKone") && $0.contains("bKtwo") }
            #expect(text.ranges(of: "SIP/2.0 200 OK").count == 2)
        }
    }

    @Test func `a ping gets its pong`() async throws {
        try await withEndpoint(.tcp) { _, peer in
            let pong = try await exchange([Array("\r\n\r\n".utf8)], with: peer) { $0 == "\r\n" }
            #expect(pong == "\r\n")
        }
    }

    @Test func `a stream that cannot be cut is refused and closed`() async throws {
        try await withEndpoint(.tcp) { endpoint, peer in
            let bad = wire("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\nContent-Length: x\n\n")
            // The loop ends only when the endpoint closes.
            let text = try await exchange([bad], with: peer) { _ in false }
            #expect(text.hasPrefix("SIP/2.0 400 "))
            let good = try await exchange([options(branch: "z9hG4bKx")], with: peer) { $0.contains("\r\n\r\n") }
            #expect(good.hasPrefix("SIP/2.0 200 "), "others are served on")
        }
    }

    @Test func `a malformed message in a good stream costs only itself`() async throws {
        try await withEndpoint(.tcp) { _, peer in
            let bad = wire("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\nl: 0\n\n")
            let text = try await exchange([bad, options(branch: "z9hG4bKx")], with: peer) { $0.contains("200 OK") }
            #expect(text.hasPrefix("SIP/2.0 400 "))
        }
    }

    @Test func `connections beyond the limit are closed`() async throws {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(.tcp, "127.0.0.1", 0)])
        configuration.connectionLimit = 0
        let endpoint = try await SIPEndpoint.start(
            configuration, handlers: SIPEndpointHandlers(), log: Logger(label: "test"))
        let peer = try #require(endpoint.locals.first)
        let text = try? await exchange([options(branch: "z9hG4bKx")], with: peer) { _ in false }
        #expect(text ?? "" == "")
        await endpoint.stop()
    }

    @Test func `a connection refused is a local 503 at once`() async throws {
        let port = try await unusedPort()
        try await withEndpoint(.tcp) { endpoint, _ in
            let response = await endpoint.request(request(to: "127.0.0.1", port, .tcp))
            #expect(response.status == 503)
            #expect(response.isLocal)
        }
    }

    @Test(arguments: SIPTransportKind.dialled)
    func `a name that means nothing is a local 503`(transport: SIPTransportKind) async throws {
        try await withEndpoint(transport) { endpoint, _ in
            let response = await endpoint.request(request(to: "no-such-host.invalid", 5060, transport))
            #expect(response.status == 503)
        }
    }

    @Test(arguments: SIPTransportKind.dialled)
    func `a name is looked up`(transport: SIPTransportKind) async throws {
        try await withEndpoint(transport) { _, peer in
            try await withEndpoint(transport) { client, _ in
                let response = await client.request(request(to: "localhost", peer.port, transport))
                #expect(response.status == 200)
            }
        }
    }

    @Test(arguments: SIPTransportKind.dialled)
    func `a message of 40 000 bytes arrives whole`(transport: SIPTransportKind) async throws {
        let handlers = SIPEndpointHandlers(request: { $0.respond(200, body: .sdp($0.request.body)) })
        try await withEndpoint(transport, handlers) { _, peer in
            try await withEndpoint(transport) { client, _ in
                var message = request(to: "127.0.0.1", peer.port, transport)
                message.method = .message
                message.body = SIPBody(type: "text/plain", bytes: Array(repeating: UInt8(ascii: "x"), count: 40_000))
                let response = await client.request(message)
                #expect(response.status == 200)
                #expect(response.body.count == 40_000)
            }
        }
    }

    @Test func `a call that comes while the sockets open waits for somebody to be told`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let told = try await loop.submit {
            var told = 0
            let runtime = EndpointRuntime(
                SIPEndpointConfiguration(listeners: []), loop: loop,
                onInvite: { _, _, _ in
                    told += 1
                    return { _ in }
                }, onRequest: { _, _, _ in })
            runtime.received(SIPWriter.bytes(plainRequest(.invite)), SIPPeer(.udp, "192.0.2.1", 5060))
            let before = told
            runtime.open()
            runtime.close()
            return [before, told]
        }.get()
        #expect(told == [0, 1])
    }

    @Test func `datagrams that are no SIP cost nothing`() async throws {
        try await withEndpoint(.udp) { endpoint, peer in
            let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            let address = try SocketAddress(ipAddress: peer.host, port: peer.port)
            for junk in ["garbage in", "\0\0\0\0\0\0\0\0", "\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n"] {
                try await socket.writeAndFlush(
                    AddressedEnvelope(remoteAddress: address, data: ByteBuffer(string: junk)))
            }
            try await socket.close()
            try await withEndpoint(.udp) { client, _ in
                let response = await client.request(request(to: "127.0.0.1", peer.port, .udp))
                #expect(response.status == 200)
            }
            let statistics = await endpoint.statistics()
            #expect(statistics.malformed == 3, "the keep-alive is none")
        }
    }

    @Test func `a request that wants its answer at a port that cannot be does not silence the socket`() async throws {
        try await withEndpoint(.udp) { endpoint, peer in
            let socket = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: 0).get()
            var hostile = plainRequest(.options)
            hostile.via[0] = Via(transport: "UDP", host: "127.0.0.1", port: 0, branch: "z9hG4bKzero")
            try await socket.writeAndFlush(
                AddressedEnvelope(
                    remoteAddress: SocketAddress(ipAddress: peer.host, port: peer.port),
                    data: ByteBuffer(bytes: SIPWriter.bytes(hostile))))
            try await socket.close()
            try await expectAnswer(at: peer)
        }
    }

    /// Broadcast, a family that the socket is not of, class E: what the kernel refuses to send.
    @Test(arguments: ["255.255.255.255", "2001:db8::1", "240.0.0.1", "0.0.0.0"])
    func `a request that cannot be sent fails, and the socket goes on`(host: String) async throws {
        try await withEndpoint(.udp) { endpoint, peer in
            let answers = await withTaskGroup(of: Int?.self) { group in
                group.addTask { await endpoint.request(request(to: host, 0, .udp)).status.code }
                return await group.next() ?? nil
            }
            #expect(answers == 503)
            try await expectAnswer(at: peer)
        }
    }

    private func expectAnswer(at peer: SIPPeer) async throws {
        try await withEndpoint(.udp) { client, _ in
            let response = await client.request(request(to: "127.0.0.1", peer.port, .udp))
            #expect(response.status == 200)
        }
    }

    @Test func `an address in use stops the start`() async throws {
        try await withEndpoint(.tcp) { _, peer in
            await #expect(throws: (any Error).self) {
                _ = try await SIPEndpoint.start(
                    SIPEndpointConfiguration(listeners: [peer]), handlers: SIPEndpointHandlers(),
                    log: Logger(label: "test"))
            }
        }
    }

    private func request(to host: String, _ port: Int, _ transport: SIPTransportKind) -> SIPOutgoingRequest {
        let uri = SIPURI(host: host, port: port)
        var request = SIPOutgoingRequest(
            .options, uri: uri, from: NameAddress(uri: SIPURI(user: "me", host: "127.0.0.1")))
        request.destination = SIPPeer(transport, host, port)
        return request
    }
}

/// A TCP port that was free a moment ago.
func unusedPort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port
    try await channel.close()
    return try #require(port)
}
