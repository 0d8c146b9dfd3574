import Contracts

/// Which call goes to which agent, for one tenant: the whole decision, with no I/O, no clock and no concurrency.
///
///     callEnqueued          an agent is ready          offerEnded(answered), callGone
///     ───────────▶ waiting ───────────────────▶ offered ──────────────▶ gone (cti's business)
///                     ▲                            │
///                     └── offerEnded(noAnswer …) ──┘
///                         offerExpired, offerRefused
///
/// Calls are taken by priority, then by time in line, then by id, over all queues of an agent. Of the agents who are
/// ready and have the skills, the queue's strategy says whom it is offered to. A call that is not taken keeps its place and goes to the
/// next best; those who did not take it are asked again only if nobody else is ready.
///
/// ``CallRouter`` feeds it inputs and carries out the actions it returns. An input that no longer makes sense returns no
/// action: peers are late and lossy, so nothing in here may trap.
struct RoutingState: Sendable {
    enum Input: Sendable {
        case queueChanged(StaffedQueue)
        case queueRemoved(QueueID)
        case skillsChanged(AgentID, Set<String>)
        /// What cti says is true, asked for at that time.
        case snapshotTaken(TenantSnapshot)
        case callEnqueued(WaitingCall, knowing: CallerKnowledge = CallerKnowledge())
        /// What was asked for of a call that was in line already.
        case callerKnown(CallID, CallerKnowledge)
        /// Who is to be called back, as it was read.
        case callbacksChanged([WaitingCallback])
        case callGone(CallID)
        case callAnswered(CallID)
        /// It left the queue because the caller hung up.
        case callAbandoned(CallID, QueueID, waitedMicroseconds: Int64)
        case agentChanged(AgentSnapshot)
        case offerConfirmed(Offer)
        case offerRefused(Offer, OfferRefusal)
        case offerEnded(Offer, OfferOutcome)
        /// How much agents do at once.
        case mediaChanged(MediaRules, [AgentID: AgentCapacity])
        /// Work that is no call, as it is stored; all changes up to that one have been read.
        case workFound([WorkItem], upTo: Int64)
        /// A decision on work is stored, or was not what holds: this does.
        case workStored(WorkID, [WorkItem])
        /// What was counted today before this owner began; nil for nothing.
        case countsFound(DayCounts?)
        /// Where numbers are at home that are written without their country.
        case homeChanged(NumberHome)
        case timePassed
    }

    enum Action: Equatable {
        case offer(Offer, in: Queue)
        /// Instead of an offer: the agent is to call somebody back.
        case dialBack(Offer, WaitingCallback, in: Queue)
        /// Somebody who was to be called back talks with an agent already.
        case callerReached(number: String, QueueID)
        case record(RoutingDecided)
        case announce(CallID, position: Int, estimatedSeconds: Int? = nil)
        /// A call that was found in line: who knows the caller?
        case recall(WaitingCall, [PreferredAgentRule])
        /// What else was decided of a call.
        case note(RoutingNoted)
        case workDecided(WorkDecision)
        case seatLocked(SeatLock)
        case seatUnlocked(SeatLock, SeatLock.End)
        /// An offer failed for a reason we cannot tell: ask cti what is true.
        case askForSnapshot
        /// We and cti did not agree, and we took cti's word.
        case repaired(Drift)
    }

    /// How long those who did not take a call are left alone before they count as the last resort.
    static let lastResortAfter = Duration.seconds(5)
    /// How much longer than the ring time we wait to hear of an offer's end.
    static let offerGrace = Duration.seconds(4)
    /// How long a new owner decides nothing because he does not know what agents have in hand.
    static let workPatience = Duration.seconds(1)

