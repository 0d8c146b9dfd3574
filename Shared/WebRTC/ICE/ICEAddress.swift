/// A numeric IPv4 address and a port, both in host order.
public struct ICEAddress: Hashable, Sendable {
    public var host: UInt32
    public var port: UInt16

    public init(host: UInt32, port: UInt16) {
        self.host = host
        self.port = port
    }
}
