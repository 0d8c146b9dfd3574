/// A run of packets, each with its length before it: read, put into a jitter buffer, and taken out; telephone-events too.
func check(_ bytes: [UInt8]) {
    var input = InputReader(bytes)
    var buffer = JitterBuffer()
    var receiver = TelephoneEventReceiver()
    var frame = [UInt8](repeating: 0, count: buffer.maximumPayload)
    var arrival: UInt32 = 0
    while !input.isAtEnd {
        let steps = Int(input.byte() & 3)
        arrival &+= UInt32(input.byte()) &* 16
        let packet = input.bytes(Int(input.sixteen() & 0x3FF))
        packet.withUnsafeBytes { take($0, arrival, &buffer, &receiver) }
        for _ in 0..<steps {
            let output = frame.withUnsafeMutableBytes { buffer.next(into: $0) }
            guard case .frame(let count) = output else { continue }
            mustHold(count <= frame.count, "a frame fits")
        }
        mustHold(buffer.depth <= JitterBuffer.capacity, "a buffer is no deeper than its capacity")
    }
    _ = receiver.expire(at: .max)
}

private func take(
    _ packet: UnsafeRawBufferPointer, _ arrival: UInt32, _ buffer: inout JitterBuffer,
    _ receiver: inout TelephoneEventReceiver
) {
    guard let read = RTPPacket(packet) else { return }
    mustHold(read.payload.upperBound <= packet.count, "the payload lies within the packet")
    let payload = UnsafeRawBufferPointer(rebasing: packet[read.payload])
    _ = buffer.insert(read.header, payload, arrival: arrival)
    guard let event = TelephoneEvent(payload) else { return }
    _ = receiver.take(event, timestamp: read.header.timestamp, at: Int64(arrival) * 125)
    _ = Digit.character(of: event.event)
}
