import Contracts
import WebRTC

/// Names a visitor's call, and lets whoever knows it steer it: 128 random bits behind the number of the media server that has it.
struct WebCallID: Hashable, Sendable {
    let text: String

    init(on instance: Int) {
        text = "\(instance)-" + (0..<2).map { _ in Self.hexadecimal(.random(in: .min ... .max)) }.joined()
    }

    /// Nil for what is none of ours.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, parts.count == 2, Int(parts[0]) != nil, parts[1].utf8.count == 32 else {
            return nil
        }
        self.text = text
    }

    /// The number of the media server that has it.
    var instance: Int { text.split(separator: "-").first.flatMap { Int($0) } ?? 0 }

    private static func hexadecimal(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

/// How a visitor's call stands, as his page is told.
struct WebCallView: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable, CaseIterable { case connecting, ringing, answered, ended }

    enum Reason: String, Codable, Sendable, CaseIterable {
        /// He has hung up.
        case hungUp
        /// The other side has.
        case ended
        case busy
        /// Nobody was there to take it, or there is too much to do.
        case unavailable
        /// The sound between here and his page never came up.
        case unreachable
        /// His page has been away for too long.
        case lost
        /// It has lasted as long as a call may.
        case tooLong
        case failed
    }

    var state: State
    /// Whether there is sound between here and the page now.
    var isConnected: Bool
    /// Whether keys are heard as telephone-events; else they are to be sent by HTTP.
    let hearsKeys: Bool
    var answeredAt: Timestamp?
    var endedAt: Timestamp?
    /// Of one that has ended.
    var reason: Reason?
}

/// Calls of visitors of tenants' web sites: pure, times passed in.
///
///     connecting ──ICE, DTLS──▶ ringing (the leg arrives) ──answer──▶ answered ──▶ ended ──▶ forgotten
///          └──── not in time: nobody has heard of it ────────────────────────────────┘
///
/// A leg arrives when its sound is up: a mere request by HTTP makes no call, and nothing of a greeting is lost.
struct WebCalls: Sendable {
    struct Call: Sendable, Equatable {
        /// As it arrives. Its name is also the line's in the media engine.
        let leg: Leg
        let entry: WebEntryID
        let source: VisitorSource
        let longest: Duration
        let port: MediaPort
        let sessionID: UInt64
        let begunAt: Timestamp
        /// Of the page that has it now.
        var fingerprint: Fingerprint
        /// Of the last answer.
        var version: UInt64 = 1
        /// When its page last came or went.
        var since: Timestamp
        var hasArrived = false
        var view: WebCallView
        var descriptions = KeyAllowance()

        var isOver: Bool { view.state == .ended }
    }

    enum Action: Sendable, Equatable {
        /// Its sound is up: the leg arrives.
        case arrive(Leg)
        case end(LegID, EndCause)
        /// One that has never arrived: its line is closed.
        case close(LegID)
        case tell(WebCallID, WebCallView)
        /// Whoever follows it is sent away.
        case forget(WebCallID)
    }

    /// How long the sound may take to come up.
    static let connectWithin = Duration.seconds(15)
    /// How long it is known how a call ended.
    static let rememberFor = Duration.seconds(60)
    /// Calls and memories of calls.
    static let most = 20_000

    /// How long a call waits for a page that is away: loaded anew, or between two networks.
    let keep: Duration
    /// At once, of all entries together.
    let most: Int
    private var calls: [WebCallID: Call] = [:]
    private var idOfLeg: [LegID: WebCallID] = [:]
    private var running: [TenantID: [WebEntryID: Int]] = [:]

    init(keep: Duration, most: Int) {
        self.keep = keep
        self.most = most
    }

    subscript(id: WebCallID) -> Call? { calls[id] }

    /// Calls that have not ended.
    var count: Int { idOfLeg.count }

    func isOne(_ leg: LegID) -> Bool { idOfLeg[leg] != nil }

    /// - Throws: `Failure.unavailable` if there are as many as there may be.
    func makeRoom(_ entry: WebEntry, _ tenant: TenantID, _ source: VisitorSource) throws(Failure) {
        let isFull = running[tenant]?[entry.id] ?? 0 >= entry.maxCalls
        guard !isFull, idOfLeg.count < most, calls.count < Self.most else {
            throw Failure(.unavailable, "All lines are busy. Please try again a little later.", code: "web_entry_busy")
        }
        let own = idOfLeg.values.count { id in
            calls[id].map { $0.source == source && $0.entry == entry.id && $0.leg.tenant == tenant } ?? false
        }
        guard own < entry.maxCallsPerSource else {
            throw Failure(.unavailable, "There are too many calls from your address.", code: "web_source_busy")
        }
    }

