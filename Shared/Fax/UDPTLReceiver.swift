/// Puts the IFP packets that come by UDPTL in order, each once, and makes good what was lost as far as it can be.
public struct UDPTLReceiver: Sendable {
    /// An IFP packet and its number; a number left out was lost for good.
    public struct Numbered: Equatable, Sendable {
        public let sequence: UInt16
        public let ifp: [UInt8]
    }

    /// How many packets back are kept, for parity.
    public static let memory = 64
    /// Farther apart, a stream has begun anew.
    private static let longestJump = 1_000

    private var expected: UInt16?
    private var kept: [UInt16: [UInt8]] = [:]
    public private(set) var received = 0
    /// Made good from other packets.
    public private(set) var repaired = 0
    /// Never seen.
    public private(set) var lost = 0

    public init() {}

    /// - Returns: what is to be handed on now, in order.
    public mutating func take(_ packet: UDPTLPacket) -> [Numbered] {
        let distance = expected.map { Int(Int16(bitPattern: packet.sequence &- $0)) } ?? 0
        guard abs(distance) <= Self.longestJump else {
            kept = [:]
            expected = packet.sequence
            return take(packet)
        }
        // Late, or again.
        guard distance >= 0 else { return [] }
        received += 1
        kept[packet.sequence] = packet.primary
        var news: [Numbered] = []
        for back in stride(from: distance, to: 0, by: -1) {
            let sequence = packet.sequence &- UInt16(back)
            guard let ifp = restored(sequence, back: back, packet.recovery) else {
                lost += 1
                continue
            }
            repaired += 1
            kept[sequence] = ifp
            news.append(Numbered(sequence: sequence, ifp: ifp))
        }
        news.append(Numbered(sequence: packet.sequence, ifp: packet.primary))
        expected = packet.sequence &+ 1
        forget(before: packet.sequence &- UInt16(Self.memory))
        return news
    }

    private func restored(_ sequence: UInt16, back: Int, _ recovery: UDPTLPacket.Recovery) -> [UInt8]? {
        guard let of = kept[sequence &+ UInt16(back)], !of.isEmpty else { return nil }
        switch recovery {
        case .secondaries(let secondaries):
            guard secondaries.indices.contains(back - 1), !secondaries[back - 1].isEmpty else { return nil }
            return secondaries[back - 1]
        case .parity(let span, let entries):
            return entries.indices.lazy.compactMap {
                sum(of: entries[$0], entry: $0, of: entries.count, span, sequence, newest: sequence &+ UInt16(back))
            }.first
        }
    }

    /// What is left of a parity packet when all others that it is the sum of are taken out.
    private func sum(
        of parity: [UInt8], entry: Int, of entries: Int, _ span: Int, _ wanted: UInt16, newest: UInt16
    ) -> [UInt8]? {
        var rest = parity
        var isCovered = false
        for step in 1...max(1, span) {
            let sequence = newest &+ UInt16(entry) &- UInt16(truncatingIfNeeded: step * entries)
            if sequence == wanted {
                isCovered = true
                continue
            }
            guard let other = kept[sequence], other.count <= rest.count else { return nil }
            for index in other.indices { rest[index] ^= other[index] }
        }
        return isCovered && !rest.isEmpty ? rest : nil
    }

    private mutating func forget(before oldest: UInt16) {
        guard kept.count > Self.memory else { return }
        kept = kept.filter { Int16(bitPattern: $0.key &- oldest) >= 0 }
    }
}
