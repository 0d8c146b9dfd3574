/// What a datagram on a socket that carries everything is, by its first bytes (RFC 7983 §7, RFC 5761 §4).
public enum PacketKind: Equatable, Sendable {
    case stun, dtls, rtp, rtcp

    /// Nil for what is none of them.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        case 128...191:
            guard bytes.count > 1 else { return nil }
            self = (192...223).contains(bytes[1]) ? .rtcp : .rtp
        default: return nil
        }
    }
}
