import NIOCore
import NIOPosix

/// SIP over UDP: one socket for everything in and out; reads from the kernel many datagrams at a time.
final class UDPTransport: SIPTransport {
    let local: SIPPeer
    private let channel: any Channel
    private let sender: DatagramSocket

    private init(_ channel: any Channel, _ local: SIPPeer, _ sender: DatagramSocket) {
        self.channel = channel
        self.local = local
        self.sender = sender
    }

    /// - Parameter received: called on the event loop for every datagram.
    static func bind(
        _ address: SIPPeer, on loop: any EventLoop, received: @escaping @Sendable ([UInt8], SIPPeer) -> Void
    ) async throws -> NIOLoopBound<UDPTransport> {
        let place = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        let (sender, reader) = try DatagramSocket.bind(place)
        let channel = try await DatagramBootstrap(group: loop)
            .channelOption(.datagramVectorReadMessageCount, value: vectorCount)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: vectorCount * 65_536))
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramHandler(received))
                }
            }
            .withBoundSocket(reader).get()
        return try await loop.submit {
            let bound = channel.localAddress
            let local = SIPPeer(.udp, bound?.ipAddress ?? address.host, bound?.port ?? address.port)
            return NIOLoopBound(UDPTransport(channel, local, sender), eventLoop: loop)
        }.get()
    }

    func send(_ bytes: [UInt8], to peer: SIPPeer, failed: @escaping () -> Void) {
        if let address = try? SocketAddress(ipAddress: peer.host, port: peer.port) {
            return write(bytes, to: address, failed)
        }
        resolve(peer, on: channel.eventLoop) { [self] address in
            if let address { write(bytes, to: address, failed) } else { failed() }
        }
    }

    private func write(_ bytes: [UInt8], to address: SocketAddress, _ failed: @escaping () -> Void) {
        guard sender.send(bytes, to: address) == .unreachable else { return }
        channel.eventLoop.assumeIsolated().execute(failed)
    }

    /// See ``DatagramSocket/filter(_:)``.
    func filter(_ filter: SourceFilter?) -> Bool { sender.filter(filter) }

    func close() { channel.close(promise: nil) }

    private static var vectorCount: Int { 8 }
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
