/// Writes RTCP packets one after another into a buffer; what does not fit is left out and ``isComplete`` turns false.
public struct RTCPWriter {
    /// How many bytes are written.
    public private(set) var count = 0
    public private(set) var isComplete = true
    private let buffer: UnsafeMutableRawBufferPointer

    public init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    public mutating func senderReport(ssrc: UInt32, _ info: RTCPSenderInfo, _ block: RTCPReportBlock? = nil) {
        guard begin(RTCPType.senderReport, items: block == nil ? 0 : 1, body: 24 + (block == nil ? 0 : 24)) else {
            return
        }
        put(ssrc)
        put(UInt32(truncatingIfNeeded: info.time.value >> 32))
        put(UInt32(truncatingIfNeeded: info.time.value))
        put(info.timestamp)
        put(info.packets)
        put(info.octets)
        if let block { put(block) }
    }

    public mutating func receiverReport(ssrc: UInt32, _ block: RTCPReportBlock? = nil) {
        guard begin(RTCPType.receiverReport, items: block == nil ? 0 : 1, body: 4 + (block == nil ? 0 : 24)) else {
            return
        }
        put(ssrc)
        if let block { put(block) }
    }

    /// Who we are, the same name for as long as the call lasts.
    public mutating func sourceDescription(ssrc: UInt32, cname: StaticString) {
        let length = min(cname.utf8CodeUnitCount, 255)
        // One byte of type, one of length, at least one zero at the end, filled up to 32 bits.
        let item = (2 + length + 1 + 3) & ~3
        guard begin(RTCPType.sourceDescription, items: 1, body: 4 + item) else { return }
        put(ssrc)
        let end = count + item
        put8(1)
        put8(UInt8(length))
        for index in 0..<length { put8(cname.utf8Start[index]) }
        while count < end { put8(0) }
    }

    public mutating func bye(ssrc: UInt32) {
        guard begin(RTCPType.bye, items: 1, body: 4) else { return }
        put(ssrc)
    }

    private mutating func begin(_ type: UInt8, items: UInt8, body: Int) -> Bool {
        guard buffer.count - count >= 4 + body else {
            isComplete = false
            return false
        }
        put8(0x80 | items)
        put8(type)
        buffer.storeBytes(of: UInt16(body / 4).bigEndian, toByteOffset: count, as: UInt16.self)
        count += 2
        return true
    }

    private mutating func put(_ block: RTCPReportBlock) {
        put(block.ssrc)
        let lost = UInt32(bitPattern: min(max(block.lost, -0x80_0000), 0x7F_FFFF)) & 0xFF_FFFF
        put(UInt32(block.fractionLost) << 24 | lost)
        put(block.highestSequence)
        put(block.jitter)
        put(block.lastSenderReport)
        put(block.delaySinceLastSenderReport)
    }

    /// `begin` has made sure of the room.
    private mutating func put(_ value: UInt32) {
        buffer.storeBytes(of: value.bigEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }

    private mutating func put8(_ value: UInt8) {
        buffer[count] = value
        count += 1
    }
}
