import NIOCore
import NIOPosix

/// SIP over TCP or TLS: takes connections, opens them when a peer has none, and keeps them until they are idle for long.
final class TCPTransport: SIPTransport {
    let local: SIPPeer
    private let loop: any EventLoop
    private let listener: any Channel
    private let received: @Sendable ([UInt8], SIPPeer) -> Void
    private let limit: Int
    private let tls: SIPTLS?
    private var connections: [UInt64: Connection] = [:]
    private var byAddress: [String: UInt64] = [:]
    private var connecting: [String: [Waiting]] = [:]
    private var nextNumber: UInt64 = 0
    private var isClosed = false

    private struct Connection {
        let channel: any Channel
        let flusher: Flusher
    }

    private struct Waiting {
        let bytes: [UInt8]
        let failed: () -> Void
    }

    private init(
        _ listener: any Channel, _ local: SIPPeer, limit: Int, tls: SIPTLS?,
        received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) {
        self.listener = listener
        self.local = local
        self.limit = limit
        self.tls = tls
        self.received = received
        loop = listener.eventLoop
    }

    /// - Parameters:
    ///   - tls: nil for plain TCP.
    ///   - received: called on the event loop for every message.
    static func bind(
        _ address: SIPPeer, on loop: any EventLoop, limit: Int, tls: SIPTLS? = nil,
        received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) async throws -> NIOLoopBound<TCPTransport> {
        let place = try await loop.submit { NIOLoopBound(Place(), eventLoop: loop) }.get()
        // Connections live on the endpoint's own loop, so that nothing has to hop.
        let listener = try await ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 512)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: writeBuffer)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try place.value.transport?.accept(channel, calledAs: nil) }
            }
            .bind(host: address.host, port: address.port).get()
        return try await loop.submit {
            let bound = listener.localAddress
            let local = SIPPeer(address.transport, bound?.ipAddress ?? address.host, bound?.port ?? address.port)
            let transport = TCPTransport(listener, local, limit: limit, tls: tls, received: received)
            place.value.transport = transport
            return NIOLoopBound(transport, eventLoop: loop)
        }.get()
    }

    private final class Place { weak var transport: TCPTransport? }

    func send(_ bytes: [UInt8], to peer: SIPPeer, failed: @escaping () -> Void) {
        if let number = peer.connection, let connection = connections[number] {
            return write(bytes, connection, failed)
        }
        // Who is called by another name than his address has to show it, on a connection of its own.
        let key = "\(peer.host):\(peer.port)" + (tls == nil ? "" : peer.name.map { "/" + $0 } ?? "")
        if let number = byAddress[key], let connection = connections[number] {
            return write(bytes, connection, failed)
        }
        if let waiting = connecting[key] {
            guard waiting.count < Self.waitingLimit else { return fail(failed) }
            connecting[key] = waiting + [Waiting(bytes: bytes, failed: failed)]
            return
        }
        guard !isClosed, connections.count + connecting.count < limit else { return fail(failed) }
        connecting[key] = [Waiting(bytes: bytes, failed: failed)]
        connect(peer, key)
    }

    private func write(_ bytes: [UInt8], _ connection: Connection, _ failed: @escaping () -> Void) {
        let channel = connection.channel
        // A peer that reads too slowly is as good as gone.
        guard channel.isWritable else { return fail(failed) }
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenFailure { _ in failed() }
        channel.write(channel.allocator.buffer(bytes: bytes), promise: written)
        connection.flusher.flushSoon()
    }

    /// Never in the caller's turn: it is in the middle of something.
    private func fail(_ failed: @escaping () -> Void) { loop.assumeIsolated().execute(failed) }

    private func connect(_ peer: SIPPeer, _ key: String) {
        guard let address = try? SocketAddress(ipAddress: peer.host, port: peer.port) else {
            resolve(peer, on: loop) { [self] address in
                let name = peer.name ?? peer.host
                if let address { connect(address, name, key) } else { connected(nil, name, key) }
            }
            return
        }
        connect(address, peer.name ?? peer.host, key)
    }

    private func connect(_ address: SocketAddress, _ name: String, _ key: String) {
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(5))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: Self.writeBuffer)
            .connect(to: address)
            .assumeIsolated()
            .whenComplete { [self] result in connected(try? result.get(), name, key) }
    }

    private func connected(_ channel: (any Channel)?, _ name: String, _ key: String) {
        let waiting = connecting.removeValue(forKey: key) ?? []
        guard let channel, (try? accept(channel, calledAs: name)) != nil, let connection = connections[nextNumber]
        else {
            for message in waiting { message.failed() }
            return
        }
        byAddress[key] = nextNumber
        for message in waiting { write(message.bytes, connection, message.failed) }
    }

    /// Makes a channel one of our connections.
    /// - Parameter name: the peer's, if we opened it.
    private func accept(_ channel: any Channel, calledAs name: String?) throws {
        guard !isClosed, connections.count < limit, let remote = channel.remoteAddress, let host = remote.ipAddress,
            let port = remote.port
        else {
            channel.close(promise: nil)
            throw ChannelError.ioOnClosedChannel
        }
        nextNumber += 1
        let number = nextNumber
        connections[number] = Connection(channel: channel, flusher: Flusher(channel))
        // Who calls from an address has not shown to be whom we would reach there (RFC 5923 §8.2).
        if tls == nil || name != nil { byAddress["\(host):\(port)"] = number }
        let peer = SIPPeer(local.transport, host, port, connection: number)
        if let tls {
            if let name {
                try channel.pipeline.syncOperations.addHandler(tls.clientHandler(name))
            } else {
                try channel.pipeline.syncOperations.addHandler(tls.serverHandler())
            }
        }
        try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(readTimeout: Self.idleLimit),
            StreamHandler(peer, received: received) { [weak self] in self?.closed(number) },
        ])
    }

    private func closed(_ number: UInt64) {
        connections[number] = nil
        for (key, other) in byAddress where other == number { byAddress[key] = nil }
    }

    func close() {
        isClosed = true
        listener.close(promise: nil)
        for connection in connections.values { connection.channel.close(promise: nil) }
    }

    /// What may wait for a peer to read.
    private static var writeBuffer: ChannelOptions.Types.WriteBufferWaterMark { .init(low: 512 << 10, high: 1 << 20) }
    private static var waitingLimit: Int { 256 }
    /// Longer than a registration lasts, for a telephone may say nothing between two.
    private static var idleLimit: TimeAmount { .minutes(65) }
}

