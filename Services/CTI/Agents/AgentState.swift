import Contracts

/// What one agent is doing: the whole decision, with no I/O and no clock.
///
///                 signIn              makeReady              offered            answered
///     signedOut ─────────▶ paused ◀──────────────▶ ready ─────────────▶ ringing ────────▶ talking
///         ▲                  ▲       pause          ▲ ▲                    │                 │ callEnded
///         │ signOut          │ missed               │ └── caller gone ─────┤                 ▼
///         └──────────────────┴──────────────────────┴───── time, done ─────┴────────── afterCallWork
///
/// What is asked for during a call (`pause`, `makeReady`, `signOut`) is kept and done after it. Each change raises
/// `revision`; a timer carries the revision it was started at, so that a late one matches nothing.
///
/// Who is called by name (to be asked, to take over, to supervise) may be paused as well, and is so again after the call.
struct AgentState: Codable, Sendable, Equatable {
    static let missed = "missed"
    static let phoneUnreachable = "phoneUnreachable"
    static let signedIn = "signedIn"
    static let sessionExpired = "sessionExpired"

    let tenant: TenantID
    let agentID: AgentID
    private(set) var status = AgentStatus.signedOut
    private(set) var pauseReason: String?
    private(set) var since: Timestamp
    private(set) var phoneID: PhoneID?
    var callID: CallID?
    /// What he is called, as he signed in; nil from a version that did not ask.
    private(set) var name: String?
    private(set) var isOnHold = false
    var until: Timestamp?
    private(set) var revision: UInt64 = 0
    var next = Next.ready
    /// Whether somebody asked for `next`, so that a missed offer does not overrule it.
    var nextIsAsked = false
    var afterCallWorkSeconds = 0
    /// Since when the agent was ready before the offer that rings, to be given back if the caller goes.
    var readySince: Timestamp?
    /// Rung by name. Nil from a version that knew none, as those below.
    var isCalled: Bool?
    /// How often this after-call work was made longer.
    private(set) var extensions: Int?
    /// The pause is longer than its reason allows, and all were told.
    private(set) var isPauseExceeded: Bool?
    /// The record that he looks at, for which he is kept.
    var previewID: PreviewID?
    /// Not stored: the tenant's, at each input.
    private(set) var rules = AgentRules()

    private enum CodingKeys: String, CodingKey {
        case tenant, agentID, status, pauseReason, since, phoneID, callID, isOnHold, until, revision, next, nextIsAsked
        case afterCallWorkSeconds, readySince, isCalled, extensions, isPauseExceeded, name, previewID
    }

    /// - Parameter revision: whatever was published of this agent before has a lower one.
    init(tenant: TenantID, agentID: AgentID, revision: UInt64 = 0, at time: Timestamp) {
        self.tenant = tenant
        self.agentID = agentID
        self.revision = revision
        since = time
    }

    /// After a take-over: what the former owner told last, if it is newer than what he stored.
    mutating func learn(_ told: AgentSnapshot) {
        guard told.revision > revision, told.tenant == tenant, told.agentID == agentID else { return }
        status = told.status
        pauseReason = told.pauseReason
        since = told.since
        phoneID = told.phoneID
        callID = told.callID
        isOnHold = told.isOnHold
        until = told.until
        revision = told.revision
        (next, nextIsAsked) = (.ready, false)
    }

    /// After a take-over: the former owner may have published revisions that were never stored.
    mutating func leap(to revision: UInt64) { self.revision = max(self.revision, revision) }

    var snapshot: AgentSnapshot {
        AgentSnapshot(
            tenant: tenant, agentID: agentID, status: status, pauseReason: pauseReason, since: since,
            phoneID: phoneID, callID: callID, isOnHold: isOnHold, until: until, revision: revision)
    }

    var isSignedIn: Bool { status != .signedOut }

    mutating func handle(_ input: Input, rules: AgentRules = AgentRules(), at time: Timestamp) -> [Action] {
        self.rules = rules
        return decide(input, at: time)
    }

