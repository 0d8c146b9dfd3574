/// A way for bytes to travel. All of it happens on the endpoint's event loop.
protocol SIPTransport: AnyObject {
    /// Where it listens.
    var local: SIPPeer { get }

    /// - Parameter failed: called later, on the event loop, if the bytes certainly did not go out.
    func send(_ bytes: [UInt8], to peer: SIPPeer, failed: @escaping () -> Void)

    func close()
}
