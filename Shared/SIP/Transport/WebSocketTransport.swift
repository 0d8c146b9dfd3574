import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// SIP over WebSocket (RFC 7118), plain or through TLS: one message a WebSocket message. Browsers open the connections; we
/// cannot open any, so that a peer is reached by its own connection or not at all.
final class WebSocketTransport: SIPTransport {
    let local: SIPPeer
    private let loop: any EventLoop
    private let listener: any Channel
    private let received: @Sendable ([UInt8], SIPPeer) -> Void
    private let limit: Int
    private var connections: [UInt64: any Channel] = [:]
    private var nextNumber: UInt64 = 0
    private var isClosed = false

    private init(
        _ listener: any Channel, _ local: SIPPeer, limit: Int, received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) {
        self.listener = listener
        self.local = local
        self.limit = limit
        self.received = received
        loop = listener.eventLoop
    }

    /// - Parameters:
    ///   - tls: nil for plain connections, as behind a proxy that does TLS.
    ///   - received: called on the event loop for every message.
    static func bind(
        _ address: SIPPeer, on loop: any EventLoop, limit: Int, tls: SIPTLS? = nil,
        received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) async throws -> NIOLoopBound<WebSocketTransport> {
        let place = try await loop.submit { NIOLoopBound(Place(), eventLoop: loop) }.get()
        let listener = try await ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 512)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 512 << 10, high: 1 << 20))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(tls.serverHandler()) }
                    try handshake(channel) {
                        if let transport = place.value.transport { try transport.accept(channel) }
                    }
                }
            }
            .bind(host: address.host, port: address.port).get()
        return try await loop.submit {
            let bound = listener.localAddress
            let local = SIPPeer(address.transport, bound?.ipAddress ?? address.host, bound?.port ?? address.port)
            let transport = WebSocketTransport(listener, local, limit: limit, received: received)
            place.value.transport = transport
            return NIOLoopBound(transport, eventLoop: loop)
        }.get()
    }

    private final class Place { weak var transport: WebSocketTransport? }

    /// HTTP until the peer has asked for the subprotocol `sip` (§4.1).
    private static func handshake(_ channel: any Channel, upgraded: @escaping @Sendable () throws -> Void) throws {
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: SIPLimits.messageBytes,
            shouldUpgrade: { channel, head in
                let asked = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains { $0.lowercased() == "sip" }
                return channel.eventLoop.makeSucceededFuture(asked ? ["Sec-WebSocket-Protocol": "sip"] : nil)
            },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeCompletedFuture { try upgraded() } })
        let impatient = HandshakeHandler()
        let bound = NIOLoopBound(impatient, eventLoop: channel.eventLoop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            ))
        try pipeline.addHandler(impatient)
    }

    private func accept(_ channel: any Channel) throws {
        guard !isClosed, connections.count < limit, let remote = channel.remoteAddress, let host = remote.ipAddress,
            let port = remote.port
        else {
            channel.close(promise: nil)
            throw ChannelError.ioOnClosedChannel
        }
        nextNumber += 1
        let number = nextNumber
        connections[number] = channel
        let peer = SIPPeer(local.transport, host, port, connection: number)
        try channel.pipeline.syncOperations.addHandlers([
            WebSocketMaskHandler(),
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64,
                maxAccumulatedFrameSize: SIPLimits.messageBytes),
            WebSocketHandler(peer, received: received) { [weak self] in self?.connections[number] = nil },
        ])
    }

    func send(_ bytes: [UInt8], to peer: SIPPeer, failed: @escaping () -> Void) {
        guard let channel = peer.connection.flatMap({ connections[$0] }), channel.isWritable else {
            return loop.assumeIsolated().execute(failed)
        }
        // Browsers make text of text frames and refuse what is no UTF-8; a message whose body is not goes as it is.
        let isText = String(validating: bytes, as: UTF8.self) != nil
        let frame = WebSocketFrame(
            fin: true, opcode: isText ? .text : .binary, data: channel.allocator.buffer(bytes: bytes))
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenFailure { _ in failed() }
        channel.writeAndFlush(frame, promise: written)
    }

    func close() {
        isClosed = true
        listener.close(promise: nil)
        for channel in connections.values { channel.close(promise: nil) }
    }
}

/// Before the upgrade: tells whoever wants anything else that there is nothing else, and ends who says nothing.
private final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var patience: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        patience = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(20)) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { patience?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let headers: HTTPHeaders = [
            "Upgrade": "websocket", "Sec-WebSocket-Protocol": "sip", "Connection": "close", "Content-Length": "0",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: .upgradeRequired, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let (channel, written) = (context.channel, context.eventLoop.makePromise(of: Void.self))
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
