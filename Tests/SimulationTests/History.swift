import Contracts

/// What happened, and what must hold of it: the checker.
final class History {
    private struct Contact {
        var tenant: TenantID
        /// When the customer has left; of a conference that talks on without him, when that has ended.
        var leftAt: Timestamp?
        var talksOn = false
        var started: [CallStarted] = []
        var ended: [CallEnded] = []
        var queuedAt: Set<Timestamp> = []
    }

    private(set) var violations: [String] = []
    private(set) var repairs = 0
    private var contacts: [CallID: Contact] = [:]
    private var troubledUntil = Simulation.begin
    private var numbers: [String: UInt64] = [:]
    private var endedBy: [CallID: Set<String>] = [:]
    private var trap: (publisher: InstanceID, until: Timestamp, spring: () -> Void)?
    /// Contacts whose end was told by two owners, differently: the first died before anybody had heard it.
    private(set) var toldTwice = 0
    private var idleSince: [CallID: Timestamp] = [:]

    func violate(_ invariant: String, _ what: String, _ sim: Simulation? = nil) {
        sim?.note("VIOLATION \(invariant): \(what)")
        violations.append("\(invariant) at \(sim.map { "\($0.clock)" } ?? "?"): \(what)")
    }

    /// Does something when an instance next tells of a new call.
    func whenStarted(by publisher: InstanceID, until: Timestamp, _ spring: @escaping () -> Void) {
        trap = (publisher, until, spring)
    }

    func isTroubled(until time: Timestamp) { troubledUntil = max(troubledUntil, time) }

    func repaired(_ what: String, _ sim: Simulation) {
        repairs += 1
        sim.note("repaired: \(what)")
    }

    // MARK: As it happens

    func arrived(_ call: CallID, _ tenant: TenantID) { contacts[call] = Contact(tenant: tenant) }

    func customerLeft(_ call: CallID, _ sim: Simulation) { contacts[call]?.leftAt = sim.now }

    func published(_ fact: any Fact, _ tenant: TenantID, by publisher: InstanceID, _ sim: Simulation) {
        if let queued = fact as? CallQueued { contacts[queued.callID]?.queuedAt.insert(queued.queuedAt) }
        if fact is CallStarted, let trap, trap.publisher == publisher {
            self.trap = nil
            if sim.now < trap.until { sim.after(0, trap.spring) }
        }
        // No telephone of the simulation is busy but with calls of ours.
        if let ended = fact as? CallOfferEnded, ended.outcome == .busy, troubledUntil < sim.now {
            violate("busy", "\(ended.agentID) has missed \(ended.callID), for his telephone was busy with us", sim)
        }
        if let changed = fact as? CallPartiesChanged, changed.customerLeft == true {
            contacts[changed.callID]?.leftAt = nil
            contacts[changed.callID]?.talksOn = true
        }
        guard let ended = fact as? CallEnded else { return }
        if contacts[ended.callID]?.talksOn == true { contacts[ended.callID]?.leftAt = sim.now }
        // Whoever tells the end must own the call by then, and tells it once.
        if sim.cluster.trueOwner(of: .of(tenant), service: .cti)?.instance != publisher {
            violate("I1", "\(publisher) tells the end of \(ended.callID), which is another's", sim)
        }
        if !endedBy[ended.callID, default: []].insert("\(publisher)@\(sim.node(publisher)?.life ?? 0)").inserted {
            violate("I1", "\(publisher) tells the end of \(ended.callID) again", sim)
        }
    }

    /// I6: reporting hears each stream without a hole and nothing twice.
    func delivered(_ envelope: Envelope) {
        if envelope.number != numbers[envelope.stream, default: 0] + 1 {
            violate("I6", "\(envelope.stream) goes from \(numbers[envelope.stream] ?? 0) to \(envelope.number)")
        }
        numbers[envelope.stream] = envelope.number
    }

    /// What reporting hears of contacts.
    func heard(_ heard: PublishedFact) {
        switch heard.fact {
        case let fact as CallStarted: contacts[fact.callID, default: Contact(tenant: heard.tenant)].started.append(fact)
        case let fact as CallEnded: contacts[fact.callID, default: Contact(tenant: heard.tenant)].ended.append(fact)
        default: break
        }
    }

    /// Nobody's telephone rings for a call that is over; the grace is for what was on its way when it ended.
    func rings(_ leg: LegID, at phone: PhoneID, _ sim: Simulation) {
        let call = CallID(rawValue: leg.rawValue.split(separator: "-").prefix(2).joined(separator: "-"))
        guard let left = contacts[call]?.leftAt else { return }
        let grace: Duration = sim.now < troubledUntil ? .seconds(15) : .milliseconds(2500)
        if left.adding(grace) < sim.now { violate("ringing", "\(phone) rings for \(call), which is over", sim) }
    }

    /// Whoever waits has the place he was given, whoever owned him since.
    func expectPlace(of call: CallID, enqueuedAt: Timestamp, _ sim: Simulation) {
        guard let known = contacts[call]?.queuedAt, !known.contains(enqueuedAt) else { return }
        violate("I10", "\(call) waits since \(enqueuedAt.microseconds), which nobody told", sim)
    }

    /// Nobody waits while somebody is ready for him.
    func sample(_ sim: Simulation) {
        let waits = sim.people.idleWaits()
        idleSince = idleSince.filter { waits.contains($0.key) }
        for call in waits {
            let since = idleSince[call] ?? sim.now
            idleSince[call] = since
            if sim.now < troubledUntil { idleSince[call] = sim.now }
            if since.adding(.seconds(12)) < sim.now {
                violate("idle", "\(call) waits for 12 s while somebody is ready", sim)
                idleSince[call] = sim.now
            }
        }
    }

    // MARK: At the end

    func judge(_ sim: Simulation) {
        for leg in sim.media.legs { violate("end", "\(leg) is still up", sim) }
        sim.people.check()
        if !sim.network.hasHeardAll(sim.reporting) { violate("I6", "reporting has not heard everything", sim) }
        for (call, contact) in contacts.sorted(by: { $0.key < $1.key }) { judge(call, contact, sim) }
    }

    /// I1: exactly one final state, told perhaps more than once, but always the same; with segments that add up.
    private func judge(_ call: CallID, _ contact: Contact, _ sim: Simulation) {
        guard let ended = contact.ended.first else {
            return violate("I1", "\(call) has no final state (started \(contact.started.count) times)", sim)
        }
        for other in contact.ended.dropFirst() where other != ended {
            toldTwice += 1
            guard endedBy[call]?.count ?? 0 < contact.ended.count else { break }
            violate(
                "I1",
                "\(call) ended as \(ended.reason) after \(seconds(ended)) s and as \(other.reason) after \(seconds(other)) s",
                sim)
            break
        }
        var end = ended.startedAt
        for segment in ended.segments {
            if segment.startedAt != end { violate("segments", "\(call) has a gap before \(segment.kind)", sim) }
            end = segment.endedAt
        }
        if end != ended.endedAt { violate("segments", "\(call) has segments that do not reach its end", sim) }
    }

    private func seconds(_ call: CallEnded) -> Double {
        Double(call.endedAt.microseconds(since: call.startedAt)) / 1_000_000
    }
}
