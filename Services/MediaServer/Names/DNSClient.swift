import Foundation
import NIOCore
import NIOPosix

/// Asks name servers over UDP, one after the other, each with a port and a number of its own, so that nobody can answer in
/// their place (RFC 5452).
struct DNSClient: Sendable {
    /// None has answered.
    struct Silence: Error, CustomStringConvertible {
        let description = "no name server has answered"
    }

    let servers: [NIOCore.SocketAddress]
    var patience: TimeAmount = .milliseconds(1_500)

    /// - Parameter servers: `192.0.2.1` or `192.0.2.1:53`; empty for those of /etc/resolv.conf.
    init(_ servers: [String]) {
        let named = servers.isEmpty ? Self.systemServers() : servers
        self.servers = named.compactMap(Self.address)
    }

    static func address(_ text: String) -> NIOCore.SocketAddress? {
        if let address = try? NIOCore.SocketAddress(ipAddress: text, port: 53) { return address }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[1]), (1...65535).contains(port) else { return nil }
        return try? NIOCore.SocketAddress(ipAddress: String(parts[0]), port: port)
    }

    private static func systemServers() -> [String] {
        guard let text = try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count >= 2 && words[0] == "nameserver" ? String(words[1]) : nil
        }
    }

    /// The first answer that says something; each server is asked twice, for datagrams are lost.
    /// - Throws: ``Silence``
    func ask(_ name: String, _ kind: DNSMessage.Kind) async throws -> DNSMessage {
        for server in servers + servers {
            let id = UInt16.random(in: .min ... .max)
            guard let question = DNSMessage.question(name, kind, id: id) else { break }
            guard let answer = try? await exchange(question, with: server, id: id), [0, 3].contains(answer.code) else {
                continue
            }
            return answer
        }
        throw Silence()
    }

    private func exchange(_ question: [UInt8], with server: NIOCore.SocketAddress, id: UInt16) async throws
        -> DNSMessage
    {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = loop.makePromise(of: DNSMessage.self)
        let own = server.protocol == .inet6 ? "::" : "0.0.0.0"
        let channel: any Channel
        do {
            channel = try await DatagramBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AnswerHandler(server, id, answered))
                    }
                }
                .bind(host: own, port: 0).get()
        } catch {
            answered.fail(error)
            throw error
        }
        let overdue = loop.scheduleTask(in: patience) { answered.fail(Silence()) }
        channel.writeAndFlush(
            AddressedEnvelope(remoteAddress: server, data: channel.allocator.buffer(bytes: question)), promise: nil)
        defer {
            overdue.cancel()
            channel.close(promise: nil)
        }
        return try await answered.futureResult.get()
    }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let server: NIOCore.SocketAddress
    private let id: UInt16
    private let answered: EventLoopPromise<DNSMessage>

    init(_ server: NIOCore.SocketAddress, _ id: UInt16, _ answered: EventLoopPromise<DNSMessage>) {
        self.server = server
        self.id = id
        self.answered = answered
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data)
        guard datagram.remoteAddress == server,
            let message = DNSMessage(Array(datagram.data.readableBytesView), answering: id)
        else { return }
        answered.succeed(message)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answered.fail(error) }
}