    private mutating func decide(_ input: Input, at time: Timestamp) -> [Action] {
        switch input {
        case .signIn(let phone, let name): signIn(phone, name, at: time)
        case .signOut: wish(.signedOut, at: time)
        case .makeReady: wish(.ready, at: time)
        case .pause(let reason): wish(.paused(reason: reason), at: time)
        case .endAfterCallWork(let disposition, let note): endAfterCallWork(disposition, note, at: time)
        case .extendAfterCallWork: extendAfterCallWork(at: time)
        case .forced(let next): force(next, at: time)
        case .sessionExpired: expire(at: time)
        case .offered(let call, let seconds): offered(call, seconds, at: time)
        case .called(let call): called(call, at: time)
        case .tookCharge(let call, let seconds): tookCharge(call, seconds)
        case .offerEnded(let call, let outcome): offerEnded(call, outcome, at: time)
        case .answered(let call): answered(call, at: time)
        case .holdChanged(let call, let isHeld): holdChanged(call, isHeld, at: time)
        case .callEnded(let call): callEnded(call, at: time)
        case .reserved(let preview, let until): reserve(preview, until: until, at: time)
        case .released(let preview, let hasMissed): release(preview, hasMissed: hasMissed, at: time)
        case .dialsRecord(let preview, let call, let seconds): dial(preview, call, seconds, at: time)
        case .foundRinging(let call, let phone, let seconds): found(call, .ringing, phone, false, seconds, at: time)
        case .foundTalking(let call, let phone, let isHeld, let seconds):
            found(call, .talking, phone, isHeld, seconds, at: time)
        case .timer(let revision): revision == self.revision ? timeIsUp(at: time) : []
        }
    }

    /// After a take-over: the timer that the former owner held.
    func resume() -> [Action] {
        guard status == .afterCallWork || (status == .paused && isPauseExceeded != true), let until else { return [] }
        return [.startTimer(revision: revision, at: until)]
    }

    private mutating func timeIsUp(at time: Timestamp) -> [Action] {
        switch status {
        case .afterCallWork: return finishAfterCallWork(nil, nil, at: time)
        case .paused where isReserved: return letGo(hasMissed: true, at: time)
        case .paused:
            guard let until, let pauseReason, isPauseExceeded != true else { return [] }
            isPauseExceeded = true
            let limit = until.microseconds(since: since) / 1_000_000
            return [
                .pauseExceeded(
                    AgentPauseExceeded(
                        agentID: agentID, reason: pauseReason, since: since, limitSeconds: Int(clamping: limit)))
            ]
        default: return []
        }
    }

    // MARK: What the agent wants

    private mutating func signIn(_ phone: PhoneID, _ name: String?, at time: Timestamp) -> [Action] {
        if let name { self.name = name }
        switch status {
        case .signedOut:
            phoneID = phone
            next = .ready
            return change(to: .paused, reason: Self.signedIn, at: time)
        case .ready, .paused:
            guard phoneID != phone else { return [] }
            phoneID = phone
            return change(to: status, reason: pauseReason, since: since, at: time)
        case .ringing, .talking, .afterCallWork:
            guard phoneID != phone else { return [] }
            return [.refuse(Failure(.conflict, "The telephone cannot be changed during a call.", code: "inCall"))]
        }
    }

    private mutating func wish(_ wish: Next, at time: Timestamp) -> [Action] {
        if wish == .paused(reason: Self.preview) { return [.refuse(Self.reasonReserved)] }
        switch status {
        case .signedOut:
            if wish == .signedOut { return [] }
            return [.refuse(Failure(.conflict, "Sign in first.", code: "signedOut"))]
        case .ready, .paused: return turn(to: wish, at: time)
        case .ringing, .talking:
            next = wish
            nextIsAsked = true
            return []
        case .afterCallWork:
            next = wish
            nextIsAsked = true
            if case .paused = wish { return [] }
            if rules.afterCallWork == .mandatory { return [.refuse(Self.dispositionNeeded)] }
            return finishAfterCallWork(nil, nil, at: time)
        }
    }

