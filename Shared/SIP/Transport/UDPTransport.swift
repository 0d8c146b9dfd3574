import NIOCore
import NIOPosix

/// SIP over UDP: one socket for everything in and out; reads and writes go to the kernel many at a time.
final class UDPTransport: SIPTransport {
    let local: SIPPeer
    private let channel: any Channel
    private let flusher: Flusher

    private init(_ channel: any Channel, _ local: SIPPeer, _ flusher: Flusher) {
        self.channel = channel
        self.local = local
        self.flusher = flusher
    }

    /// - Parameter received: called on the event loop for every datagram.
    static func bind(
        _ address: SIPPeer, on loop: any EventLoop, received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) async throws -> NIOLoopBound<UDPTransport> {
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.datagramVectorReadMessageCount, value: vectorCount)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: vectorCount * 65_536))
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelOption(.writeBufferWaterMark, value: .init(low: 2 << 20, high: 4 << 20))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(received))
                }
            }
            .bind(host: address.host, port: address.port).get()
        return try await loop.submit {
            let bound = channel.localAddress
            let local = SIPPeer(.udp, bound?.ipAddress ?? address.host, bound?.port ?? address.port)
            let transport = UDPTransport(channel, local, Flusher(channel))
            return NIOLoopBound(transport, eventLoop: loop)
        }.get()
    }

    func send(_ bytes: [UInt8], to peer: SIPPeer, failed: @escaping () -> Void) {
        // The kernel is behind by megabytes: dropped, and retransmitted later.
        guard channel.isWritable else { return }
        if let address = try? SocketAddress(ipAddress: peer.host, port: peer.port) { return write(bytes, to: address) }
        resolve(peer, on: channel.eventLoop) { [self] address in
            if let address { write(bytes, to: address) } else { failed() }
        }
    }

    private func write(_ bytes: [UInt8], to address: SocketAddress) {
        let buffer = channel.allocator.buffer(bytes: bytes)
        channel.write(AddressedEnvelope(remoteAddress: address, data: buffer), promise: nil)
        flusher.flushSoon()
    }

    func close() { channel.close(promise: nil) }

    private static var vectorCount: Int { 8 }
}

/// Collects the writes of one turn of the event loop into one flush.
final class Flusher {
    private let channel: any Channel
    private var isScheduled = false

    init(_ channel: any Channel) { self.channel = channel }

    func flushSoon() {
        guard !isScheduled else { return }
        isScheduled = true
        channel.eventLoop.assumeIsolated().execute { [self] in
            isScheduled = false
            channel.flush()
        }
    }
}

/// Looks up a name off the event loop, and answers on it. Gives the first IPv4 address if there is one.
func resolve(_ peer: SIPPeer, on loop: any EventLoop, _ done: @escaping (SocketAddress?) -> Void) {
    let (host, port) = (peer.host, peer.port)
    let lookup = NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
        try SocketAddress.makeAddressResolvingHost(host, port: port)
    }
    lookup.assumeIsolated().whenComplete { done(try? $0.get()) }
}

private final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let received: @Sendable ([UInt8], SIPPeer) -> Void

    init(_ received: @escaping @Sendable ([UInt8], SIPPeer) -> Void) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data)
        guard let host = datagram.remoteAddress.ipAddress, let port = datagram.remoteAddress.port else { return }
        // Keep-alives of a few blank bytes are common and mean nothing.
        guard datagram.data.readableBytes > 4 else { return }
        received(Array(datagram.data.readableBytesView), SIPPeer(.udp, host, port))
    }

    /// An ICMP error of one peer must not close the socket of all.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
