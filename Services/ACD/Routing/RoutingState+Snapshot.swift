import Contracts

/// What cti says is true of one tenant, and when it was asked.
struct TenantSnapshot: Sendable {
    var waiting: [WaitingCall] = []
    var offered: [OfferedCall] = []
    var agents: [AgentSnapshot] = []
    /// What happened later than that, the snapshot may not know.
    var askedAt: Timestamp
    /// Whether another instance of cti speaks than last time, so that revisions start anew.
    var isNewSpeaker = false
}

/// Something we did not agree on with cti.
struct Drift: Equatable, Sendable {
    enum Kind: String, Sendable {
        case callMissing, callGone, offerMissing, offerGone, agentWrong, agentGone, agentUnused
    }

    let kind: Kind
    let subject: String

    /// For those who read the list of repairs.
    var sentence: String {
        switch kind {
        case .callMissing: "call that cti had in line lined up"
        case .callGone: "call that cti did not have in line dropped"
        case .offerMissing: "offer that cti made taken over"
        case .offerGone: "offer that cti did not know taken back"
        case .agentWrong: "agent's state taken from cti"
        case .agentGone: "agent whom cti did not know signed out"
        case .agentUnused: "ready agent who was left out counted again"
        }
    }
}

/// Taking over, and every few seconds thereafter: cti's word is the truth, but for what changed since it was asked.
extension RoutingState {
    mutating func snapshotTaken(_ snapshot: TenantSnapshot, at now: Timestamp) -> [Action] {
        let before = agents.mapValues(\.changedAt)
        var drifts = adoptOffered(snapshot, at: now)
        drifts += adoptWaiting(snapshot, at: now)
        drifts += dropCalls(snapshot, at: now)
        drifts += adoptAgents(snapshot, changedBefore: before, at: now)
        for id in agents.keys { recount(id) }
        let repairs = isRebuilt ? drifts.map(Action.repaired) : []
        guard isRebuilt || !mustAwaitWork(at: now) else { return [] }
        return repairs + begin(with: isRebuilt ? [] : snapshot.waiting.map(\.callID), at: now)
    }

    /// From now on it is decided; each time anew after a snapshot.
    /// - Parameter ids: calls that were found in line before anything was decided.
    private mutating func begin(with ids: [CallID], at now: Timestamp) -> [Action] {
        isRebuilt = true
        let questions = wantAdopted(ids, at: now)
        overflowAdopted(ids, at: now)
        let settled = settleLoads(at: now)
        for id in work.held.keys { recount(id) }
        return questions + settled + matchAll(at: now) + lineUpCallbacks(at: now) + matchWork(at: now)
    }

    /// Who has what in hand is read of PostgreSQL: callers wait for that a moment, so that nobody is rung who has no room for
    /// them, and no longer.
    private mutating func mustAwaitWork(at now: Timestamp) -> Bool {
        guard awaitsWork, work.readUpTo < 0 else { return false }
        let until = workAwaitedUntil ?? now.adding(Self.workPatience)
        workAwaitedUntil = until
        return now < until
    }

    /// After work was read, and when time has passed.
    mutating func beginIfWorkIsKnown(at now: Timestamp) -> [Action] {
        guard !isRebuilt, workAwaitedUntil != nil, !mustAwaitWork(at: now) else { return [] }
        return begin(with: calls.values.filter { $0.callback == nil }.map(\.call.callID).sorted(), at: now)
    }