    /// A supervisor does not wait for a disposition.
    private mutating func force(_ wish: Next, at time: Timestamp) -> [Action] {
        guard status == .afterCallWork, wish != .paused(reason: Self.preview) else {
            return self.wish(wish, at: time)
        }
        next = wish
        nextIsAsked = true
        return finishAfterCallWork(nil, nil, at: time)
    }

    private mutating func expire(at time: Timestamp) -> [Action] {
        guard mayBeSignedOut else { return [] }
        let work = status == .afterCallWork ? afterCallWorkOver(nil, nil, at: time) : []
        (phoneID, next, nextIsAsked) = (nil, .ready, false)
        return work + change(to: .signedOut, reason: Self.sessionExpired, at: time)
    }

    static let noAfterCallWork = Failure(
        .conflict, "There is no after-call work to end.", code: "noAfterCallWork")
    static let dispositionNeeded = Failure(
        .conflict, "Say first what became of the call.", code: "dispositionNeeded")

    private mutating func endAfterCallWork(
        _ disposition: String?, _ note: String?, at time: Timestamp
    ) -> [Action] {
        guard status == .afterCallWork else { return [.refuse(Self.noAfterCallWork)] }
        if rules.afterCallWork == .mandatory, disposition?.isEmpty ?? true { return [.refuse(Self.dispositionNeeded)] }
        return finishAfterCallWork(disposition, note, at: time)
    }

    private mutating func extendAfterCallWork(at time: Timestamp) -> [Action] {
        guard status == .afterCallWork, let until else { return [.refuse(Self.noAfterCallWork)] }
        guard extensions ?? 0 < rules.mostExtensions else {
            return [.refuse(Failure(.conflict, "It cannot be made longer any more.", code: "extensionsUsed"))]
        }
        extensions = (extensions ?? 0) + 1
        self.until = until.adding(.seconds(rules.extensionSeconds))
        return change(to: .afterCallWork, since: since, at: time) + resume()
    }

    // MARK: What becomes of calls

    private mutating func offered(_ call: CallID, _ seconds: Int, at time: Timestamp) -> [Action] {
        if status == .ringing, callID == call { return [] }
        guard status == .ready, phoneID != nil else {
            return [.refuse(Failure(.conflict, "The agent is not ready.", code: "agentNotReady"))]
        }
        readySince = since
        callID = call
        afterCallWorkSeconds = seconds
        next = .ready
        nextIsAsked = false
        isCalled = nil
        return change(to: .ringing, at: time)
    }

    private mutating func called(_ call: CallID, at time: Timestamp) -> [Action] {
        guard status == .ready || status == .paused, phoneID != nil else {
            let isAway = status == .signedOut
            return [
                .refuse(
                    Failure(
                        .conflict, isAway ? "\(agentID) is not signed in." : "\(agentID) is in a call.",
                        code: isAway ? "signedOut" : "agentBusy"))
            ]
        }
        readySince = status == .ready ? since : nil
        next = pauseReason.map { status == .paused && !isReserved ? .paused(reason: $0) : .ready } ?? .ready
        nextIsAsked = false
        isCalled = true
        callID = call
        afterCallWorkSeconds = 0
        return change(to: .ringing, at: time)
    }

    private mutating func tookCharge(_ call: CallID, _ seconds: Int) -> [Action] {
        guard callID == call else { return [] }
        afterCallWorkSeconds = min(max(seconds, 0), 3600)
        return []
    }

    private mutating func offerEnded(_ call: CallID, _ outcome: OfferOutcome, at time: Timestamp) -> [Action] {
        guard status == .ringing, callID == call else { return [] }
        if outcome == .answered { return answered(call, at: time) }
        callID = nil
        if nextIsAsked { return turn(to: next, at: time) }
        if isCalled == true, case .paused = next { return turn(to: next, at: time) }
        switch outcome {
        case .answered, .callerGone, .answeredElsewhere: return change(to: .ready, since: readySince, at: time)
        case .failed, .agentGone: return change(to: .paused, reason: Self.phoneUnreachable, at: time)
        case .noAnswer, .rejected, .busy:
            return rules.pausesAfterMissed && isCalled != true
                ? change(to: .paused, reason: Self.missed, at: time) : change(to: .ready, at: time)
        }
    }

