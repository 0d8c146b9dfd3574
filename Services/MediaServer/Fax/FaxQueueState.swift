import Contracts

/// Which faxes are sent when, and what becomes of one whose call failed: pure.
///
///     queued ──line free──▶ sending: dialled ──answered──▶ faxing ──▶ ended ──well──▶ sent
///        ▲                                                              │
///        └────────────── after a pause, while tries are left ───────────┴──▶ failed
struct FaxQueueState {
    enum Input: Sendable {
        /// New, or found in the table.
        case queued(OwnedFax)
        case answered(LegID)
        case faxEnded(LegFaxEnded)
        case legEnded(LegID, EndCause, DialFailure?)
        /// The call cannot be made, or the fax cannot be begun.
        case refused(LegID, Failure)
        /// The call was answered, and could not be told to send.
        case notBegun(LegID, Failure)
        case cancelled(FaxID)
        /// A second has passed.
        case tick
    }

    enum Action: Sendable, Equatable {
        case originate(LegID, OwnedFax)
        case send(LegID, OwnedFax)
        case hangUp(LegID)
        /// Its row.
        case note(OwnedFax)
        /// It has ended, for good.
        case tell(OwnedFax)
    }

    /// A call under way.
    private struct Try {
        let fax: FaxID
        /// The worker has the last word, which may come behind the leg's end.
        var isFaxing = false
        var result: LegFaxEnded?
        var end: (cause: EndCause, failure: DialFailure?)?
        var isCancelled = false
    }

    /// How many calls at a time.
    let lines: Int
    private(set) var faxes: [FaxID: OwnedFax] = [:]
    private var tries: [LegID: Try] = [:]

    init(lines: Int) { self.lines = lines }

    var underWay: Int { tries.count }

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .queued(var owned):
            guard faxes[owned.fax.id] == nil else { return [] }
            // One that was under way when its server died has lost that try.
            if owned.fax.state == .sending { owned.fax.state = .queued }
            faxes[owned.fax.id] = owned
            return begin(at: now)
        case .answered(let leg):
            guard let fax = tries[leg].flatMap({ faxes[$0.fax] }) else { return [] }
            tries[leg]?.isFaxing = true
            return [.send(leg, fax)]
        case .faxEnded(let fact):
            guard tries[fact.legID]?.fax == fact.faxID else { return [] }
            tries[fact.legID]?.result = fact
            tries[fact.legID]?.isFaxing = false
            return tries[fact.legID]?.end == nil ? [.hangUp(fact.legID)] : settle(fact.legID, at: now)
        case .legEnded(let leg, let cause, let failure):
            tries[leg]?.end = (cause, failure)
            return settle(leg, at: now)
        case .notBegun(let leg, _):
            tries[leg]?.isFaxing = false
            return tries[leg]?.end == nil ? [.hangUp(leg)] : settle(leg, at: now)
        case .refused(let leg, let failure):
            guard let attempt = tries.removeValue(forKey: leg) else { return [] }
            let isPassing = failure.kind == .unavailable || failure.kind == .timeout
            return conclude(
                attempt, isPassing ? .unreachable : .rejected, failure.message, isPassing: isPassing, at: now)
        case .cancelled(let id): return cancel(id, at: now)
        case .tick: return begin(at: now)
        }
    }

    /// Those whose time has come, the oldest first, while lines are free.
    private mutating func begin(at now: Timestamp) -> [Action] {
        var actions: [Action] = []
        let due = faxes.values.filter { $0.fax.state == .queued && ($0.fax.nextAttemptAt ?? now) <= now }
        for owned in due.sorted(by: { ($0.fax.createdAt, $0.fax.id) < ($1.fax.createdAt, $1.fax.id) }) {
            guard tries.count < lines else { break }
            var owned = owned
            owned.fax.state = .sending
            owned.fax.attempts += 1
            owned.fax.nextAttemptAt = nil
            faxes[owned.fax.id] = owned
            let leg = LegID(rawValue: "fax-\(owned.fax.id)-\(owned.fax.attempts)")
            tries[leg] = Try(fax: owned.fax.id)
            actions += [.note(owned), .originate(leg, owned)]
        }
        return actions
    }

    /// When both the leg and the fax on it have ended, the try has.
    private mutating func settle(_ leg: LegID, at now: Timestamp) -> [Action] {
        guard let attempt = tries[leg], let end = attempt.end, !attempt.isFaxing else { return [] }
        tries[leg] = nil
        if let result = attempt.result {
            let isPassing = result.outcome != .complete && result.outcome != .cancelled
            return conclude(attempt, result.outcome, result.reason, isPassing: isPassing, at: now)
        }
        let (outcome, isPassing) = Self.outcome(end.cause, end.failure)
        let reason = end.failure?.rawValue ?? end.cause.rawValue
        return conclude(attempt, outcome, reason, isPassing: isPassing, at: now)
    }

    /// What a call that was not answered, or broke off before the fax, means; and whether it may go better later.
    static func outcome(_ cause: EndCause, _ failure: DialFailure?) -> (FaxOutcome, isPassing: Bool) {
        switch failure {
        case .busy: return (.busy, true)
        case .noAnswer: return (.noAnswer, true)
        case .empty: return (.unreachable, false)
        case .barred: return (.rejected, false)
        case .forwarded: return (.rejected, true)
        case .networkBusy, .unreachable, .switchedOff, .other: return (.unreachable, true)
        case nil: break
        }
        switch cause {
        case .busy: return (.busy, true)
        case .noAnswer: return (.noAnswer, true)
        case .rejected: return (.rejected, true)
        case .notFound: return (.unreachable, false)
        case .remote, .local, .mediaTimeout: return (.brokenOff, true)
        case .unavailable, .congestion, .failed: return (.unreachable, true)
        }
    }

    private mutating func conclude(
        _ attempt: Try, _ outcome: FaxOutcome, _ reason: String, isPassing: Bool, at now: Timestamp
    ) -> [Action] {
        guard var owned = faxes[attempt.fax] else { return [] }
        owned.fax.outcome = attempt.isCancelled ? .cancelled : outcome
        owned.fax.reason = reason
        if let result = attempt.result {
            owned.fax.pages = max(owned.fax.pages, result.pages)
            (owned.fax.rate, owned.fax.remoteStation) = (result.rate, result.remoteStation)
            (owned.fax.usedT38, owned.fax.usedErrorCorrection) = (result.usedT38, result.usedErrorCorrection)
        }
        if outcome != .complete, isPassing, !attempt.isCancelled, owned.fax.attempts < owned.fax.mostAttempts {
            owned.fax.state = .queued
            owned.fax.nextAttemptAt = Timestamp(
                microseconds: now.microseconds + Int64(owned.pauseSeconds) * 1_000_000)
            faxes[attempt.fax] = owned
            return [.note(owned)] + begin(at: now)
        }
        owned.fax.state = outcome == .complete ? .sent : .failed
        owned.fax.endedAt = now
        faxes[attempt.fax] = nil
        return [.note(owned), .tell(owned)] + begin(at: now)
    }

    private mutating func cancel(_ id: FaxID, at now: Timestamp) -> [Action] {
        guard var owned = faxes[id] else { return [] }
        if let leg = tries.first(where: { $0.value.fax == id })?.key {
            tries[leg]?.isCancelled = true
            return [.hangUp(leg)]
        }
        owned.fax.state = .failed
        owned.fax.outcome = .cancelled
        owned.fax.nextAttemptAt = nil
        owned.fax.endedAt = now
        faxes[id] = nil
        return [.note(owned), .tell(owned)]
    }
}
