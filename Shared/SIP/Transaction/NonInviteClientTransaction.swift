/// A request other than INVITE that we sent (RFC 3261 §17.1.2).
///
///              1xx               200–699
///     trying ───────▶ proceeding ───────▶ completed ──K──▶ terminated
///        └────────────────────────────────────▲
struct NonInviteClientTransaction: Transaction {
    enum State { case trying, proceeding, completed, terminated }

    let sent: SIPRequest
    private let timers: TransactionTimers
    private let isReliable: Bool
    private var bytes: [UInt8]
    private var interval: Duration
    private(set) var state = State.trying

    init(request: SIPRequest, isReliable: Bool, timers: TransactionTimers) {
        sent = request
        self.isReliable = isReliable
        self.timers = timers
        bytes = SIPWriter.bytes(request)
        interval = timers.t1
    }

    var request: SIPRequest? { sent }

    mutating func handle(_ input: TransactionInput) -> [TransactionAction] {
        switch input {
        case .start:
            isReliable
                ? [.send(bytes), .set(.f, timers.giveUp)] : [.send(bytes), .set(.e, interval), .set(.f, timers.giveUp)]
        case .response(let response): received(response)
        case .timer(let timer): fired(timer)
        case .transportFailed: state == .completed || state == .terminated ? [] : end([.unreachable])
        case .respond, .retransmission, .ack, .cancelled: []
        }
    }

    private mutating func received(_ response: SIPResponse) -> [TransactionAction] {
        guard state == .trying || state == .proceeding else { return [] }
        guard response.status.isFinal else {
            state = .proceeding
            return [.deliver(response)]
        }
        state = .completed
        bytes = []
        return isReliable ? end([.deliver(response)]) : [.deliver(response), .set(.k, timers.t4)]
    }

    private mutating func fired(_ timer: TransactionTimer) -> [TransactionAction] {
        switch (timer, state) {
        case (.e, .trying):
            interval = min(interval * 2, timers.t2)
            return [.send(bytes), .set(.e, interval)]
        case (.e, .proceeding): return [.send(bytes), .set(.e, timers.t2)]
        case (.f, .trying), (.f, .proceeding): return end([.timedOut])
        case (.k, .completed): return end([])
        default: return []
        }
    }

    private mutating func end(_ actions: [TransactionAction]) -> [TransactionAction] {
        state = .terminated
        return actions + [.terminated]
    }
}
