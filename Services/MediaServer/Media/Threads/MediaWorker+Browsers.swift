import Contracts
import RTP
import WebRTC

/// Packets from and to browsers. Sound is decrypted where it lies, and encrypted where it is sent from; the rest, a few
/// datagrams a second, is the line's own business.
extension MediaWorker {
    /// Takes one datagram of the browser's; the socket stays ready if there are more.
    mutating func receive(slot: Int, from link: SecureLink) {
        let socket = legs[slot].rtp
        for _ in 0..<Self.maximumForeign {
            guard let (count, source) = socket.receive(into: buffer) else { return }
            let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            let arrival = link.receive(datagram, from: ICEAddress(source), at: now) { bytes, address in
                socket.send(bytes, to: SocketAddress(address))
            }
            switch arrival {
            case .sound(let count): return takeSecure(slot, UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
            case .report(let count): return readReport(slot, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            case .control: return tellPresence(slot, link)
            case .unusable:
                legs[slot].unusable &+= 1
                return
            case .foreign: legs[slot].foreign &+= 1
            }
        }
    }

    private mutating func takeSecure(_ slot: Int, _ bytes: UnsafeMutableRawBufferPointer) {
        guard let packet = RTPPacket(UnsafeRawBufferPointer(bytes)), let remote = legs[slot].remote else {
            legs[slot].unusable &+= 1
            return
        }
        let type = packet.header.payloadType
        guard type == remote.telephoneEventPayloadType || type == remote.payloadType else {
            legs[slot].unusable &+= 1
            return isAlive(slot)
        }
        takeOwn(slot, bytes, packet, remote)
    }

    /// Encrypts a packet where it lies in our buffer, and sends it.
    /// - Returns: whether it was sent.
    func seal(
        _ link: SecureLink, _ packet: UnsafeMutableRawBufferPointer, isControl: Bool, to destination: SocketAddress,
        over socket: UDPSocket
    ) -> Bool {
        guard let start = packet.baseAddress, let end = buffer.baseAddress.map({ $0 + buffer.count }), start < end
        else {
            return false
        }
        // What is behind the packet in the buffer is of no use any more.
        let memory = UnsafeMutableRawBufferPointer(start: start, count: end - start)
        guard let count = link.protect(memory, count: packet.count, isControl: isControl) else { return false }
        socket.send(UnsafeRawBufferPointer(rebasing: memory[..<count]), to: destination)
        return true
    }

    /// What a browser's line needs ten times a second.
    mutating func keep(_ link: SecureLink, of slot: Int) {
        let socket = legs[slot].rtp
        link.tick(at: now) { bytes, address in socket.send(bytes, to: SocketAddress(address)) }
        tellPresence(slot, link)
    }

    private mutating func tellPresence(_ slot: Int, _ link: SecureLink) {
        guard let line = legs[slot].browser, line.isConnected != (link.state == .connected) else { return }
        legs[slot].browser?.isConnected = !line.isConnected
        tell(line.isConnected ? .browserLost(line.station) : .browserConnected(line.station))
    }

    mutating func replaceLink(_ slot: Int, _ link: SecureLink) {
        guard let old = legs[slot].browser?.link else { return }
        tell(.browserDropped(old.dropped))
        legs[slot].browser?.link = link
        tellPresence(slot, link)
    }

    /// The line is left by one call, or taken by the next: it is heard by nobody, and nobody is heard on it.
    mutating func rename(_ slot: Int, to name: LegID) {
        separate(slot)
        endPlayback(slot, .stopped)
        legs[slot].track?.finish()
        legs[slot].track = nil
        if legs[slot].id != legs[slot].browser?.station { tell(.closed(legs[slot].id, legs[slot].statistics)) }
        slots[legs[slot].id] = nil
        slots[name] = slot
        legs[slot].begin(as: name)
    }
}
