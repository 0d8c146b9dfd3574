import Contracts
import RTP

extension MediaWorker {
    /// Nobody needs to report more often.
    private static let readEveryMicroseconds: Int64 = 200_000

    /// Sends a sender or receiver report with our name, and a BYE at the end.
    mutating func sendReport(_ slot: Int, isLast: Bool) {
        guard let destination = legs[slot].controlDestination else { return }
        let ssrc = legs[slot].egress.ssrc
        let block = legs[slot].reportBlock(at: now)
        var writer = RTCPWriter(buffer)
        if legs[slot].egress.packets > 0 {
            let info = RTCPSenderInfo(
                time: NTPTime(microsecondsSince1970: Timestamp.now().microseconds),
                timestamp: legs[slot].egress.timestamp(at: now),
                packets: UInt32(truncatingIfNeeded: legs[slot].egress.packets),
                octets: UInt32(truncatingIfNeeded: legs[slot].egress.octets))
            writer.senderReport(ssrc: ssrc, info, block)
        } else {
            writer.receiverReport(ssrc: ssrc, block)
        }
        writer.sourceDescription(ssrc: ssrc, cname: "carillon")
        if isLast { writer.bye(ssrc: ssrc) }
        let report = UnsafeMutableRawBufferPointer(rebasing: buffer[..<writer.count])
        if let link = legs[slot].browser?.link {
            _ = seal(link, report, isControl: true, to: destination, over: legs[slot].rtp)
        } else {
            legs[slot].rtcp?.send(UnsafeRawBufferPointer(report), to: destination)
        }
    }

    /// - Returns: whether it was the leg's own.
    mutating func takeReport(_ slot: Int, _ bytes: UnsafeRawBufferPointer, from source: SocketAddress) -> Bool {
        guard let destination = legs[slot].latch.destination, source.host == destination.host else {
            legs[slot].foreign &+= 1
            return false
        }
        readReport(slot, bytes)
        return true
    }

    /// Reads a report that is the leg's own.
    mutating func readReport(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
        guard now - legs[slot].controlReadAt >= Self.readEveryMicroseconds else { return }
        legs[slot].controlReadAt = now
        guard let packets = RTCPPacket.read(compound: bytes) else {
            legs[slot].unusable &+= 1
            return
        }
        // Who is silent to save packets, or muted, still reports.
        isAlive(slot)
        take(packets, slot)
    }

    private mutating func take(_ packets: [RTCPPacket], _ slot: Int) {
        for packet in packets {
            switch packet {
            case .senderReport(_, let info, let blocks):
                legs[slot].lastSenderReport = (info.time.middle, now)
                takeBlocks(slot, blocks)
            case .receiverReport(_, let blocks): takeBlocks(slot, blocks)
            case .sourceDescription, .bye, .other: break
            }
        }
    }

    private mutating func takeBlocks(_ slot: Int, _ blocks: [RTCPReportBlock]) {
        guard let block = blocks.first(where: { $0.ssrc == legs[slot].egress.ssrc }) else { return }
        legs[slot].lostByPeer = Int64(block.lost)
        let time = NTPTime(microsecondsSince1970: Timestamp.now().microseconds)
        legs[slot].roundTrip = block.roundTripMicroseconds(now: time) ?? legs[slot].roundTrip
    }
}
