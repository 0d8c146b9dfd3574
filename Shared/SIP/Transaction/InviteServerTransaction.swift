/// An INVITE that came to us (RFC 3261 §17.2.1 with RFC 6026's accepted state).
///
///                  300–699              ACK
///     proceeding ──────────▶ completed ─────▶ confirmed ──I──▶ terminated
///         │ 2xx                  └──H: no ACK──────────────────────▲
///         └──────▶ accepted ──L────────────────────────────────────┘
///
/// A 2xx is repeated by the call, not by the transaction, until its ACK comes, end to end.
struct InviteServerTransaction: Transaction {
    enum State { case proceeding, completed, accepted, confirmed, terminated }

    private let timers: TransactionTimers
    private let isReliable: Bool
    /// A ready 100, for when the call takes its time.
    private let trying: [UInt8]
    private var last: [UInt8] = []
    private var interval: Duration
    private(set) var state = State.proceeding

    init(trying: [UInt8], isReliable: Bool, timers: TransactionTimers) {
        self.trying = trying
        self.isReliable = isReliable
        self.timers = timers
        interval = timers.t1
    }

    var request: SIPRequest? { nil }
    /// Not even a 100 has gone out.
    var isUnanswered: Bool { state == .proceeding && last.isEmpty }

    mutating func handle(_ input: TransactionInput) -> [TransactionAction] {
        switch input {
        case .start: [.set(.trying, timers.trying)]
        case .respond(let status, let bytes): respond(status, bytes)
        case .retransmission: retransmission()
        case .ack: acknowledged()
        case .timer(let timer): fired(timer)
        case .transportFailed: state == .completed ? end([.unreachable]) : []
        case .response, .cancelled: []
        }
    }

    private mutating func respond(_ status: SIPStatus, _ bytes: [UInt8]) -> [TransactionAction] {
        switch state {
        case .proceeding where status.isProvisional:
            last = bytes
            return [.send(bytes)]
        case .proceeding where status.isSuccess:
            state = .accepted
            last = []
            return [.send(bytes), .set(.l, timers.giveUp)]
        case .proceeding:
            state = .completed
            last = bytes
            let actions: [TransactionAction] = [.send(bytes), .set(.h, timers.giveUp)]
            return isReliable ? actions : actions + [.set(.g, interval)]
        case .accepted where status.isSuccess: return [.send(bytes)]
        default: return []
        }
    }

    private mutating func retransmission() -> [TransactionAction] {
        switch state {
        case .proceeding:
            if last.isEmpty { last = trying }
            return [.send(last)]
        case .completed: return [.send(last)]
        default: return []
        }
    }

    private mutating func acknowledged() -> [TransactionAction] {
        guard state == .completed else { return [] }
        state = .confirmed
        last = []
        return isReliable ? end([]) : [.set(.i, timers.t4)]
    }

    private mutating func fired(_ timer: TransactionTimer) -> [TransactionAction] {
        switch (timer, state) {
        case (.trying, .proceeding) where last.isEmpty:
            last = trying
            return [.send(trying)]
        case (.g, .completed):
            interval = min(interval * 2, timers.t2)
            return [.send(last), .set(.g, interval)]
        case (.h, .completed): return end([.timedOut])
        case (.i, .confirmed), (.l, .accepted): return end([])
        default: return []
        }
    }

    private mutating func end(_ actions: [TransactionAction]) -> [TransactionAction] {
        state = .terminated
        return actions + [.terminated]
    }
}
