/// A datagram of UDPTL (ITU-T T.38 clause 9.1): an IFP packet, its number, and what makes up for packets that were lost.
public struct UDPTLPacket: Equatable, Sendable {
    /// What can be made good with it.
    public enum Recovery: Equatable, Sendable {
        /// The packets before it, newest first.
        case secondaries([[UInt8]])
        /// Parity packets; entry `i` is the sum of `span` packets, each as many numbers apart as there are entries.
        case parity(span: Int, [[UInt8]])
    }

    /// The longest datagram that is read or written.
    public static let maximumBytes = 1_400
    /// More than anybody sends along.
    public static let maximumRecovered = 16

    public var sequence: UInt16
    public var primary: [UInt8]
    public var recovery: Recovery

    public init(sequence: UInt16, primary: [UInt8], recovery: Recovery = .secondaries([])) {
        self.sequence = sequence
        self.primary = primary
        self.recovery = recovery
    }

    /// Nil for what is no UDPTL, or longer than we read.
    public init?(_ bytes: some Sequence<UInt8>) {
        var input = PERInput(Array(bytes.prefix(Self.maximumBytes + 1)))
        guard input.bytes.count <= Self.maximumBytes, let high = input.byte(), let low = input.byte(),
            let primary = input.openType(), !primary.isEmpty, let choice = input.byte()
        else { return nil }
        sequence = UInt16(high) << 8 | UInt16(low)
        self.primary = primary
        guard choice & 0x80 == 0 else {
            guard let parity = Self.parity(&input) else { return nil }
            recovery = parity
            return
        }
        guard let secondaries = input.list() else { return nil }
        recovery = .secondaries(secondaries)
    }

    private static func parity(_ input: inout PERInput) -> Recovery? {
        // An INTEGER without bounds: its length, then it. No span is longer than one byte says.
        guard input.byte() == 1, let span = input.byte(), let entries = input.list(),
            Int(span) * entries.count <= UDPTLReceiver.memory
        else { return nil }
        return .parity(span: Int(span), entries)
    }

    public var bytes: [UInt8] {
        var output: [UInt8] = [UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence)]
        Self.write(primary, &output)
        switch recovery {
        case .secondaries(let secondaries):
            output += [0x00, UInt8(clamping: secondaries.count)]
            for secondary in secondaries.prefix(255) { Self.write(secondary, &output) }
        case .parity(let span, let entries):
            output += [0x80, 1, UInt8(clamping: span), UInt8(clamping: entries.count)]
            for entry in entries.prefix(255) { Self.write(entry, &output) }
        }
        return output
    }

    private static func write(_ field: [UInt8], _ output: inout [UInt8]) {
        if field.count < 128 {
            output.append(UInt8(field.count))
        } else {
            output += [0x80 | UInt8(truncatingIfNeeded: field.count >> 8), UInt8(truncatingIfNeeded: field.count)]
        }
        output += field
    }
}

/// Reads the little of ASN.1's packed encoding (X.691, aligned) that UDPTL needs.
private struct PERInput {
    let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8? {
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return bytes[place]
    }

    /// A length of up to 16 383; nobody needs fragments in a datagram.
    mutating func length() -> Int? {
        guard let first = byte() else { return nil }
        if first & 0x80 == 0 { return Int(first) }
        guard first & 0x40 == 0, let second = byte() else { return nil }
        return Int(first & 0x3F) << 8 | Int(second)
    }

    mutating func openType() -> [UInt8]? {
        guard let count = length(), count <= bytes.count - place else { return nil }
        defer { place += count }
        return Array(bytes[place..<(place + count)])
    }

    mutating func list() -> [[UInt8]]? {
        guard let count = length(), count <= UDPTLPacket.maximumRecovered else { return nil }
        var list: [[UInt8]] = []
        for _ in 0..<count {
            guard let entry = openType() else { return nil }
            list.append(entry)
        }
        return list
    }
}
