/// A compound of reports.
func check(_ bytes: [UInt8]) {
    guard let packets = bytes.withUnsafeBytes({ RTCPPacket.read(compound: $0) }) else { return }
    mustHold(!packets.isEmpty, "a compound holds something")
    let now = NTPTime(microsecondsSince1970: 1_700_000_000_000_000)
    for packet in packets {
        switch packet {
        case .senderReport(_, _, let blocks), .receiverReport(_, let blocks):
            for block in blocks { _ = block.roundTripMicroseconds(now: now) }
        default: continue
        }
    }
}
