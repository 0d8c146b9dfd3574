import Contracts
import SIP

/// Which places of the trunks answer: asked now and then (OPTIONS), and learnt from calls. Pure, times passed in.
///
///     up ──so many failures in a row──▶ down ──so many answers in a row──▶ up
///
/// A place is up until it is known not to be. One that is never asked (`probeSeconds` 0) is always up. Where a call has failed
/// the next ones try the other places first, for a while.
struct TrunkWatch: Sendable {
    struct Place: Hashable, Sendable {
        let trunk: TrunkID
        let peer: SIPPeer
    }

    enum Action: Sendable, Equatable {
        /// Ask it; the number comes back with the answer.
        case probe(Place, number: UInt64)
        case changed(Place, isUp: Bool, isTrunkUp: Bool)
    }

    /// What is known of a place.
    struct Health: Sendable, Equatable {
        var isUp = true
        /// In a row, of the other kind than the state.
        var contrary = 0
        var changedAt: Timestamp
        /// Of the last answer; nil for none yet, or silence.
        var lastStatus: Int?
        /// It takes nothing before, and said so (Retry-After).
        var closedUntil = Timestamp(microseconds: .min)
        /// A call has failed there lately: others are tried before it.
        var doubtedUntil = Timestamp(microseconds: .min)
        var probeAt: Timestamp
        var probe: Probe?
    }

    struct Probe: Sendable, Equatable {
        let number: UInt64
        let sentAt: Timestamp
    }

    /// What a trunk's settings say.
    private struct Rules: Sendable, Equatable {
        let probeSeconds: Int
        let downAfter: Int
        let upAfter: Int
    }

    /// An answer that takes longer is none.
    static let patience = Duration.seconds(4)
    /// How long others are tried before a place that has failed.
    static let doubt = Duration.seconds(30)
    /// The most that a Retry-After is believed.
    static let longestRetry = 300
    /// A place that is down is asked at least so often.
    static let downSeconds = 10

    private(set) var places: [Place: Health] = [:]
    private var rules: [TrunkID: Rules] = [:]
    private var numbers: UInt64 = 0

    /// Each second: takes up what is new, forgets what is gone, asks those whose time has come, gives up on the silent.
    mutating func look(at trunks: [(trunk: Trunk, places: [TrunkPlace])], _ now: Timestamp) -> [Action] {
        rules = trunks.reduce(into: [:]) { rules, known in
            let settings = known.trunk.settings
            rules[known.trunk.id] = Rules(
                probeSeconds: settings.probeSeconds ?? 0, downAfter: settings.downAfter ?? 3,
                upAfter: settings.upAfter ?? 1)
        }
        let present = Set(trunks.flatMap { known in known.places.map { Place(trunk: known.trunk.id, peer: $0.peer) } })
        places = places.filter { present.contains($0.key) }
        for place in present where places[place] == nil { places[place] = Health(changedAt: now, probeAt: now) }
        return present.sorted { ($0.trunk, $0.peer.address) < ($1.trunk, $1.peer.address) }
            .flatMap { look(at: $0, now) }
    }

    private mutating func look(at place: Place, _ now: Timestamp) -> [Action] {
        guard let health = places[place], let rules = rules[place.trunk] else { return [] }
        var actions: [Action] = []
        if let probe = health.probe {
            guard probe.sentAt.adding(Self.patience) <= now else { return [] }
            places[place]?.probe = nil
            actions += failed(place, status: nil, now)
        }
        guard rules.probeSeconds > 0, health.probeAt <= now else { return actions }
        numbers += 1
        places[place]?.probe = Probe(number: numbers, sentAt: now)
        let isUp = places[place]?.isUp ?? true
        let seconds = isUp ? rules.probeSeconds : min(rules.probeSeconds, Self.downSeconds)
        places[place]?.probeAt = now.adding(.seconds(seconds))
        return actions + [.probe(place, number: numbers)]
    }

