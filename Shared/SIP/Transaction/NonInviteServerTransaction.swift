/// A request other than INVITE that came to us (RFC 3261 §17.2.2).
///
///              1xx               200–699
///     trying ───────▶ proceeding ───────▶ completed ──J──▶ terminated
///        └────────────────────────────────────▲
struct NonInviteServerTransaction: Transaction {
    enum State { case trying, proceeding, completed, terminated }

    private let timers: TransactionTimers
    private let isReliable: Bool
    private var last: [UInt8] = []
    private(set) var state = State.trying

    init(isReliable: Bool, timers: TransactionTimers) {
        self.isReliable = isReliable
        self.timers = timers
    }

    var request: SIPRequest? { nil }

    mutating func handle(_ input: TransactionInput) -> [TransactionAction] {
        switch input {
        case .start: [.set(.abandoned, timers.giveUp)]
        case .respond(let status, let bytes): respond(status, bytes)
        // In `trying` there is nothing to repeat yet.
        case .retransmission: state == .terminated || last.isEmpty ? [] : [.send(last)]
        case .timer(let timer): fired(timer)
        case .transportFailed: state == .terminated ? [] : end([.unreachable])
        case .response, .ack, .cancelled: []
        }
    }

    private mutating func respond(_ status: SIPStatus, _ bytes: [UInt8]) -> [TransactionAction] {
        guard state == .trying || state == .proceeding else { return [] }
        last = bytes
        guard status.isFinal else {
            state = .proceeding
            return [.send(bytes)]
        }
        state = .completed
        return isReliable ? end([.send(bytes)]) : [.send(bytes), .set(.j, timers.giveUp)]
    }

    private mutating func fired(_ timer: TransactionTimer) -> [TransactionAction] {
        switch (timer, state) {
        case (.j, .completed): end([])
        case (.abandoned, .trying), (.abandoned, .proceeding): end([.timedOut])
        default: []
        }
    }

    private mutating func end(_ actions: [TransactionAction]) -> [TransactionAction] {
        state = .terminated
        return actions + [.terminated]
    }
}
