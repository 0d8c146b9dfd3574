import NIOCore
import NIOWebSocket

/// Ends a connection whose client sends what is not masked (RFC 6455 §5.1).
final class WebSocketMaskHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard unwrapInboundIn(data).maskKey != nil else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }
}

/// One WebSocket: messages in, pings to see that the peer is still there, and the goodbye. What breaks the rules of
/// RFC 6455 ends it.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let peer: SIPPeer
    private let received: @Sendable ([UInt8], SIPPeer) -> Void
    private let closed: () -> Void
    private var ping: RepeatedTask?
    /// Pings since the peer was last heard.
    private var unanswered = 0
    private var isSilent = true
    private var isClosing = false

    /// Shorter than proxies and NATs keep a connection that nothing comes through.
    private static var pingInterval: TimeAmount { .seconds(25) }
    private static var mostUnanswered: Int { 3 }

    init(_ peer: SIPPeer, received: @escaping @Sendable ([UInt8], SIPPeer) -> Void, closed: @escaping () -> Void) {
        self.peer = peer
        self.received = received
        self.closed = closed
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ping = context.eventLoop.scheduleRepeatedTask(initialDelay: Self.pingInterval, delay: Self.pingInterval) { _ in
            let (handler, context) = bound.value
            handler.beat(context)
        }
    }

    /// Whoever has never said a word, or answers no ping, is not there.
    private func beat(_ context: ChannelHandlerContext) {
        unanswered += 1
        guard unanswered <= Self.mostUnanswered, !(isSilent && unanswered > 1) else {
            return context.close(promise: nil)
        }
        write(.ping, context.channel.allocator.buffer(string: "carillon"), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        unanswered = 0
        switch frame.opcode {
        case .text, .binary: take(frame, context)
        case .ping: write(.pong, frame.unmaskedData, context)
        case .pong: break
        case .connectionClose: sayGoodbye(nil, context)
        default: sayGoodbye(.protocolError, context)
        }
    }

    private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        let bytes = Array(frame.unmaskedData.readableBytesView)
        guard bytes.count <= SIPLimits.messageBytes else { return sayGoodbye(.messageTooLarge, context) }
        // Keep-alives as over TCP (RFC 5626 §3.5.1).
        if bytes.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
            if bytes.count >= 4 { write(.text, context.channel.allocator.buffer(string: "\r\n"), context) }
            return
        }
        isSilent = false
        received(bytes, peer)
    }

    private func sayGoodbye(_ code: WebSocketErrorCode?, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        var data = context.channel.allocator.buffer(capacity: 2)
        data.write(webSocketErrorCode: code ?? .normalClosure)
        let (channel, written) = (context.channel, context.eventLoop.makePromise(of: Void.self))
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ping?.cancel()
        closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
