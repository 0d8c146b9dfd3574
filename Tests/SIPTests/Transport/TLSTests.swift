import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import SIP

/// SIP over TLS: who is believed, and what is taken.
@Suite struct TLSTests {
    private func endpoint(
        _ tls: SIPTLS?, handlers: SIPEndpointHandlers = SIPEndpointHandlers()
    ) async throws -> SIPEndpoint {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(.tls, "127.0.0.1", 0)])
        configuration.tls = tls
        return try await SIPEndpoint.start(configuration, handlers: handlers, log: Logger(label: "test"))
    }

    private func options(to callee: SIPEndpoint) throws -> SIPOutgoingRequest {
        let local = try #require(callee.locals.first)
        let uri = try SIPURI("sips:bob@127.0.0.1:\(local.port)")
        return SIPOutgoingRequest(.options, uri: uri, from: NameAddress(uri: SIPURI(user: "a", host: "127.0.0.1")))
    }

    @Test func `a sips URI goes by TLS to a peer whose certificate is believed`() async throws {
        let certificate = try await TestCertificate.shared()
        let callee = try await endpoint(certificate.tls())
        let caller = try await endpoint(certificate.tls())
        let response = await caller.request(try options(to: callee))
        #expect(response.status == 200)
        await caller.stop()
        await callee.stop()
    }

    @Test func `a peer whose certificate nobody vouches for is not told anything`() async throws {
        let certificate = try await TestCertificate.shared()
        let stranger = try TestCertificate.make()
        let callee = try await endpoint(stranger.tls())
        let caller = try await endpoint(certificate.tls())
        let response = await caller.request(try options(to: callee))
        #expect(response.status == 503)
        #expect(await callee.statistics().messagesReceived == 0)
        await caller.stop()
        await callee.stop()
    }

    @Test func `what is no TLS is hung up on, and the next peer is served`() async throws {
        let certificate = try await TestCertificate.shared()
        let callee = try await endpoint(certificate.tls())
        let local = try #require(callee.locals.first)
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: local.host, port: local.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: "OPTIONS sip:bob@127.0.0.1 SIP/2.0\r\n\r\n"))
            var answer = ""
            do { for try await buffer in inbound { answer += String(buffer: buffer) } } catch {}
            #expect(!answer.contains("SIP/2.0"))
        }
        let caller = try await endpoint(certificate.tls())
        #expect(await caller.request(try options(to: callee)).status == 200)
        await caller.stop()
        await callee.stop()
    }

    @Test func `openssl speaks to it`() async throws {
        let certificate = try await TestCertificate.shared()
        let callee = try await endpoint(certificate.tls())
        let local = try #require(callee.locals.first)
        var request = plainRequest(.options, branch: "z9hG4bKopenssl")
        request.via[0] = Via(transport: "TLS", host: "127.0.0.1", port: 5061, branch: "z9hG4bKopenssl")
        let words = try await answer(of: SIPWriter.bytes(request), at: local, believing: certificate)
        #expect(words.contains("SIP/2.0 200 OK"))
        #expect(words.contains("Verify return code: 0 (ok)"))
        await callee.stop()
    }

    @Test func `a listener of TLS without a certificate does not start`() async throws {
        await #expect(throws: SIPTLSMissing.self) { try await endpoint(nil) }
    }

    /// What `openssl s_client` prints when it sends bytes and then waits for the first response.
    private func answer(of bytes: [UInt8], at peer: SIPPeer, believing certificate: TestCertificate) async throws
        -> String
    {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "s_client", "-connect", "\(peer.host):\(peer.port)", "-CAfile", certificate.certificate, "-verify_ip",
            "127.0.0.1", "-ign_eof",
        ]
        let (input, output) = (Pipe(), Pipe())
        openssl.standardInput = input
        openssl.standardOutput = output
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        try input.fileHandleForWriting.write(contentsOf: Data(bytes))
        let words = await Task.detached {
            var words = ""
            while !words.contains("Content-Length") {
                let data = output.fileHandleForReading.availableData
                if data.isEmpty { break }
                words += String(decoding: data, as: UTF8.self)
            }
            return words
        }.value
        // Programs that Foundation starts may have SIGTERM blocked.
        kill(openssl.processIdentifier, SIGKILL)
        openssl.waitUntilExit()
        return words
    }
}