    mutating func begin(_ id: WebCallID, _ call: Call) {
        calls[id] = call
        idOfLeg[call.leg.id] = id
        running[call.leg.tenant, default: [:]][call.entry, default: 0] += 1
    }

    /// The page has come anew, or looks for another way to us.
    /// - Returns: its call; nil if that is over, or the page asks faster than pages do.
    mutating func rejoin(_ id: WebCallID, _ fingerprint: Fingerprint, at now: Timestamp) -> Call? {
        guard calls[id]?.isOver == false, calls[id]?.descriptions.take(at: now, atMost: 2) == true else { return nil }
        calls[id]?.fingerprint = fingerprint
        calls[id]?.version &+= 1
        return calls[id]
    }

    // MARK: What happens

    mutating func connected(_ leg: LegID, at now: Timestamp) -> [Action] {
        guard let id = idOfLeg[leg], var call = calls[id] else { return [] }
        let isNew = !call.hasArrived
        call.hasArrived = true
        call.since = now
        call.view.isConnected = true
        if call.view.state == .connecting { call.view.state = .ringing }
        calls[id] = call
        return (isNew ? [.arrive(call.leg.arriving(at: now))] : []) + [.tell(id, call.view)]
    }

    mutating func lost(_ leg: LegID, at now: Timestamp) -> [Action] {
        guard let id = idOfLeg[leg] else { return [] }
        calls[id]?.since = now
        calls[id]?.view.isConnected = false
        return tell(id)
    }

    mutating func answered(_ leg: LegID, at now: Timestamp) -> [Action] {
        guard let id = idOfLeg[leg] else { return [] }
        calls[id]?.view.state = .answered
        calls[id]?.view.answeredAt = now
        return tell(id)
    }

    /// The leg has ended.
    mutating func ended(_ leg: LegID, _ cause: EndCause, at now: Timestamp) -> [Action] {
        guard let id = idOfLeg[leg] else { return [] }
        return settle(id, WebCallView.Reason(cause), at: now)
    }

    /// The visitor hangs up.
    mutating func hangUp(_ id: WebCallID, at now: Timestamp) -> [Action] { end(id, .hungUp, .remote, at: now) }

    /// Once a second.
    mutating func expire(at now: Timestamp) -> [Action] {
        var actions: [Action] = []
        for (id, call) in calls.sorted(by: { $0.key.text < $1.key.text }) {
            if call.isOver {
                guard now >= (call.view.endedAt ?? now).adding(Self.rememberFor) else { continue }
                calls[id] = nil
                actions.append(.forget(id))
            } else if !call.hasArrived {
                guard now >= call.begunAt.adding(Self.connectWithin) else { continue }
                actions += end(id, .unreachable, .remote, at: now)
            } else if !call.view.isConnected, now >= call.since.adding(keep) {
                // Most visitors hang up by closing the page.
                actions += end(id, .lost, .remote, at: now)
            } else if now >= call.begunAt.adding(call.longest) {
                actions += end(id, .tooLong, .local, at: now)
            }
        }
        return actions
    }

    private mutating func end(
        _ id: WebCallID, _ reason: WebCallView.Reason, _ cause: EndCause, at now: Timestamp
    ) -> [Action] {
        guard let call = calls[id], !call.isOver else { return [] }
        return settle(id, reason, at: now) + [call.hasArrived ? .end(call.leg.id, cause) : .close(call.leg.id)]
    }

    private mutating func settle(_ id: WebCallID, _ reason: WebCallView.Reason, at now: Timestamp) -> [Action] {
        guard let call = calls[id], !call.isOver else { return [] }
        idOfLeg[call.leg.id] = nil
        let left = (running[call.leg.tenant]?[call.entry] ?? 1) - 1
        running[call.leg.tenant]?[call.entry] = left > 0 ? left : nil
        if running[call.leg.tenant]?.isEmpty == true { running[call.leg.tenant] = nil }
        calls[id]?.view.state = .ended
        calls[id]?.view.isConnected = false
        calls[id]?.view.endedAt = now
        calls[id]?.view.reason = reason
        return tell(id)
    }

    private func tell(_ id: WebCallID) -> [Action] { calls[id].map { [.tell(id, $0.view)] } ?? [] }
}

extension WebCallView.Reason {
    init(_ cause: EndCause) {
        switch cause {
        case .remote: self = .hungUp
        case .local, .noAnswer: self = .ended
        case .busy: self = .busy
        case .rejected, .notFound, .unavailable, .congestion: self = .unavailable
        case .mediaTimeout: self = .lost
        case .failed: self = .failed
        }
    }
}

extension Leg {
    fileprivate func arriving(at now: Timestamp) -> Leg {
        Leg(
            id: id, tenant: tenant, isOutbound: false, from: from, to: to, trunkID: nil, phoneID: nil, arrivedAt: now,
            state: .arrived, attributes: attributes)
    }
}
