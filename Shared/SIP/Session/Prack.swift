// Ringing that is repeated until it is acknowledged, from both sides (RFC 3262).

/// The callee's ringing, as it is told reliably.
struct ReliableRinging {
    struct Awaited {
        let response: SIPResponse
        let acknowledgement: RAck
        let serial: UInt32
        var interval: Duration
    }

    /// What was sent and has no PRACK yet; only one at a time (§3).
    var awaited: Awaited?
    var waiting: [Ringing] = []
    /// The answer that waits for the PRACK of what was said before.
    var answer: (body: SIPBody?, headers: SIPHeaders)?
    /// The INVITE's offer was answered in one of them.
    var hasAnswered = false
    var sequence = UInt32.random(in: 1...0xFFFF)

    /// Both know what was agreed on, so that the caller may offer anew before the answer.
    var isSettled: Bool { hasAnswered && awaited == nil }

    /// More than any callee has to say before it answers.
    static let mostWaiting = 8
}

/// A provisional response to be sent.
struct Ringing {
    let status: SIPStatus
    let body: SIPBody?
    let headers: SIPHeaders
}

/// What a fork of our INVITE has said reliably.
struct HeardReliably {
    var sequence: UInt32
    var hasAnswer: Bool
}

/// Which response a PRACK is for (§7.2).
struct RAck: Equatable {
    let sequence: UInt32
    let cseq: CSeq

    init(sequence: UInt32, cseq: CSeq) {
        self.sequence = sequence
        self.cseq = cseq
    }

    /// Nil if there is none that can be read.
    init?(_ headers: SIPHeaders) {
        let parts = headers[.rAck]?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
        guard parts.count == 3, let sequence = UInt32(parts[0]), let number = UInt32(parts[1]) else { return nil }
        self.sequence = sequence
        cseq = CSeq(number, SIPMethod(rawValue: String(parts[2])))
    }

    var text: String { "\(sequence) \(cseq.number) \(cseq.method)" }
}

extension Session {
    /// Whether a peer may require it of us (RFC 3261 §8.2.2.3).
    static func knows(extension tag: String) -> Bool { ["timer", "100rel", "replaces"].contains(tag) }

    // MARK: The callee's side

    /// Whoever insists on it is told everything reliably; whoever knows it, what it must not miss.
    func ringsReliably(_ body: SIPBody?) -> Bool {
        if invite.headers.tokens(.require).contains("100rel") { return true }
        return body != nil && !invite.body.isEmpty && invite.headers.tokens(.supported).contains("100rel")
    }

    mutating func ringReliably(_ ringing: Ringing) -> [SessionAction] {
        guard let inviteTransaction, reliable.answer == nil else { return [] }
        guard reliable.awaited == nil else {
            if reliable.waiting.count < ReliableRinging.mostWaiting { reliable.waiting.append(ringing) }
            return []
        }
        reliable.sequence &+= 1
        // An offer of ours would have to be answered in the PRACK, and the offer is answered once.
        let body = invite.body.isEmpty || reliable.hasAnswered ? nil : ringing.body
        if let body {
            reliable.hasAnswered = true
            lastBody = body
        }
        var headers = ringing.headers
        headers.add(["Require": "100rel", "RSeq": "\(reliable.sequence)"])
        let response = response(to: invite, ringing.status, body, headers)
        serial += 1
        reliable.awaited = .init(
            response: response, acknowledgement: RAck(sequence: reliable.sequence, cseq: invite.cseq), serial: serial,
            interval: settings.timers.t1)
        return [
            .respond(inviteTransaction, response), .set(.repeatRinging, settings.timers.t1, serial),
            .set(.prackMissing, settings.timers.giveUp, serial),
        ]
    }

    /// The interval doubles without a limit (§3).
    mutating func repeatRinging(_ serial: UInt32) -> [SessionAction] {
        guard phase == .incoming, let inviteTransaction, var awaited = reliable.awaited, awaited.serial == serial else {
            return []
        }
        awaited.interval *= 2
        reliable.awaited = awaited
        return [.respond(inviteTransaction, awaited.response), .set(.repeatRinging, awaited.interval, serial)]
    }

    mutating func prackMissing(_ serial: UInt32) -> [SessionAction] {
        guard phase == .incoming, let inviteTransaction, reliable.awaited?.serial == serial else { return [] }
        let refusal = response(to: invite, 504, nil, [:])
        return [.respond(inviteTransaction, refusal)] + finish(.timedOut(.acknowledgement))
    }

    /// The peer's PRACK.
    mutating func pracked(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        guard phase == .incoming, let awaited = reliable.awaited, RAck(request.headers) == awaited.acknowledgement
        else {
            return [.respond(transaction, response(to: request, 481, nil, [:]))]
        }
        reliable.awaited = nil
        // With a body it offers anew what was agreed on in the response (§5).
        let reply =
            request.body.isEmpty || !reliable.hasAnswered
            ? [.respond(transaction, response(to: request, 200, nil, [:]))] : offered(request, transaction)
        if let (body, headers) = reliable.answer {
            reliable.answer = nil
            return reply + answer(body, headers)
        }
        guard !reliable.waiting.isEmpty else { return reply }
        return reply + ringReliably(reliable.waiting.removeFirst())
    }

    // MARK: The caller's side

    enum Heard {
        /// Nothing that wants a PRACK.
        case plain
        /// It was told already, or one before it is missing and will be repeated (§4).
        case repeated
        case next(SIPRequest)
    }

    mutating func heard(_ response: SIPResponse) -> Heard {
        guard response.headers.tokens(.require).contains("100rel"), let tag = response.to.tag,
            let sequence = response.headers[.rSeq].flatMap({ UInt32($0) }),
            let place = earlyDialogs.firstIndex(where: { $0.id.remoteTag == tag })
        else { return .plain }
        let known = heardReliably[tag]
        if let known, sequence != known.sequence &+ 1 { return .repeated }
        heardReliably[tag] = HeardReliably(
            sequence: sequence, hasAnswer: known?.hasAnswer == true || !response.body.isEmpty)
        var prack = earlyDialogs[place].request(.prack)
        prack.headers[.rAck] = RAck(sequence: sequence, cseq: response.cseq).text
        return .next(prack)
    }

    /// Whether the fork that sent this request has answered our offer while it rang.
    func hasEarlyAnswer(from request: SIPRequest) -> Bool {
        phase == .calling && request.from.tag.flatMap { heardReliably[$0]?.hasAnswer } == true
    }

    mutating func prackResponded(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        guard phase == .calling, let repeated = authorized(request, response),
            let place = earlyDialogs.firstIndex(where: { $0.id.remoteTag == request.to.tag })
        else { return [] }
        earlyDialogs[place].skipTo(repeated.cseq.number)
        return [.send(repeated, .prack)]
    }
}
