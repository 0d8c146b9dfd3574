/// Numbers IFP packets and sends the last ones along with each, so that as many may be lost in a row.
public struct UDPTLSender: Sendable {
    private let redundancy: Int
    private let longest: Int
    private var sequence: UInt16 = 0
    /// Newest first.
    private var before: [[UInt8]] = []

    /// - Parameters:
    ///   - redundancy: how many packets go along; 0 if the other side reads none.
    ///   - longest: the longest datagram that the other side takes.
    public init(redundancy: Int = 3, longest: Int = UDPTLPacket.maximumBytes) {
        self.redundancy = min(max(redundancy, 0), UDPTLPacket.maximumRecovered)
        self.longest = min(max(longest, 64), UDPTLPacket.maximumBytes)
    }

    /// The datagram that an IFP packet travels in.
    public mutating func datagram(_ ifp: [UInt8]) -> [UInt8] {
        var packet = UDPTLPacket(sequence: sequence, primary: ifp)
        var room = longest - (ifp.count + 6)
        var along: [[UInt8]] = []
        for earlier in before {
            room -= earlier.count + 2
            guard room >= 0 else { break }
            along.append(earlier)
        }
        packet.recovery = .secondaries(along)
        sequence &+= 1
        before = Array(([ifp] + before).prefix(redundancy))
        return packet.bytes
    }
}
