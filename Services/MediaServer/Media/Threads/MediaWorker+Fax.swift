import Codecs
import Contracts
import Fax
import Glibc
import RTP

// Faxes: sound and datagrams pass between a leg and the worker of its fax, or, by T.38, between two legs.

extension MediaWorker {
    /// What a worker's socket is known by among a leg's.
    static let faxKey: UInt64 = 2
    /// So many messages of a worker are taken in a turn.
    private static let messagesAtOnce = 16

    /// Gives the leg a fax's worker, or takes it away.
    mutating func attach(_ slot: Int, _ line: FaxLine?) {
        if let before = legs[slot].fax {
            poll.remove(before.descriptor)
            close(before.descriptor)
            legs[slot].egress.switchSource()
        }
        legs[slot].fax = line
        guard let line else { return }
        endPlayback(slot, .stopped)
        poll.add(line.descriptor, key: UInt64(slot) << 2 | Self.faxKey)
        startTicking()
    }

    /// From now on the leg has no sound but a fax.
    mutating func connectImage(_ slot: Int, _ address: SocketAddress) {
        endPlayback(slot, .stopped)
        if legs[slot].image?.signalled != address {
            let host = legs[slot].latch.locked?.host ?? legs[slot].image?.soundHost
            legs[slot].image = ImageLine(signalled: address, soundHost: host)
        }
        legs[slot].remote = nil
        legs[slot].ear = nil
        isAlive(slot)
        // What was translated is passed on as it is.
        guard let seat = seatOf[slot], seat.room.id.isPair else { return }
        if let other = seat.room.slots.compactMap({ $0 }).first(where: { $0 != slot }) { join(slot, other) }
    }

    // MARK: From the far end

    mutating func hear(_ fax: FaxLine, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, _ law: G711) {
        withUnsafeTemporaryAllocation(byteCount: 1 + FaxSound.size + payload.count, alignment: 1) { message in
            message[0] = FaxMessage.Kind.sound.rawValue
            let head = FaxSound(isALaw: law == .aLaw, sequence: header.sequence, timestamp: header.timestamp)
            head.write(into: UnsafeMutableRawBufferPointer(rebasing: message[1...]))
            UnsafeMutableRawBufferPointer(rebasing: message[(1 + FaxSound.size)...]).copyMemory(from: payload)
            fax.send(UnsafeRawBufferPointer(message))
        }
    }

    /// Takes what has come by UDPTL: for the worker, or for the other leg.
    mutating func receiveImage(_ slot: Int) {
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[1..<FaxMessage.maximumBytes])
        for _ in 0..<Self.maximumForeign {
            guard let (count, source) = legs[slot].rtp.receive(into: room) else { return }
            guard count > 0, legs[slot].image?.take(source) == true else {
                legs[slot].foreign &+= 1
                continue
            }
            isAlive(slot)
            if let fax = legs[slot].fax {
                buffer[0] = FaxMessage.Kind.datagram.rawValue
                return fax.send(UnsafeRawBufferPointer(rebasing: buffer[..<(count + 1)]))
            }
            guard let peer = legs[slot].peer, let destination = legs[peer].image?.destination else { return }
            return legs[peer].rtp.send(UnsafeRawBufferPointer(rebasing: room[..<count]), to: destination)
        }
    }

    // MARK: From the worker

    /// 20 ms have passed. The worker answers each.
    mutating func feedFax(_ slot: Int) {
        guard let fax = legs[slot].fax else { return }
        fax.tick()
        legs[slot].fax?.unanswered += 1
        guard fax.unanswered >= FaxLine.patience else { return }
        attach(slot, nil)
        tell(.faxStalled(legs[slot].id))
    }

    mutating func receiveFax(slot: Int) {
        for _ in 0..<Self.messagesAtOnce {
            guard legs.indices.contains(slot), isOpen[slot], let fax = legs[slot].fax else { return }
            guard let count = fax.receive(into: buffer) else { return attach(slot, nil) }
            guard count > 0 else { return }
            let message = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            switch FaxMessage.Kind(rawValue: message[0]) {
            case .sound:
                legs[slot].fax?.unanswered = 0
                say(slot, UnsafeRawBufferPointer(rebasing: message[1...]))
            case .datagram:
                guard let destination = legs[slot].image?.destination else { continue }
                legs[slot].rtp.send(UnsafeRawBufferPointer(rebasing: message[1...]), to: destination)
            case .job, .tick, .image, nil: continue
            }
        }
    }

    /// The worker's voice, 20 ms of it.
    private mutating func say(_ slot: Int, _ sound: UnsafeRawBufferPointer) {
        guard let remote = legs[slot].remote, sound.count == Self.frameSamples * 2 else { return }
        // Copied: what is said is put where the message lies.
        for index in 0..<Self.frameSamples {
            samples[index] = Int16(littleEndian: sound.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
        }
        say(slot, remote, UnsafeBufferPointer(rebasing: samples[..<Self.frameSamples]), at: .narrow)
    }
}