/// One connection: cuts the stream into messages; closes it when it can no longer be cut.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let peer: SIPPeer
    private let received: @Sendable ([UInt8], SIPPeer) -> Void
    private let closed: () -> Void
    private var framer = SIPStreamFramer()
    /// Ends a connection that never says anything.
    private var patience: Scheduled<Void>?

    init(_ peer: SIPPeer, received: @escaping @Sendable ([UInt8], SIPPeer) -> Void, closed: @escaping () -> Void) {
        self.peer = peer
        self.received = received
        self.closed = closed
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        patience = context.eventLoop.assumeIsolated().scheduleTask(in: Self.firstMessageLimit) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(SIPParseError) {
            var frames = try framer.append(unwrapInboundIn(data).readableBytesView)
            while !frames.isEmpty {
                for frame in frames { take(frame, context) }
                frames = try framer.append([])
            }
        } catch {
            // Where the next message starts can no longer be known (RFC 3261 §18.3): say so and hang up.
            if let answer = SIPRefusal.answer(to: framer.pending, error) { write(answer.bytes, context) }
            context.close(promise: nil)
        }
    }

    private func take(_ frame: SIPStreamFramer.Frame, _ context: ChannelHandlerContext) {
        switch frame {
        case .message(let bytes):
            patience?.cancel()
            received(bytes, peer)
        case .keepAlive: write("\r\n".utf8.map { $0 }, context)
        }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        patience?.cancel()
        closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// From the opening of a connection, with a handshake if there is one, to its first whole message. Longer than a
    /// transaction takes to be given up.
    private static var firstMessageLimit: TimeAmount { .seconds(40) }
}
