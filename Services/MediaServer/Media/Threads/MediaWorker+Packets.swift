import Contracts
import RTP
import SDP

extension MediaWorker {
    /// So many of a stranger's datagrams are passed over in a turn, so that they do not crowd out the leg's own.
    static let maximumForeign = 64

    /// Takes one datagram of the leg's; the socket stays ready if there are more.
    mutating func receive(slot: Int, isControl: Bool) {
        guard legs.indices.contains(slot), isOpen[slot] else { return }
        if let link = legs[slot].browser?.link { return receive(slot: slot, from: link) }
        if legs[slot].image != nil, !isControl { return receiveImage(slot) }
        guard let descriptor = isControl ? legs[slot].rtcp?.descriptor : legs[slot].rtp.descriptor else { return }
        for _ in 0..<Self.maximumForeign {
            guard let (count, source) = UDPSocket.receive(from: descriptor, into: buffer) else { return }
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            if PacketTap.isAnyOn {
                let tap = isControl ? legs[slot].rtcp?.tap : legs[slot].rtp.tap
                tap?.put(UnsafeRawBufferPointer(bytes), source, isOutgoing: false)
            }
            let isOwn =
                isControl
                ? takeReport(slot, UnsafeRawBufferPointer(bytes), from: source) : take(slot, bytes, from: source)
            if isOwn { return }
        }
    }

    /// - Returns: whether it was the leg's own.
    private mutating func take(
        _ slot: Int, _ bytes: UnsafeMutableRawBufferPointer, from source: SocketAddress
    ) -> Bool {
        let isLocked = source == legs[slot].latch.locked
        guard let packet = RTPPacket(UnsafeRawBufferPointer(bytes)), let remote = legs[slot].remote else {
            legs[slot].unusable &+= 1
            return isLocked
        }
        let type = packet.header.payloadType
        guard
            type == remote.payloadType || type == remote.telephoneEventPayloadType
                || type == remote.comfortNoisePayloadType
        else {
            legs[slot].unusable &+= 1
            // What nobody agreed on is no sound, but a sign of life.
            if isLocked { isAlive(slot) }
            return isLocked
        }
        guard legs[slot].latch.take(source, packet.header, at: now) == .accepted else {
            legs[slot].foreign &+= 1
            return false
        }
        takeOwn(slot, bytes, packet, remote)
        return true
    }

    mutating func takeOwn(
        _ slot: Int, _ bytes: UnsafeMutableRawBufferPointer, _ packet: RTPPacket, _ remote: RemoteMedia
    ) {
        guard legs[slot].count(packet.header, octets: packet.payload.count, at: now), remote.direction.receives else {
            return
        }
        let kind = PacketKind(packet.header.payloadType, remote)
        let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[packet.payload])
        switch kind {
        case .key: takeKey(slot, packet.header, UnsafeRawBufferPointer(payload))
        case .noise: takeNoise(slot, packet.header, UnsafeRawBufferPointer(payload))
        case .sound: takeSound(slot, packet.header, UnsafeRawBufferPointer(payload), remote.law)
        }
        if let peer = legs[slot].peer { relay(bytes, packet, kind, from: remote, to: peer) }
    }

    private mutating func takeSound(
        _ slot: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, _ law: G711?
    ) {
        if let fax = legs[slot].fax, let law { hear(fax, header, payload, law) }
        if let ear = legs[slot].ear {
            hear(slot, ear, header, payload, law)
        } else if let track = legs[slot].track, let law {
            let arrival = MediaClock.samples(now)
            track.append(payload, law: law, at: legs[slot].timeline.position(of: header, arrival: arrival))
        }
        guard let seat = seatOf[slot] else { return }
        seat.room.take(seat.index, header, payload, arrival: legs[slot].arrival(at: now))
    }

    private mutating func takeNoise(_ slot: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer) {
        guard let seat = seatOf[slot] else { return }
        seat.room.takeNoise(seat.index, header, payload, arrival: legs[slot].arrival(at: now))
    }

    /// Sends a packet on to the other leg from where it lies: a new header in front of its payload.
    private mutating func relay(
        _ bytes: UnsafeMutableRawBufferPointer, _ packet: RTPPacket, _ kind: PacketKind, from: RemoteMedia, to peer: Int
    ) {
        guard let remote = legs[peer].remote, let destination = destination(of: peer), !isFed(peer),
            let type = kind.payloadType(to: remote, from: from),
            var header = legs[peer].egress.relayed(packet.header, at: now)
        else { return }
        header.payloadType = type
        if kind == .sound, let law = from.law, let other = remote.law {
            tables.convert(UnsafeMutableRawBufferPointer(rebasing: bytes[packet.payload]), from: law, to: other)
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
        if let link = legs[slot].browser?.link {
            guard seal(link, datagram, isControl: false, to: destination, over: legs[slot].rtp) else { return }
        } else {
            let bytes = UnsafeRawBufferPointer(datagram)
            if PacketTap.isAnyOn { legs[slot].rtp.tap.put(bytes, destination, isOutgoing: true) }
            UDPSocket.send(bytes, to: destination, over: legs[slot].rtp.descriptor)
        }
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
        passOn(news.overdue, from: slot)
        passOn(news.ended, from: slot)
    }

    func tell(_ slot: Int, _ press: TelephoneEventReceiver.Press?) {
        guard let press, let key = Digit.character(of: press.event) else { return }
        let perMillisecond = UInt32(max(1, (legs[slot].remote?.telephoneEventClockRate ?? 8_000) / 1_000))
        tell(.digit(legs[slot].id, key, milliseconds: Int(press.duration / perMillisecond)))
    }
}

/// What is in a packet that both sides agreed on.
private enum PacketKind {
    case sound, key, noise

    init(_ type: UInt8, _ remote: RemoteMedia) {
        // The key's number first: a peer that gives both the same number presses keys.
        self = type == remote.telephoneEventPayloadType ? .key : type == remote.payloadType ? .sound : .noise
    }

    /// The number it has for another leg; nil if it is not to be sent there.
    func payloadType(to remote: RemoteMedia, from: RemoteMedia) -> UInt8? {
        switch self {
        case .sound: remote.payloadType
        // In another clock it is pressed anew.
        case .key: remote.takesKeys(like: from) ? remote.telephoneEventPayloadType : nil
        case .noise: remote.comfortNoisePayloadType
        }
    }
}

extension RemoteMedia {
    /// Key packets can be passed on as they are.
    func takesKeys(like other: RemoteMedia) -> Bool {
        telephoneEventPayloadType != nil && telephoneEventClockRate == other.telephoneEventClockRate
    }
}
