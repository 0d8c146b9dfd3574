import Codecs
import Contracts
import Glibc
import Logging
import RTP
import SDP
import WebRTC

/// One dedicated thread of media: it waits on the sockets of its legs, relays what comes, plays what is to be played every
/// 20 ms, and does what its mailbox says. Only this thread touches its legs, so nothing is locked; nothing is allocated
/// for a packet.
struct MediaWorker: ~Copyable {
    /// What it shares with the rest.
    struct Surroundings: Sendable {
        var index: Int
        var mailboxes: [Mailbox<MediaCommand>]
        var ports: PortPool
        var happened: MediaEvents
        var silenceBeforeTimeout: Int64
        var log: Logger
    }

    static let frameMicroseconds: Int64 = 20_000
    static let frameSamples = 160
    private static let housekeepingMicroseconds: Int64 = 100_000
    /// With so many legs, the first packet waits a moment for those behind it: waking up for each costs more than handling it,
    /// and a moment is nothing beside the twenty milliseconds that are in a packet.
    private static let gatheringLegs = 24
    /// When so many have come in a turn, the next ones are as good as there: only the clock wakes the thread.
    private static let gatheringPackets = 3
    /// Not a leg's slot.
    private static let mailboxKey = UInt64.max

    let surroundings: Surroundings
    let tables = LawTables()
    /// The longest datagram that is read whole, with room for a header.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2_048, alignment: 16)
    /// What is recorded of a packet that is not G.711.
    let coded = UnsafeMutableRawBufferPointer.allocate(byteCount: maximumPacketSamples, alignment: 16)
    /// A frame being made.
    let samples = UnsafeMutableBufferPointer<Int16>.allocate(capacity: maximumPacketSamples)
    let poll = Epoll()

    /// A slot keeps what its last leg left until the next takes it.
    var legs = LegTable()
    var isOpen: [Bool] = []
    private var free: [Int] = []
    /// Who sits in a room that is mixed, by slot.
    var seatOf: [MixSeat?] = []
    var rooms: [MixRoom.Name: MixRoom] = [:]
    var slots: [LegID: Int] = [:]
    /// What is asked of legs that are on their way here.
    private var expected: [LegID: [MediaCommand]] = [:]
    /// Legs here that something was asked of together with one that is on its way: what is asked of them next waits too.
    private var waitsFor: [LegID: LegID] = [:]

    var now = MediaClock.now()
    var isTicking = false
    var nextTick: Int64 = 0
    private var nextHousekeeping: Int64 = 0
    /// Much came in the last turn.
    private var isBusy = false
    private var stopping: CheckedContinuation<Void, Never>?

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    deinit {
        buffer.deallocate()
        coded.deallocate()
        samples.deallocate()
    }

    var mailbox: Mailbox<MediaCommand> { surroundings.mailboxes[surroundings.index] }

    /// Runs until it is told to stop.
    mutating func run() {
        Epoll.sleepExactly()
        poll.add(mailbox.descriptor, key: Self.mailboxKey)
        nextHousekeeping = now + Self.housekeepingMicroseconds
        while stopping == nil {
            turn(waitingUpTo: min(isTicking ? nextTick : .max, nextHousekeeping))
        }
        for slot in legs.indices where isOpen[slot] { closeLeg(slot) }
        stopping?.resume()
    }

    private mutating func turn(waitingUpTo deadline: Int64) {
        let count = waitForWork(until: deadline)
        now = MediaClock.now()
        for index in 0..<count {
            let key = poll.key(index)
            if key == Self.mailboxKey {
                for command in mailbox.takeAll() { perform(command) }
            } else {
                switch key & 3 {
                case Self.faxKey: receiveFax(slot: Int(key >> 2))
                case let kind: receive(slot: Int(key >> 2), isControl: kind == 1)
                }
            }
        }
        if isTicking, now >= nextTick { tick() }
        if now >= nextHousekeeping {
            nextHousekeeping = now + Self.housekeepingMicroseconds
            keepHouse()
            surroundings.happened.flush()
        }
    }

    /// 150 µs up to four hundred legs, then longer by 2 µs for each, up to a millisecond: the more there are, the more the
    /// machine needs what is saved.
    static func gatheringMicroseconds(legs: Int) -> UInt32 { UInt32(min(max(150, 150 + (legs - 400) * 2), 1_000)) }

    /// With many legs, what comes is gathered for a moment; while much comes, nothing but the clock wakes the thread.
    private mutating func waitForWork(until deadline: Int64) -> Int {
        let gathers = slots.count >= Self.gatheringLegs
        let moment = Self.gatheringMicroseconds(legs: slots.count)
        if gathers, isBusy {
            usleep(moment)
            let count = poll.wait(milliseconds: 0)
            isBusy = count >= Self.gatheringPackets
            if count > 0 { return count }
        }
        // Rounded up, so that a wait never ends just short of a tick and spins.
        let wait = max(0, (deadline - MediaClock.now() + 999) / 1_000)
        var count = poll.wait(milliseconds: wait, most: gathers ? 1 : Epoll.capacity)
        if gathers, count > 0 {
            usleep(moment)
            count = poll.wait(milliseconds: 0)
        }
        isBusy = count >= Self.gatheringPackets
        return count
    }

