import Contracts
import Logging
import RTP
import SDP
import WebRTC

extension MediaWorker {
    /// What is asked of legs that are here.
    mutating func performOnLegs(_ command: MediaCommand) {
        guard let id = command.legs.first, let slot = slots[id] else { return }
        switch command {
        case .connect(_, let remote, let address): connect(slot, remote, address)
        case .expectSound:
            legs[slot].isExpected = true
            legs[slot].latch.expect(at: now)
            isAlive(slot)
        case .play(_, let playback): play(slot, playback)
        case .stopPlaying: endPlayback(slot, .stopped)
        case .bridge(_, let other): if let other = slots[other] { bridge(slot, other) }
        case .unbridge: separate(slot)
        case .sendDigits(_, let digits): sendDigits(slot, digits)
        case .detectAnswer(_, let detection): detectAnswer(slot, detection)
        case .recognize(_, let recognition): listenForSpeech(slot, recognition)
        case .record(_, let track): record(slot, track)
        case .fax(_, let line): attach(slot, line)
        case .faxMessage(_, let message): message.withUnsafeBytes { legs[slot].fax?.send($0) }
        case .image(_, let address): connectImage(slot, address)
        case .rename(_, let name): rename(slot, to: name)
        case .link(_, let link): replaceLink(slot, link)
        case .restartICE(_, let local, let remote): legs[slot].browser?.link.restart(local: local, remote: remote)
        case .adopt, .expect, .release, .arrange, .close, .stop: break
        }
    }

    private mutating func connect(_ slot: Int, _ remote: RemoteMedia, _ address: SocketAddress) {
        legs[slot].image = nil
        describe(slot, remote)
        legs[slot].latch.signal(address, learns: remote.learnsSource, at: now)
        isAlive(slot)
        if legs[slot].reportAt == 0 {
            legs[slot].sentAt = now
            // Legs answered together must not report together.
            legs[slot].reportAt = now + 2_500_000 + Int64(legs[slot].egress.ssrc & 0xFFFFF) * 2
        }
    }

    /// Its silence is counted from now on.
    mutating func isAlive(_ slot: Int) {
        legs[slot].heardAt = now
        legs[slot].hasTimedOut = false
    }

    private mutating func play(_ slot: Int, _ playback: Playback) {
        endPlayback(slot, .stopped)
        legs[slot].playback = playback
        startTicking()
    }

    mutating func endPlayback(_ slot: Int, _ outcome: LegPlayFinished.Outcome) {
        guard let playback = legs[slot].playback else { return }
        legs[slot].playback = nil
        tell(.playFinished(legs[slot].id, id: playback.options.id, outcome))
    }

    private mutating func bridge(_ first: Int, _ second: Int) {
        guard first != second, !areJoined(first, second) else { return }
        join(first, second)
        endPlayback(first, .stopped)
        endPlayback(second, .stopped)
    }

    /// Two hear each other: what can be is relayed, the rest is translated.
    mutating func join(_ first: Int, _ second: Int) {
        guard first != second, !areJoined(first, second) else { return }
        for slot in [first, second] {
            separate(slot)
            legs[slot].egress.switchSource()
        }
        guard canRelay(first, second) else { return translate(first, second) }
        legs[first].peer = second
        legs[second].peer = first
    }

    /// As they are to be: relayed if they can be.
    private func areJoined(_ first: Int, _ second: Int) -> Bool {
        guard !canRelay(first, second) else { return legs[first].peer == second }
        guard let seat = seatOf[first], seat.room.id.isPair else { return false }
        return seatOf[second]?.room === seat.room
    }

    /// Who is not described yet will say so when it is.
    private func canRelay(_ first: Int, _ second: Int) -> Bool {
        guard let one = legs[first].remote, let other = legs[second].remote else { return true }
        return one.speaksLike(other)
    }

    /// The leg leaves its bridge, or its room.
    mutating func separate(_ slot: Int) {
        leaveRoom(slot)
        guard let peer = legs[slot].peer else { return }
        for slot in [slot, peer] {
            legs[slot].peer = nil
            legs[slot].egress.switchSource()
        }
    }

    mutating func sendDigits(_ slot: Int, _ digits: String) {
        guard legs[slot].remote != nil else { return }
        guard legs[slot].digits.send(digits) else {
            surroundings.log.warning("too many keys to send", metadata: ["leg.id": "\(legs[slot].id)"])
            return
        }
        startTicking()
    }

    private mutating func record(_ slot: Int, _ track: RecordingTrack?) {
        legs[slot].track?.finish()
        legs[slot].track = track
        legs[slot].timeline = RecordingTimeline()
        listen(slot)
    }
}
