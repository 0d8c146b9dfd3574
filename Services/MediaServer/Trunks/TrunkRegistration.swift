import Contracts

/// Our own registration at a carrier (RFC 3261 §10.2): asked for, refreshed in time, tried again with growing pauses. Pure, times
/// passed in.
///
///     waiting ──▶ asking ──200──▶ registered ──refresh due──▶ asking
///        ▲           │ refused, silent
///        └──pause────┘
struct TrunkRegistration: Sendable, Equatable {
    static let pauses = [5, 10, 30, 60, 120]
    /// An answer that takes longer is none.
    static let patience = Duration.seconds(40)

    /// To carrier, with this number, which comes back with the answer; 0 seconds signs off.
    struct Request: Sendable, Equatable {
        let number: UInt32
        let seconds: Int
    }

    private enum State: Sendable, Equatable {
        case waiting(until: Timestamp)
        case asking(UInt32, since: Timestamp)
    }

    /// Which of several places is asked: the next after a failure.
    private(set) var attempt = 0
    private(set) var registeredUntil: Timestamp?
    /// Why the last attempt failed: a status, or nil for silence; nil also if it has not.
    private(set) var lastStatus: Int?
    private(set) var failures = 0
    /// What is asked for, in seconds.
    private(set) var expiry = 300
    /// By which proxies the carrier wants our calls to come (RFC 3608), as it stands in Route; empty for none.
    private(set) var serviceRoute = ""
    private var state = State.waiting(until: Timestamp(microseconds: .min))
    private var number: UInt32 = 0

    func isRegistered(at now: Timestamp) -> Bool { registeredUntil.map { $0 > now } ?? false }

    /// Each second.
    mutating func due(at now: Timestamp) -> Request? {
        switch state {
        case .waiting(let until): if until > now { return nil }
        case .asking(_, let since):
            guard since.adding(Self.patience) <= now else { return nil }
            failed(nil, now)
            return nil
        }
        number += 1
        state = .asking(number, since: now)
        return Request(number: number, seconds: expiry)
    }

    /// - Parameter seconds: for how long the carrier has registered us.
    mutating func accepted(_ number: UInt32, seconds: Int, serviceRoute: String = "", at now: Timestamp) {
        guard case .asking(number, _) = state else { return }
        self.serviceRoute = serviceRoute
        let granted = min(max(seconds, 10), 24 * 3_600)
        registeredUntil = now.adding(.seconds(granted))
        failures = 0
        lastStatus = 200
        // In good time, and never so late that one lost answer costs the registration.
        state = .waiting(until: now.adding(.seconds(max(5, min(granted * 3 / 4, granted - 40)))))
    }

    /// - Parameter least: the shortest registration that the carrier takes, if it says so (423, Min-Expires).
    mutating func refused(_ number: UInt32, status: Int?, least: Int?, at now: Timestamp) {
        guard case .asking(number, _) = state else { return }
        if status == 423, let least, least > expiry, least <= 24 * 3_600 { expiry = least }
        failed(status, now)
    }

    private mutating func failed(_ status: Int?, _ now: Timestamp) {
        lastStatus = status
        let pause = Self.pauses[min(failures, Self.pauses.count - 1)]
        failures += 1
        attempt &+= 1
        if !isRegistered(at: now) { registeredUntil = nil }
        state = .waiting(until: now.adding(.seconds(pause)))
    }
}
