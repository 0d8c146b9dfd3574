import Codecs
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
                guard isFed(slot) else {
                    feedMix(slot)
                    continue
                }
                feed(slot)
                isNeeded = isNeeded || isFed(slot)
            }
            for room in rooms.values { room.settle() }
            nextTick += Self.frameMicroseconds
            isTicking = isNeeded
        }
    }

    private mutating func feed(_ slot: Int) {
        guard legs[slot].fax == nil else { return feedFax(slot) }
        // Until the far end is known, time stands still.
        guard let remote = legs[slot].remote else { return }
        if legs[slot].digits.isActive {
            feedKey(slot, remote)
        } else {
            feedPrompt(slot, remote)
        }
    }

    private mutating func feedKey(_ slot: Int, _ remote: RemoteMedia) {
        guard let type = remote.telephoneEventPayloadType else { return feedTone(slot, remote) }
        let time = legs[slot].egress.advance(samples: UInt32(remote.codec.clockRate / 50), at: now)
        guard let frame = legs[slot].digits.next(timestamp: time), let destination = destination(of: slot) else {
            return
        }
        let header = legs[slot].egress.event(frame, payloadType: type)
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + TelephoneEvent.size)])
        frame.event.write(into: UnsafeMutableRawBufferPointer(rebasing: datagram[RTPHeader.size...]))
        send(slot, header, datagram, destination)
    }

    /// The same keys as tones, for who takes no telephone-events.
    private mutating func feedTone(_ slot: Int, _ remote: RemoteMedia) {
        let key = legs[slot].digits.next(timestamp: 0)
        let frame = UnsafeMutableBufferPointer(rebasing: samples[..<Self.frameSamples])
        if let key, !key.event.isEnd {
            if key.marker { legs[slot].keyTone = KeyTone(key.event.event) }
            legs[slot].keyTone?.fill(frame)
        } else {
            frame.update(repeating: 0)
        }
        say(slot, remote, UnsafeBufferPointer(frame), at: .narrow)
    }

    private mutating func feedPrompt(_ slot: Int, _ remote: RemoteMedia) {
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + Self.frameSamples)])
        let frame = UnsafeMutableRawBufferPointer(rebasing: datagram[RTPHeader.size...])
        let law = remote.law ?? .aLaw
        guard legs[slot].playback?.next(into: frame, law: law, tables: tables) == true else {
            legs[slot].voice?.forget()
            endPlayback(slot, .finished)
            return
        }
        guard !remote.isPlain else { return sendFrame(slot, remote, datagram) }
        for index in 0..<Self.frameSamples { samples[index] = law.decode(frame[index]) }
        say(slot, remote, UnsafeBufferPointer(rebasing: samples[..<Self.frameSamples]), at: .narrow)
    }

    /// Says 20 ms to the leg: encodes them, and sends what packets are full.
    mutating func say(_ slot: Int, _ remote: RemoteMedia, _ frame: UnsafeBufferPointer<Int16>, at rate: SampleRate) {
        if remote.isPlain, let law = remote.law {
            let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + frame.count)])
            for index in 0..<frame.count { datagram[RTPHeader.size + index] = law.encode(frame[index]) }
            return sendFrame(slot, remote, datagram)
        }
        guard let voice = legs[slot].voice else { return }
        voice.say(frame, at: rate)
        let payload = UnsafeMutableRawBufferPointer(rebasing: buffer[RTPHeader.size...])
        while let count = voice.next(into: payload) {
            let header = legs[slot].egress.generated(
                payloadType: remote.payloadType, samples: voice.packetUnits, at: now)
            guard count > 0, let destination = destination(of: slot) else { continue }
            send(
                slot, header, UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + count)]), destination)
        }
    }

    private mutating func sendFrame(_ slot: Int, _ remote: RemoteMedia, _ datagram: UnsafeMutableRawBufferPointer) {
        let header = legs[slot].egress.generated(
            payloadType: remote.payloadType, samples: UInt32(Self.frameSamples), at: now)
        guard let destination = destination(of: slot) else { return }
        send(slot, header, datagram, destination)
    }

    /// What is looked after ten times a second.
    mutating func keepHouse() {
        for slot in legs.indices where isOpen[slot] {
            let press = legs[slot].keys.expire(at: now)
            tell(slot, press)
            passOn(press, from: slot)
            if let link = legs[slot].browser?.link { keep(link, of: slot) }
            if let ear = legs[slot].answerEar { tell(slot, ear, ear.catchUp(at: now)) }
            catchUpSpeech(slot)
            guard let remote = legs[slot].remote else { continue }
            // Who has put us on hold may be silent as long as he likes; of a browser it is known whether it is there.
            // A fax ends by its own clocks.
            if legs[slot].isExpected, legs[slot].browser == nil, legs[slot].fax == nil, remote.direction == .sendrecv,
                !legs[slot].hasTimedOut,
                now - legs[slot].heardAt > surroundings.silenceBeforeTimeout
            {
                legs[slot].hasTimedOut = true
                tell(.rtpTimeout(legs[slot].id))
            }
            if now - legs[slot].sentAt > Self.keepAliveMicroseconds, destination(of: slot) != nil, !isFed(slot) {
                keepAlive(slot, remote)
            }
            if legs[slot].reportAt != 0, now >= legs[slot].reportAt {
                legs[slot].reportAt = now + Self.keepAliveMicroseconds
                sendReport(slot, isLast: false)
                tellQuality(slot, remote)
            }
        }
    }

    private mutating func tellQuality(_ slot: Int, _ remote: RemoteMedia) {
        let statistics = legs[slot].statistics
        tell(.quality(legs[slot].id, QualityInterval(codec: remote.codec, from: legs[slot].reported, to: statistics)))
        legs[slot].reported = statistics
    }

    /// A packet of silence now and then keeps NAT bindings open and far ends from giving up.
    private mutating func keepAlive(_ slot: Int, _ remote: RemoteMedia) {
        let silence = UnsafeMutableBufferPointer(rebasing: samples[..<Self.frameSamples])
        silence.update(repeating: 0)
        let sent = legs[slot].egress.packets
        for _ in 0..<3 where legs[slot].egress.packets == sent {
            say(slot, remote, UnsafeBufferPointer(silence), at: .narrow)
        }
        legs[slot].egress.switchSource()
        legs[slot].voice?.forget()
    }
}
