/// The fixed header of an RTP packet (RFC 3550 §5.1), without contributing sources and extension.
public struct RTPHeader: Equatable, Sendable {
    /// How long it is when written.
    public static let size = 12

    public var marker: Bool
    public var payloadType: UInt8
    public var sequence: UInt16
    public var timestamp: UInt32
    public var ssrc: UInt32

    public init(marker: Bool = false, payloadType: UInt8, sequence: UInt16, timestamp: UInt32, ssrc: UInt32) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequence = sequence
        self.timestamp = timestamp
        self.ssrc = ssrc
    }

    /// Writes the header to the start of the buffer; false if it does not fit.
    @discardableResult
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard buffer.count >= Self.size else { return false }
        buffer[0] = 0x80
        buffer[1] = (marker ? 0x80 : 0) | (payloadType & 0x7F)
        buffer.storeBytes(of: sequence.bigEndian, toByteOffset: 2, as: UInt16.self)
        buffer.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
        return true
    }
}

/// An RTP packet as it lies in a receive buffer: its header, and where in the buffer its payload is.
public struct RTPPacket: Equatable, Sendable {
    public var header: RTPHeader
    public var payload: Range<Int>

    /// Reads a packet where it lies; nil if it is not RTP. Nothing is copied and nothing in the bytes can trap.
    ///
    /// The payload never starts before offset 12, so that a new header always fits in front of it.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= RTPHeader.size, bytes[0] >> 6 == 2 else { return nil }
        let first = bytes[0]
        let second = bytes[1]
        // 192–223 are RTCP packet types seen as RTP with the marker set (RFC 5761 §4).
        guard !(192...223).contains(second) else { return nil }
        var start = RTPHeader.size + Int(first & 0x0F) * 4
        if first & 0x10 != 0 {
            guard bytes.count >= start + 4 else { return nil }
            start += 4 + Int(bytes.bigEndian16(at: start + 2)) * 4
        }
        var end = bytes.count
        if first & 0x20 != 0 {
            let padding = Int(bytes[end - 1])
            guard padding > 0 else { return nil }
            end -= padding
        }
        guard start <= end else { return nil }
        header = RTPHeader(
            marker: second & 0x80 != 0, payloadType: second & 0x7F, sequence: bytes.bigEndian16(at: 2),
            timestamp: bytes.bigEndian32(at: 4), ssrc: bytes.bigEndian32(at: 8))
        payload = start..<end
    }
}

extension UnsafeRawBufferPointer {
    /// The caller has checked that the bytes are there.
    func bigEndian16(at offset: Int) -> UInt16 {
        UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The caller has checked that the bytes are there.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