    /// Nothing is decided before cti's first snapshot, because until then we may know half of the calls and agents.
    var isRebuilt = false
    var queues: [QueueID: LinedQueue] = [:]
    var lines: [Line] = []
    var freeLines: [Int] = []
    var agents: [AgentID: RoutedAgent] = [:]
    var calls: [CallID: RoutedCall] = [:]
    var deadlines = Deadlines()
    var departed = Departures()
    /// Calls for which several may ring.
    var ringing: Set<CallID> = []
    /// Seats that are locked for a caller, by the call.
    var seatLocks: [CallID: SeatLock] = [:]
    /// Who is to be called back, by what he is called in line.
    var callbacks: [CallID: WaitingCallback] = [:]
    /// All that is no call.
    var work = WorkFloor()
    /// Whether somebody reads it, and until when callers wait for that.
    var awaitsWork = false
    var workAwaitedUntil: Timestamp?
    /// Which day agents' work is counted for.
    var day: Int64 = 0
    /// Whether what was counted before this owner began is in it.
    var hasCounts = false
    /// Where callers' numbers are at home.
    var home = NumberHome()
    /// From when on today's counts are.
    var countsSince = Timestamp(microseconds: 0)

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        let actions = decide(input, at: now)
        return seatLocks.isEmpty ? actions : actions + settleLocks(at: now)
    }

    private mutating func decide(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .queueChanged(let queue): queueChanged(queue, at: now)
        case .queueRemoved(let id): queueRemoved(id, at: now)
        case .skillsChanged(let id, let skills): skillsChanged(id, skills, at: now)
        case .snapshotTaken(let snapshot): snapshotTaken(snapshot, at: now)
        case .callEnqueued(let call, let known): callEnqueued(call, knowing: known, at: now)
        case .callerKnown(let id, let known): callerKnown(id, known, at: now)
        case .callbacksChanged(let waiting): callbacksChanged(waiting, at: now)
        case .callGone(let id): callGone(id, at: now)
        case .callAnswered(let id): callAnswered(id, at: now)
        case .callAbandoned(let id, let queue, let waited): callAbandoned(id, in: queue, after: waited, at: now)
        case .agentChanged(let snapshot): agentChanged(snapshot, at: now)
        case .offerConfirmed(let offer): offerConfirmed(offer, at: now)
        case .offerRefused(let offer, let why): offerRefused(offer, why, at: now)
        case .offerEnded(let offer, let outcome): offerEnded(offer, outcome, at: now)
        case .mediaChanged(let rules, let capacities): mediaChanged(rules, capacities, at: now)
        case .workFound(let items, let upTo): workFound(items, upTo: upTo, at: now)
        case .workStored(let id, let found): workStored(id, found.first, at: now)
        case .countsFound(let counts): countsFound(counts, at: now)
        case .homeChanged(let home): homeChanged(to: home, at: now)
        case .timePassed: timePassed(at: now)
        }
    }

    // MARK: - Calls

    private mutating func callEnqueued(
        _ call: WaitingCall, knowing known: CallerKnowledge, at now: Timestamp
    ) -> [Action] {
        let isNew = calls[call.callID] == nil
        enqueue(call, knowing: known, at: now)
        return (isNew ? overflowNoted(call.callID, at: now) : []) + findAgent(for: call.callID, at: now)
    }

    /// Puts a call in line, or changes the data of one that is there; an offer under way goes on.
    mutating func enqueue(_ call: WaitingCall, knowing: CallerKnowledge? = nil, at now: Timestamp) {
        let widened = stepsTaken(by: call, at: now)
        guard var known = calls[call.callID] else {
            let wanted = wanted(by: call, knowing: knowing ?? CallerKnowledge(), besides: [], at: now)
            let overflow = wanted != nil ? nil : target(of: call)
            let line = line(
                of: call, in: overflow?.queue ?? call.queueID, widened: widened, wanted: wanted)
            var new = RoutedCall(call, line: line, at: now)
            new.widened = widened
            new.overflow = overflow
            new.wanted = wanted
            new.known = knowing ?? CallerKnowledge()
            calls[call.callID] = new
            holdCallback(of: new)
            standInLine(call.callID, at: now)
            let estimated = estimate(of: call.callID)
            calls[call.callID]?.estimated = estimated
            planWidening(call, at: now)
            announceFirst(call, at: now)
            return
        }
        leaveLine(known)
        let overflow = known.call.queueID == call.queueID ? known.overflow : nil
        let servedIn = overflow?.queue ?? call.queueID
        let refusedBy = known.refusedBy.union(call.refusedBy)
        if let knowing, knowing != CallerKnowledge() { known.known = knowing }
        // Who was asked for it before is not waited for again.
        let wanted =
            overflow == nil && known.refusedBy.isEmpty
            ? wanted(by: call, knowing: known.known, besides: refusedBy, at: now) : nil
        let line = line(of: call, in: servedIn, widened: widened, wanted: wanted)
        if known.offer != nil {
            queues[known.servedIn]?.offered -= 1
            queues[servedIn]?.offered += 1
        }
        known.call = call
        known.line = line
        known.widened = widened
        known.overflow = overflow
        known.wanted = wanted
        known.refusedBy = refusedBy
        known.changedAt = now
        calls[call.callID] = known
        standInLine(call.callID, at: now)
        planWidening(call, at: now)
    }

    private mutating func callGone(_ id: CallID, at now: Timestamp) -> [Action] {
        departed.note(id, at: now)
        guard let call = calls[id] else { return [] }
        remove(call)
        return releaseAll(of: call, at: now)
    }

    private mutating func callAnswered(_ id: CallID, at now: Timestamp) -> [Action] {
        guard let call = calls[id] else { return callGone(id, at: now) }
        learn(from: call, at: now)
        return closeCallback(of: call) + callGone(id, at: now)
    }

    private mutating func callAbandoned(
        _ id: CallID, in queue: QueueID, after waited: Int64, at now: Timestamp
    ) -> [Action] {
        if let rule = queues[queue]?.settings.serviceLevel { queues[queue]?.served.abandoned(after: waited, by: rule) }
        return callGone(id, at: now)
    }

    mutating func remove(_ call: RoutedCall) {
        leaveLine(call)
        if call.offer != nil { queues[call.servedIn]?.offered -= 1 }
        calls[call.call.callID] = nil
        if waitingCount(in: call.servedIn) == 0 { queues[call.servedIn]?.estimate.lineIsEmpty() }
        forgetIfUnknown(call.call.queueID)
    }

    // MARK: - Agents

    private mutating func agentChanged(_ snapshot: AgentSnapshot, at now: Timestamp) -> [Action] {
        guard snapshot.revision > agents[snapshot.agentID]?.revision ?? 0 else { return [] }
        adopt(snapshot, at: now)
        let settled = hasLoad(snapshot.agentID) ? settleLoad(of: snapshot.agentID, at: now) : []
        if snapshot.status == .signedOut {
            return settled + wantedLeft(snapshot.agentID, at: now) + findCall(for: snapshot.agentID, at: now)
        }
        return settled + findCall(for: snapshot.agentID, at: now)
    }

    /// Takes what cti says of an agent, without asking whether it is news.
    mutating func adopt(_ snapshot: AgentSnapshot, at now: Timestamp) {
        var agent = agents[snapshot.agentID] ?? RoutedAgent()
        agent.work.take(snapshot, after: agent, offered: agent.offered)
        if agent.shareUsed > 0 || agent.idleLost != 0 { agent.reckon(before: snapshot, at: now) }
        if snapshot.status == .talking, snapshot.callID == agent.offered { agent.offered = nil }
        agent.callID = snapshot.callID
        agent.status = snapshot.status
        agent.since = snapshot.since
        agent.revision = snapshot.revision
        agent.isReportUsed = false
        agent.changedAt = now
        agents[snapshot.agentID] = agent
    }

    /// The agent rings no more. Whether he is ready, his next report says.
    mutating func release(_ id: AgentID, at now: Timestamp) -> [Action] {
        agents[id]?.offer = nil
        agents[id]?.changedAt = now
        return findCall(for: id, at: now)
    }

    // MARK: - Time

    /// Nobody finds a partner by it: only the order of the ready changes.
    private mutating func beginDay(_ today: Int64, at now: Timestamp) {
        guard today != day else { return }
        day = today
        countsSince = now
        for id in queues.keys { queues[id]?.served = ServiceCounts() }
        for id in agents.keys {
            agents[id]?.work.dayBegins()
            agents[id]?.reservedMicroseconds = 0
            recount(id)
        }
    }

    private mutating func timePassed(at now: Timestamp) -> [Action] {
        departed.forget(at: now)
        beginDay(AgentWork.day(of: now), at: now)
        var actions = beginIfWorkIsKnown(at: now) + lineUpCallbacks(at: now)
        reckonAll(at: now)
        while let due = deadlines.next(at: now) {
            switch due {
            case .offerExpired(let offer): actions += offerExpired(offer, at: now)
            case .lastResort(let id, let offersMade):
                guard calls[id]?.offersMade == offersMade else { break }
                calls[id]?.isLastResortOpen = true
                actions += findAgent(for: id, at: now)
            case .widen(let id, let at): actions += widen(id, dueAt: at, at: now)
            case .announce(let id, let at): actions += announce(id, dueAt: at, at: now)
            case .staffChanges(let id, let at): actions += staffChanges(in: id, dueAt: at, at: now)
            case .workOfferExpired(let id, let number): actions += workOfferExpired(id, number: number, at: now)
            case .workLastResort(let id, let made): actions += workLastResort(id, offersMade: made, at: now)
            }
        }
        return actions
    }
}