    /// The answer to a probe. Whoever answers at all is there, but for 503, which says that it takes nothing.
    mutating func answered(_ place: Place, number: UInt64, _ response: SIPResponse, _ now: Timestamp) -> [Action] {
        guard places[place]?.probe?.number == number else { return [] }
        places[place]?.probe = nil
        let status = response.isLocal ? nil : response.status.code
        let isThere = status != nil && status != 503
        return isThere ? succeeded(place, status: status, now) : failed(place, status: status, now)
    }

    /// A call has come through to it.
    mutating func reached(_ place: Place, _ now: Timestamp) -> [Action] {
        note(place, now)
        return succeeded(place, status: nil, now)
    }

    /// A call may come to a place before the watch looks at it.
    private mutating func note(_ place: Place, _ now: Timestamp) {
        if places[place] == nil { places[place] = Health(changedAt: now, probeAt: now) }
    }

    /// A call has found it silent, out of reach, or unwilling.
    mutating func refused(_ place: Place, _ response: SIPResponse, _ now: Timestamp) -> [Action] {
        note(place, now)
        let seconds = response.headers[.retryAfter].flatMap { Int($0.prefix { $0.isASCII && $0.isNumber }) } ?? 0
        if seconds > 0 { places[place]?.closedUntil = now.adding(.seconds(min(seconds, Self.longestRetry))) }
        places[place]?.doubtedUntil = now.adding(Self.doubt)
        if places[place]?.probe == nil { places[place]?.probeAt = now }
        return failed(place, status: response.isLocal ? nil : response.status.code, now)
    }

    /// Whether a call may try it.
    func isUsable(_ place: Place, _ now: Timestamp) -> Bool {
        places[place].map { $0.isUp && $0.closedUntil <= now } ?? true
    }

    /// Whether others are to be tried before it.
    func isDoubted(_ place: Place, _ now: Timestamp) -> Bool { places[place].map { $0.doubtedUntil > now } ?? false }

    func isUp(_ trunk: TrunkID) -> Bool {
        let own = places.filter { $0.key.trunk == trunk }
        return own.isEmpty || own.contains { $0.value.isUp }
    }

    private mutating func succeeded(_ place: Place, status: Int?, _ now: Timestamp) -> [Action] {
        guard let health = places[place] else { return [] }
        if let status { places[place]?.lastStatus = status }
        places[place]?.closedUntil = Timestamp(microseconds: .min)
        places[place]?.doubtedUntil = Timestamp(microseconds: .min)
        return count(place, isContrary: !health.isUp, rules[place.trunk]?.upAfter ?? 1, now)
    }

    private mutating func failed(_ place: Place, status: Int?, _ now: Timestamp) -> [Action] {
        guard let health = places[place] else { return [] }
        places[place]?.lastStatus = status
        // One that is never asked could never come up again.
        guard rules[place.trunk]?.probeSeconds ?? 0 > 0 else { return [] }
        return count(place, isContrary: health.isUp, rules[place.trunk]?.downAfter ?? 3, now)
    }

    private mutating func count(_ place: Place, isContrary: Bool, _ limit: Int, _ now: Timestamp) -> [Action] {
        guard isContrary, let health = places[place] else {
            places[place]?.contrary = 0
            return []
        }
        places[place]?.contrary = health.contrary + 1
        guard health.contrary + 1 >= limit else { return [] }
        places[place]?.contrary = 0
        places[place]?.isUp = !health.isUp
        places[place]?.changedAt = now
        // One that has just gone down is not left alone until its usual time.
        if health.isUp {
            let seconds = min(rules[place.trunk]?.probeSeconds ?? Self.downSeconds, Self.downSeconds)
            places[place]?.probeAt = min(health.probeAt, now.adding(.seconds(seconds)))
        }
        return [.changed(place, isUp: !health.isUp, isTrunkUp: isUp(place.trunk))]
    }
}

extension SIPPeer {
    /// Such as `udp:192.0.2.7:5060`.
    var address: String { description }
}
