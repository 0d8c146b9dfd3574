/// An INVITE that we sent (RFC 3261 §17.1.1 with RFC 6026's accepted state).
///
///               1xx                300–699
///     calling ───────▶ proceeding ─────────▶ completed ──D──▶ terminated
///        │ 2xx             │ 2xx
///        └──────▶ accepted ◀┘ ──M──▶ terminated
///
/// A peer that rings and then vanishes never answers: the CANCEL that follows in the end bounds the waiting.
///
/// Further 2xx, of a retransmission or of another fork, are delivered as long as it is accepted.
struct InviteClientTransaction: Transaction {
    enum State { case calling, proceeding, completed, accepted, terminated }

    let sent: SIPRequest
    private let timers: TransactionTimers
    private let isReliable: Bool
    private var bytes: [UInt8]
    private var ackBytes: [UInt8] = []
    private var interval: Duration
    private(set) var state = State.calling

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
        case .start: start()
        case .response(let response): received(response)
        case .timer(let timer): fired(timer)
        case .transportFailed: state == .terminated ? [] : end([.unreachable])
        // Longer than the 64 T1 of §9.1, after which the call is over: a 2xx that comes late is still hung up.
        case .cancelled: state == .calling || state == .proceeding ? [.set(.cancelled, timers.giveUp * 4)] : []
        case .respond, .retransmission, .ack: []
        }
    }

    private func start() -> [TransactionAction] {
        isReliable
            ? [.send(bytes), .set(.b, timers.giveUp)] : [.send(bytes), .set(.a, interval), .set(.b, timers.giveUp)]
    }

    private mutating func received(_ response: SIPResponse) -> [TransactionAction] {
        switch (state, response.status.code) {
        case (.calling, ..<200), (.proceeding, ..<200):
            leaveCalling(for: .proceeding)
            return [.deliver(response)]
        case (.calling, ..<300), (.proceeding, ..<300):
            leaveCalling(for: .accepted)
            return [.deliver(response), .set(.m, timers.giveUp)]
        case (.calling, _), (.proceeding, _): return refused(response)
        case (.accepted, 200..<300): return [.deliver(response)]
        case (.completed, 300...): return [.send(ackBytes)]
        default: return []
        }
    }

    private mutating func refused(_ response: SIPResponse) -> [TransactionAction] {
        leaveCalling(for: .completed)
        ackBytes = SIPWriter.bytes(Self.ack(for: sent, response))
        let actions: [TransactionAction] = [.send(ackBytes), .deliver(response)]
        // Timer D: at least 32 s where responses may be repeated, nothing to wait for where they are not.
        return isReliable ? end(actions) : actions + [.set(.d, max(.seconds(32), timers.giveUp))]
    }

    private mutating func fired(_ timer: TransactionTimer) -> [TransactionAction] {
        switch (timer, state) {
        case (.a, .calling):
            interval *= 2
            return [.send(bytes), .set(.a, interval)]
        case (.b, .calling), (.cancelled, .calling), (.cancelled, .proceeding): return end([.timedOut])
        case (.d, .completed), (.m, .accepted): return end([])
        default: return []
        }
    }

    private mutating func leaveCalling(for next: State) {
        state = next
        bytes = []
    }

    private mutating func end(_ actions: [TransactionAction]) -> [TransactionAction] {
        state = .terminated
        return actions + [.terminated]
    }

    /// The ACK of a response of 300 or more: same branch, same CSeq number, To of the response (§17.1.1.3).
    static func ack(for request: SIPRequest, _ response: SIPResponse) -> SIPRequest {
        var fields = SIPFields(
            from: request.from, to: response.to, callID: request.callID, cseq: CSeq(request.cseq.number, .ack))
        fields.via = Array(request.via.prefix(1))
        for route in request.headers.values(.route) { fields.headers.add(.route, route) }
        fields.headers[.maxForwards] = "70"
        return SIPRequest(method: .ack, uri: request.uri, fields: fields)
    }
}