    func tell(_ event: MediaEvent) { surroundings.happened.tell(event) }

    // MARK: What is asked for each packet, field by field, for a property of the leg's own has all of it copied

    /// Where to send now; nil while nothing may be sent.
    func destination(of slot: Int) -> SocketAddress? {
        guard legs[slot].remote?.direction.sends == true else { return nil }
        if let browser = legs[slot].browser { return browser.destination }
        return legs[slot].latch.destination
    }

    /// Its own voice is made here, so that what others say is withheld.
    func isFed(_ slot: Int) -> Bool {
        legs[slot].playback != nil || legs[slot].digits.isActive || legs[slot].fax != nil
    }

    // MARK: Legs come and go

    private mutating func perform(_ command: MediaCommand) {
        if let coming = awaited(by: command) {
            expected[coming]?.append(command)
            for leg in command.legs where leg != coming { waitsFor[leg] = coming }
            return
        }
        switch command {
        case .adopt(let leg): adopt(leg)
        case .expect(let leg): if slots[leg] == nil { expected[leg] = [] }
        case .release(let leg, let index): release(leg, to: index)
        case .arrange(let room, let seats): arrange(room, seats)
        case .close(let leg): if let slot = slots[leg] { closeLeg(slot) }
        case .stop(let continuation): stopping = continuation
        default: performOnLegs(command)
        }
    }

    /// The leg on its way here that a command has to wait for.
    private func awaited(by command: MediaCommand) -> LegID? {
        guard !expected.isEmpty || !waitsFor.isEmpty else { return nil }
        // What is asked of a leg stays in its order: who waits already goes on waiting there.
        for leg in command.legs {
            if let coming = waitsFor[leg] { return coming }
        }
        return command.legs.first { expected[$0] != nil }
    }

    private mutating func adopt(_ leg: MediaLeg) {
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            legs[slot] = leg
            isOpen[slot] = true
        } else {
            slot = legs.count
            legs.append(leg)
            isOpen.append(true)
            seatOf.append(nil)
        }
        if legs[slot].heardAt == 0 { legs[slot].heardAt = now }
        slots[leg.id] = slot
        poll.add(leg.rtp.descriptor, key: UInt64(slot) << 2)
        if let rtcp = leg.rtcp { poll.add(rtcp.descriptor, key: UInt64(slot) << 2 | 1) }
        if let fax = leg.fax { poll.add(fax.descriptor, key: UInt64(slot) << 2 | Self.faxKey) }
        if isFed(slot) { startTicking() }
        let asked = expected.removeValue(forKey: leg.id) ?? []
        if !waitsFor.isEmpty { waitsFor = waitsFor.filter { $0.value != leg.id } }
        for command in asked { perform(command) }
    }

    private mutating func release(_ id: LegID, to index: Int) {
        guard let slot = slots[id], surroundings.mailboxes.indices.contains(index) else { return }
        separate(slot)
        let leg = legs[slot]
        poll.remove(leg.rtp.descriptor)
        if let rtcp = leg.rtcp { poll.remove(rtcp.descriptor) }
        if let fax = leg.fax { poll.remove(fax.descriptor) }
        vacate(slot)
        surroundings.mailboxes[index].post(.adopt(leg), mustArrive: true)
    }

    private mutating func closeLeg(_ slot: Int) {
        separate(slot)
        endPlayback(slot, .stopped)
        sendReport(slot, isLast: true)
        legs[slot].track?.finish()
        if let dropped = legs[slot].browser?.link.dropped { tell(.browserDropped(dropped)) }
        attach(slot, nil)
        vacate(slot)
        legs[slot].rtp.close()
        legs[slot].rtcp?.close()
        surroundings.ports.giveBack(legs[slot].port)
        surroundings.happened.tellSoon(.closed(legs[slot].id, legs[slot].statistics))
    }

    /// A socket that is closed is not waited for any more, without being taken out.
    private mutating func vacate(_ slot: Int) {
        slots[legs[slot].id] = nil
        isOpen[slot] = false
        legs[slot].playback = nil
        legs[slot].track = nil
        legs[slot].browser = nil
        legs[slot].fax = nil
        legs[slot].image = nil
        legs[slot].voice = nil
        legs[slot].ear = nil
        legs[slot].answerEar = nil
        legs[slot].speechEar = nil
        free.append(slot)
    }

    mutating func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        nextTick = now
    }
}
