import Contracts
import RTP
import SDP

extension MediaWorker {
    /// After a stall, at most this many frames are made up for; the rest of the time is left out.
    private static let maximumCatchUp: Int64 = 5
    private static let keepAliveMicroseconds: Int64 = 5_000_000

    /// Sends the frame of every leg that is played to, keys are sent to, or that hears a room; again for each 20 ms that have passed.
    mutating func tick() {
        if now - nextTick > Self.maximumCatchUp * Self.frameMicroseconds { nextTick = now }
        while isTicking, now >= nextTick {
            var isNeeded = !rooms.isEmpty
            for room in rooms.values { room.collect() }
            for slot in legs.indices where isOpen[slot] {
                guard legs[slot].isFed else {
                    feedMix(slot)
                    continue
                }
                feed(slot)
                isNeeded = isNeeded || legs[slot].isFed
            }
            for room in rooms.values { room.settle() }
            nextTick += Self.frameMicroseconds
            isTicking = isNeeded
        }
    }

    private mutating func feed(_ slot: Int) {
        // Until the far end is known, time stands still.
        guard let remote = legs[slot].remote else { return }
        if legs[slot].digits.isActive {
            feedKey(slot, remote)
        } else {
            feedPrompt(slot, remote)
        }
    }

    private mutating func feedKey(_ slot: Int, _ remote: RemoteMedia) {
        let time = legs[slot].egress.advance(samples: UInt32(Self.frameSamples), at: now)
        guard let frame = legs[slot].digits.next(timestamp: time), let type = remote.telephoneEventPayloadType,
            let destination = legs[slot].destination
        else { return }
        let header = legs[slot].egress.event(frame, payloadType: type)
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + TelephoneEvent.size)])
        frame.event.write(into: UnsafeMutableRawBufferPointer(rebasing: datagram[RTPHeader.size...]))
        send(slot, header, datagram, destination)
    }

    private mutating func feedPrompt(_ slot: Int, _ remote: RemoteMedia) {
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + Self.frameSamples)])
        let frame = UnsafeMutableRawBufferPointer(rebasing: datagram[RTPHeader.size...])
        guard legs[slot].playback?.next(into: frame, law: remote.law, tables: tables) == true else {
            endPlayback(slot, .finished)
            return
        }
        sendFrame(slot, remote, datagram)
    }

    mutating func sendFrame(_ slot: Int, _ remote: RemoteMedia, _ datagram: UnsafeMutableRawBufferPointer) {
        let header = legs[slot].egress.generated(
            payloadType: remote.payloadType, samples: UInt32(Self.frameSamples), at: now)
        guard let destination = legs[slot].destination else { return }
        send(slot, header, datagram, destination)
    }

    /// What is looked after ten times a second.
    mutating func keepHouse() {
        for slot in legs.indices where isOpen[slot] {
            let press = legs[slot].keys.expire(at: now)
            tell(slot, press)
            passOn(press, from: slot)
            if let link = legs[slot].browser?.link { keep(link, of: slot) }
            guard let remote = legs[slot].remote else { continue }
            // Who has put us on hold may be silent as long as he likes; of a browser it is known whether it is there.
            if legs[slot].isExpected, legs[slot].browser == nil, remote.direction == .sendrecv, !legs[slot].hasTimedOut,
                now - legs[slot].heardAt > surroundings.silenceBeforeTimeout
            {
                legs[slot].hasTimedOut = true
                tell(.rtpTimeout(legs[slot].id))
            }
            if now - legs[slot].sentAt > Self.keepAliveMicroseconds, legs[slot].destination != nil, !legs[slot].isFed {
                keepAlive(slot, remote)
            }
            if legs[slot].reportAt != 0, now >= legs[slot].reportAt {
                legs[slot].reportAt = now + Self.keepAliveMicroseconds
                sendReport(slot, isLast: false)
            }
        }
    }

    /// A frame of silence now and then keeps NAT bindings open and far ends from giving up.
    private mutating func keepAlive(_ slot: Int, _ remote: RemoteMedia) {
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + Self.frameSamples)])
        for index in RTPHeader.size..<datagram.count { datagram[index] = remote.law.silence }
        sendFrame(slot, remote, datagram)
        legs[slot].egress.switchSource()
    }
}
