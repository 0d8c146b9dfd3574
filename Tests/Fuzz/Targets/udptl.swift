/// A run of UDPTL datagrams, each with its length before it: read, written and read again, and put in order.
func check(_ bytes: [UInt8]) {
    var input = InputReader(bytes)
    var receiver = UDPTLReceiver()
    var last: UInt16?
    while !input.isAtEnd {
        let datagram = input.bytes(Int(input.sixteen() & 0x7FF))
        guard let packet = UDPTLPacket(datagram) else { continue }
        mustHold(UDPTLPacket(packet.bytes) == packet, "written and read again it is the same")
        for news in receiver.take(packet) {
            if let last {
                let distance = Int(Int16(bitPattern: news.sequence &- last))
                mustHold(distance > 0 || abs(distance) > 900, "each is handed on once, in order")
            }
            last = news.sequence
        }
    }
    _ = bytes.withUnsafeBytes { FaxSound($0) }
}
