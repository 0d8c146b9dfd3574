import Contracts
import RTP
import SDP

extension MediaWorker {
    /// Takes one datagram; the socket stays ready if there are more.
    mutating func receive(slot: Int, isControl: Bool) {
        guard legs.indices.contains(slot), isOpen[slot] else { return }
        let socket = isControl ? legs[slot].rtcp : legs[slot].rtp
        guard let (count, source) = socket.receive(into: buffer) else { return }
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        if isControl {
            takeReport(slot, UnsafeRawBufferPointer(bytes), from: source)
        } else {
            take(slot, bytes, from: source)
        }
    }

    private mutating func take(_ slot: Int, _ bytes: UnsafeMutableRawBufferPointer, from source: SocketAddress) {
        guard let packet = RTPPacket(UnsafeRawBufferPointer(bytes)), let remote = legs[slot].remote else {
            legs[slot].unusable &+= 1
            return
        }
        let type = packet.header.payloadType
        let isEvent = type == remote.telephoneEventPayloadType
        guard isEvent || type == remote.payloadType else {
            // Comfort noise and the like, or somebody's guess.
            legs[slot].unusable &+= 1
            return
        }
        guard legs[slot].latch.take(source, packet.header) == .accepted else {
            legs[slot].foreign &+= 1
            return
        }
        guard legs[slot].count(packet.header, octets: packet.payload.count, at: now), remote.direction.receives else {
            return
        }
        let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[packet.payload])
        if isEvent {
            takeKey(slot, packet.header, UnsafeRawBufferPointer(payload))
        } else if let track = legs[slot].track {
            let place = legs[slot].timeline.position(of: packet.header, arrival: MediaClock.samples(now))
            track.append(UnsafeRawBufferPointer(payload), law: remote.law, at: place)
        }
        if let peer = legs[slot].peer { relay(bytes, packet, law: isEvent ? nil : remote.law, to: peer) }
    }

    /// Sends a packet on to the other leg from where it lies: a new header in front of its payload.
    private mutating func relay(
        _ bytes: UnsafeMutableRawBufferPointer, _ packet: RTPPacket, law: G711?, to peer: Int
    ) {
        guard let remote = legs[peer].remote, let destination = legs[peer].destination, !legs[peer].isFed else {
            return
        }
        guard let type = law == nil ? remote.telephoneEventPayloadType : remote.payloadType,
            var header = legs[peer].egress.relayed(packet.header, at: now)
        else { return }
        header.payloadType = type
        if let law {
            tables.convert(UnsafeMutableRawBufferPointer(rebasing: bytes[packet.payload]), from: law, to: remote.law)
        }
        let start = packet.payload.lowerBound - RTPHeader.size
        send(
            peer, header, UnsafeMutableRawBufferPointer(rebasing: bytes[start..<packet.payload.upperBound]), destination
        )
    }

    /// Writes the header over the first twelve bytes and sends the rest as payload.
    mutating func send(
        _ slot: Int, _ header: RTPHeader, _ datagram: UnsafeMutableRawBufferPointer, _ destination: SocketAddress
    ) {
        header.write(into: datagram)
        legs[slot].rtp.send(UnsafeRawBufferPointer(datagram), to: destination)
        legs[slot].egress.count(octets: datagram.count - RTPHeader.size)
        legs[slot].sentAt = now
    }

    private mutating func takeKey(_ slot: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer) {
        guard let event = TelephoneEvent(payload) else {
            legs[slot].unusable &+= 1
            return
        }
        let news = legs[slot].keys.take(event, timestamp: header.timestamp, at: now)
        tell(slot, news.overdue)
        if news.began != nil, legs[slot].playback?.options.stopsOnDigit == true { endPlayback(slot, .interrupted) }
        tell(slot, news.ended)
    }

    func tell(_ slot: Int, _ press: TelephoneEventReceiver.Press?) {
        guard let press, let key = Digit.character(of: press.event) else { return }
        tell(.digit(legs[slot].id, key, milliseconds: Int(press.duration / 8)))
    }
}
