import RTP

/// Short words for these tests.
extension RTPHeader {
    static func numbered(_ sequence: UInt16, timestamp: UInt32? = nil, payloadType: UInt8 = 8) -> RTPHeader {
        RTPHeader(
            payloadType: payloadType, sequence: sequence, timestamp: timestamp ?? UInt32(sequence) &* 160, ssrc: 0xCAFE)
    }
}

extension RTPPacket {
    init?(bytes: [UInt8]) {
        guard let packet = bytes.withUnsafeBytes({ RTPPacket($0) }) else { return nil }
        self = packet
    }
}

func read(compound bytes: [UInt8]) -> [RTCPPacket]? { bytes.withUnsafeBytes { RTCPPacket.read(compound: $0) } }

func written(_ size: Int = 1_500, _ body: (inout RTCPWriter) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { buffer in
        var writer = RTCPWriter(buffer)
        body(&writer)
        return writer.count
    }
    return Array(bytes.prefix(count))
}

extension JitterBuffer {
    /// Inserts a frame whose bytes are its number.
    mutating func insert(_ sequence: UInt16, at frames: Double) -> Insertion {
        let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 160)
        return payload.withUnsafeBytes { insert(.numbered(sequence), $0, arrival: UInt32(frames * 160)) }
    }

    /// The number of the frame that comes out; nil if none does.
    mutating func play() -> Int? {
        var buffer = [UInt8](repeating: 0, count: 480)
        let output = buffer.withUnsafeMutableBytes { next(into: $0) }
        guard case .frame = output else { return nil }
        return Int(buffer[0])
    }
}

/// A small repeatable source of randomness.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

    /// Flips, cuts, repeats and inserts a few times.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(5) {
            let at = below(bytes.count)
            switch below(6) {
            case 0 where !bytes.isEmpty: bytes[at] = UInt8(truncatingIfNeeded: next())
            case 1 where !bytes.isEmpty: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8)))
            case 2: bytes.insert(contentsOf: bytes.dropFirst(at).prefix(below(30)), at: at)
            case 3 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(below(8))
            case 4 where !bytes.isEmpty: bytes[at] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
            default: bytes = Array(bytes.prefix(at))
            }
        }
        return bytes
    }
}
