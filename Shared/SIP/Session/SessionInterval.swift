/// How long a call may go without a refresh before both sides take it for dead, and who refreshes (RFC 4028).
struct SessionInterval: Equatable {
    enum Refresher: String { case uac, uas }

    /// What no interval may be shorter than.
    static let minimum = 90
    private static let longest = 86_400

    let seconds: Int
    /// Nil if the header leaves it open.
    let refresher: Refresher?

    init(seconds: Int, refresher: Refresher?) {
        self.seconds = seconds
        self.refresher = refresher
    }

    /// What Session-Expires says; nil if it is not there or makes no sense.
    init?(_ headers: SIPHeaders) {
        guard let value = headers[.sessionExpires] else { return nil }
        let parts = value.utf8.split(separator: UInt8(ascii: ";")).map { trimmed($0) }
        guard let seconds = parts.first?.utf8.decimal(upTo: Self.longest) else { return nil }
        self.seconds = seconds
        refresher =
            parts.dropFirst().lazy
            .compactMap { $0.lowercased().split(separator: "=", maxSplits: 1).last }
            .compactMap { Refresher(rawValue: trimmed($0.utf8)) }.first
    }

    var text: String { refresher.map { "\(seconds);refresher=\($0.rawValue)" } ?? "\(seconds)" }

    /// What a Min-SE says.
    static func leastOf(_ headers: SIPHeaders) -> Int? {
        headers[.minSE].flatMap { trimmed($0.utf8.prefix { $0 != UInt8(ascii: ";") }).utf8.decimal(upTo: longest) }
    }

    /// The headers of a 422, if the request asks for less than we allow.
    static func refusal(_ request: SIPRequest) -> SIPHeaders? {
        guard let asked = SessionInterval(request.headers), asked.seconds < minimum,
            request.headers.tokens(.supported).contains("timer")
        else { return nil }
        return ["Min-SE": "\(minimum)"]
    }
}

extension Session {
    /// Agrees on an interval for a request that came.
    /// - Returns: the headers of its 2xx.
    mutating func grantInterval(_ request: SIPRequest) -> SIPHeaders {
        let knowsTimers = request.headers.tokens(.supported).contains("timer")
        let asked = SessionInterval(request.headers)
        guard let ours = settings.sessionSeconds, knowsTimers || asked != nil else {
            interval = nil
            return [:]
        }
        let least = max(SessionInterval.leastOf(request.headers) ?? 0, SessionInterval.minimum)
        // A peer that knows nothing of timers cannot refresh: a proxy between us asked.
        let isOurs = !knowsTimers || asked?.refresher == .uas
        let agreed = SessionInterval(
            seconds: max(min(asked?.seconds ?? ours, ours), least), refresher: isOurs ? .uas : .uac)
        interval = (agreed.seconds, isOurs)
        var headers: SIPHeaders = ["Session-Expires": agreed.text]
        if !isOurs { headers[.require] = "timer" }
        return headers
    }

    /// What a 2xx to a request of ours says of the interval.
    mutating func heardInterval(_ response: SIPResponse) {
        guard settings.sessionSeconds != nil, let agreed = SessionInterval(response.headers),
            agreed.seconds >= SessionInterval.minimum
        else { return interval = nil }
        interval = (agreed.seconds, agreed.refresher != .uas)
    }

    /// Begins to count anew; what was set before means nothing any more.
    mutating func countInterval() -> [SessionAction] {
        intervalSerial += 1
        guard let interval else { return [] }
        let lasts: Duration = .seconds(interval.seconds)
        if interval.isOurs {
            return [.set(.refresh, lasts / 2, intervalSerial), .set(.expired, lasts, intervalSerial)]
        }
        // §10: the side that waits gives up a little before the end.
        return [.set(.expired, lasts - .seconds(min(32, interval.seconds / 3)), intervalSerial)]
    }

    mutating func refresh(_ serial: UInt32) -> [SessionAction] {
        guard serial == intervalSerial, phase == .talking, !hasTold else { return [] }
        guard ourOffer == nil, peerOffer == nil, awaitedAck == nil, unacknowledged == nil else {
            return [.set(.refresh, .seconds(5), serial)]
        }
        // UPDATE says nothing of media; where it is not known, our last description is offered again as it was.
        if !peerTakesUpdate {
            isRefreshing = true
            return offer(lastBody, [:])
        }
        guard var update = dialog?.request(.update) else { return [] }
        update.contacts = [settings.contact]
        update.headers.add(intervalHeaders)
        return [.send(update, .refresh)]
    }

    /// What a request of ours in the call says of the interval.
    var intervalHeaders: SIPHeaders {
        guard let ours = settings.sessionSeconds else { return [:] }
        let refresher: SessionInterval.Refresher? = interval.map { $0.isOurs ? .uac : .uas }
        let asked = SessionInterval(seconds: interval?.seconds ?? ours, refresher: refresher)
        return ["Supported": "timer", "Session-Expires": asked.text]
    }

    mutating func refreshed(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        guard response.status.isFinal else { return [] }
        if response.status.isSuccess {
            dialog?.refreshTarget(response.contacts)
            heardInterval(response)
            return countInterval()
        }
        if let repeated = authorized(request, response) { return [.send(repeated, .refresh)] }
        if response.status.code == 481 || response.status.code == 408 { return hangUp(.timedOut(.session), [:]) }
        if response.status.code == 405 || response.status.code == 501 { peerTakesUpdate = false }
        return refreshAgain()
    }

    /// A refresh that was refused, for both offered at once or the peer had no time, is tried again until the interval ends.
    func refreshAgain() -> [SessionAction] {
        interval?.isOurs == true ? [.set(.refresh, .seconds(10), intervalSerial)] : []
    }

    mutating func expired(_ serial: UInt32) -> [SessionAction] {
        serial == intervalSerial && phase == .talking ? hangUp(.timedOut(.session), [:]) : []
    }

    /// The INVITE again with an interval long enough for whoever said 422 (§7.3).
    func lengthened(_ request: SIPRequest, _ response: SIPResponse) -> SIPRequest? {
        guard response.status.code == 422, let least = SessionInterval.leastOf(response.headers),
            least > SessionInterval(request.headers)?.seconds ?? 0
        else { return nil }
        var request = request
        request.headers[.sessionExpires] = "\(least)"
        request.headers[.minSE] = "\(least)"
        request.cseq.number = request.cseq.number >= 0x7FFF_FFFF ? 1 : request.cseq.number + 1
        request.via = []
        return request
    }
}