    private mutating func answered(_ call: CallID, at time: Timestamp) -> [Action] {
        guard status == .ringing, callID == call else { return [] }
        return change(to: .talking, at: time)
    }

    private mutating func holdChanged(_ call: CallID, _ isHeld: Bool, at time: Timestamp) -> [Action] {
        guard status == .talking, callID == call, isOnHold != isHeld else { return [] }
        isOnHold = isHeld
        return change(to: .talking, since: since, at: time)
    }

    private mutating func callEnded(_ call: CallID, at time: Timestamp) -> [Action] {
        guard callID == call else { return [] }
        switch status {
        case .ringing: return offerEnded(call, .callerGone, at: time)
        case .talking:
            isOnHold = false
            guard afterCallWorkSeconds > 0, next != .signedOut, rules.afterCallWork != .none else {
                callID = nil
                return turn(to: next, at: time)
            }
            extensions = nil
            until = rules.afterCallWork == .timed ? time.adding(.seconds(afterCallWorkSeconds)) : nil
            return change(to: .afterCallWork, at: time) + resume()
        case .signedOut, .ready, .paused, .afterCallWork: return []
        }
    }

    private mutating func found(
        _ call: CallID, _ found: AgentStatus, _ phone: PhoneID?, _ isHeld: Bool, _ seconds: Int, at time: Timestamp
    ) -> [Action] {
        guard status != found || callID != call || isOnHold != isHeld else { return [] }
        let isNews = status != found || callID != call
        if callID != call, case .paused = status, !isReserved, let pauseReason { next = .paused(reason: pauseReason) }
        callID = call
        phoneID = phone ?? phoneID
        afterCallWorkSeconds = seconds
        isOnHold = isHeld
        until = nil
        return change(to: found, since: isNews ? nil : since, at: time)
    }

    private mutating func finishAfterCallWork(
        _ disposition: String?, _ note: String?, at time: Timestamp
    ) -> [Action] {
        afterCallWorkOver(disposition, note, at: time) + turn(to: next, at: time)
    }

    private mutating func afterCallWorkOver(
        _ disposition: String?, _ note: String?, at time: Timestamp
    ) -> [Action] {
        var actions: [Action] = []
        if let callID {
            actions.append(
                .afterCallWorkEnded(
                    AfterCallWorkEnded(
                        callID: callID, agentID: agentID, startedAt: since, endedAt: max(since, time),
                        disposition: disposition, note: note)))
        }
        callID = nil
        return actions
    }

    // MARK: Changes

    mutating func turn(to wish: Next, at time: Timestamp) -> [Action] {
        next = .ready
        nextIsAsked = false
        switch wish {
        case .ready: return status == .ready ? [] : change(to: .ready, at: time)
        case .paused(let reason):
            return status == .paused && pauseReason == reason ? [] : change(to: .paused, reason: reason, at: time)
        case .signedOut:
            phoneID = nil
            return change(to: .signedOut, at: time)
        }
    }

    /// - Parameter since: when the state began, if it is an older one that goes on.
    mutating func change(
        to new: AgentStatus, reason: String? = nil, since start: Timestamp? = nil, at time: Timestamp
    ) -> [Action] {
        let previous = status
        status = new
        pauseReason = reason
        since = start ?? max(since, time)
        if !isReserved { previewID = nil }
        if new != .afterCallWork, !isReserved { until = nil }
        isPauseExceeded = nil
        if new == .paused, !isReserved, let reason, let limit = rules.pauseSeconds[reason] {
            until = since.adding(.seconds(limit))
        }
        revision &+= 1
        let timer = new == .paused ? resume() : []
        return [.changed(AgentStateChanged(agent: snapshot, previous: previous))] + timer
    }
}