    private mutating func adoptAgents(
        _ snapshot: TenantSnapshot, changedBefore: [AgentID: Timestamp], at now: Timestamp
    ) -> [Drift] {
        func isOld(_ id: AgentID) -> Bool { changedBefore[id].map { $0 < snapshot.askedAt } ?? true }
        var drifts: [Drift] = []
        for told in snapshot.agents {
            let known = agents[told.agentID] ?? RoutedAgent()
            if told.revision > known.revision || snapshot.isNewSpeaker && isOld(told.agentID) {
                if told.status != known.status { drifts.append(Drift(kind: .agentWrong, subject: "\(told.agentID)")) }
                adopt(told, at: now)
            } else if told.revision == known.revision, isOld(told.agentID), known.isReportUsed, known.offer == nil {
                drifts.append(Drift(kind: .agentUnused, subject: "\(told.agentID)"))
                agents[told.agentID]?.isReportUsed = false
            }
        }
        let told = Set(snapshot.agents.map(\.agentID))
        let gone = agents.filter { !told.contains($0.key) && $0.value.status != .signedOut }.keys.sorted()
        for id in gone where isOld(id) {
            agents[id]?.status = .signedOut
            drifts.append(Drift(kind: .agentGone, subject: "\(id)"))
        }
        return drifts
    }

    private mutating func adoptOffered(_ snapshot: TenantSnapshot, at now: Timestamp) -> [Drift] {
        var drifts: [Drift] = []
        var adopted: Set<CallID> = []
        for told in snapshot.offered {
            let id = told.call.callID
            let offer = Offer(callID: id, agentID: told.agentID, number: told.offer)
            if adopted.contains(id) {
                calls[id]?.rivals.append(offer)
                let made = calls[id]?.offersMade ?? 0
                calls[id]?.offersMade = max(made, offer.number)
                book(offer, at: now)
                ringing.insert(id)
                continue
            }
            if let known = calls[id] {
                if known.rivals.contains(offer) { continue }
                if known.offer == offer { calls[id]?.isOfferConfirmed = true }
                guard known.offer != offer, isSettled(known, before: snapshot) else { continue }
                standAgain(known, refused: false, at: now)
            } else if departed.left(id, since: snapshot.askedAt) {
                continue
            } else {
                enqueue(told.call, at: now)
            }
            guard let call = calls[id] else { continue }
            drifts.append(Drift(kind: .offerMissing, subject: "\(id)"))
            reserve(offer, for: call, at: now)
            calls[id]?.isOfferConfirmed = true
            adopted.insert(id)
            let ring = Duration.seconds(queues[told.call.queueID]?.settings.ringSeconds ?? 0) + Self.offerGrace
            deadlines.add(.offerExpired(offer), at: now.adding(ring))
        }
        return drifts
    }

    private mutating func adoptWaiting(_ snapshot: TenantSnapshot, at now: Timestamp) -> [Drift] {
        var drifts: [Drift] = []
        for told in snapshot.waiting {
            if let known = calls[told.callID] {
                guard isSettled(known, before: snapshot) else { continue }
                if known.offer != nil {
                    drifts.append(Drift(kind: .offerGone, subject: "\(told.callID)"))
                    standAgain(known, refused: false, at: now)
                }
                if known.call != told { enqueue(told, at: now) }
            } else if !departed.left(told.callID, since: snapshot.askedAt) {
                drifts.append(Drift(kind: .callMissing, subject: "\(told.callID)"))
                enqueue(told, at: now)
            }
        }
        return drifts
    }

    private mutating func dropCalls(_ snapshot: TenantSnapshot, at now: Timestamp) -> [Drift] {
        let told = Set(snapshot.waiting.map(\.callID)).union(snapshot.offered.map(\.call.callID))
        var drifts: [Drift] = []
        let gone = calls.values.filter {
            $0.callback == nil && !told.contains($0.call.callID) && isSettled($0, before: snapshot)
        }
        for call in gone.sorted(by: { $0.place < $1.place }) {
            drifts.append(Drift(kind: .callGone, subject: "\(call.call.callID)"))
            for offer in (call.offer.map { [$0] } ?? []) + call.rivals { agents[offer.agentID]?.offer = nil }
            remove(call)
        }
        return drifts
    }

    /// Whether cti knew all we know of the call when it was asked.
    private func isSettled(_ call: RoutedCall, before snapshot: TenantSnapshot) -> Bool {
        call.changedAt < snapshot.askedAt && (call.offer == nil || call.isOfferConfirmed)
    }
}
