import Contracts
import WebRTC

/// The telephones in browsers, and which call each carries: pure, times passed in.
///
///     joined ──ICE, DTLS──▶ connected ◀──▶ lost ──30 s without a call, or `keep` with one──▶ gone
///
/// The line of a browser stays up for a whole shift. A call is put onto it when the agent answers; a browser that goes, because
/// its page is loaded anew or its network changes, comes back to its line and finds the call there.
struct BrowserPhones: Sendable {
    typealias Key = Registrar<PhonePlace>.Key

    struct Line: Sendable, Equatable {
        /// The line's name in the media engine.
        let station: LegID
        let port: MediaPort
        let sessionID: UInt64
        /// Of the certificate that the browser has now: a restart of ICE keeps it.
        var fingerprint: Fingerprint
        /// Of the last answer.
        var version: UInt64 = 1
        /// The call that rings there, or is heard there.
        var leg: LegID?
        var isConnected = false
        /// When it last came or went.
        var since: Timestamp
        /// Of the access token that it joined with last, and when that was.
        var session: String?
        var joinedAt: Timestamp?
        /// Others have been told that it can be called.
        var isKnown = false
    }

    enum Action: Sendable, Equatable {
        /// Tell everybody that the phone can be called, or not any more.
        case tell(Key, isThere: Bool)
        /// The call on it ends.
        case end(LegID, EndCause)
        /// Its line in the media engine is closed.
        case close(LegID)
    }

    /// A browser that carries no call is called for no longer than this after it has gone.
    static let idlePatience = Duration.seconds(30)

    /// How long a call waits for a browser that has gone.
    let keep: Duration
    private var lines: [Key: Line] = [:]
    private var keyOfStation: [LegID: Key] = [:]
    private var keyOfLeg: [LegID: Key] = [:]

    init(keep: Duration) { self.keep = keep }

    subscript(key: Key) -> Line? { lines[key] }

    var connected: Int { lines.values.count { $0.isConnected } }

    /// Those who can be called.
    var known: [Key] { lines.filter(\.value.isKnown).map(\.key) }

    /// The line that a call rings at or is heard on.
    func line(of leg: LegID) -> Line? { keyOfLeg[leg].flatMap { lines[$0] } }

    // MARK: The browser comes and goes

    mutating func join(_ key: Key, _ line: Line) {
        lines[key] = line
        keyOfStation[line.station] = key
    }

    /// The page has come anew, or looks for another way to us.
    /// - Parameter session: of who joins anew.
    /// - Returns: its line, with the version of the next answer; nil if there is none.
    mutating func rejoin(
        _ key: Key, _ fingerprint: Fingerprint, by session: (id: String?, at: Timestamp)? = nil
    ) -> Line? {
        guard lines[key] != nil else { return nil }
        if let session {
            lines[key]?.session = session.id
            lines[key]?.joinedAt = session.at
        }
        lines[key]?.fingerprint = fingerprint
        lines[key]?.version &+= 1
        return lines[key]
    }

    mutating func connected(_ station: LegID, at now: Timestamp) -> [Action] {
        guard let key = keyOfStation[station], let line = lines[key] else { return [] }
        lines[key]?.isConnected = true
        lines[key]?.since = now
        lines[key]?.isKnown = true
        return line.isKnown ? [] : [.tell(key, isThere: true)]
    }

    mutating func lost(_ station: LegID, at now: Timestamp) {
        guard let key = keyOfStation[station] else { return }
        lines[key]?.isConnected = false
        lines[key]?.since = now
    }

    /// The agent has left.
    mutating func leave(_ key: Key, because cause: EndCause = .remote) -> [Action] {
        guard let line = lines.removeValue(forKey: key) else { return [] }
        keyOfStation[line.station] = nil
        if let leg = line.leg { keyOfLeg[leg] = nil }
        return (line.leg.map { [.end($0, cause)] } ?? []) + [.close(line.station)]
            + (line.isKnown ? [.tell(key, isThere: false)] : [])
    }

    /// The agent has been signed out. A line that was joined later is for what comes next.
    mutating func signedOut(_ key: Key, at time: Timestamp) -> [Action] {
        guard let line = lines[key], line.joinedAt.map({ $0 <= time }) ?? true else { return [] }
        return leave(key, because: .local)
    }

    /// Whoever joined has no right to it any more.
    mutating func sessionsOver(_ key: Key, _ sessions: Set<String>) -> [Action] {
        guard let session = lines[key]?.session, sessions.contains(session) else { return [] }
        return leave(key, because: .local)
    }

    /// Gives up those that have been away for too long.
    mutating func expire(at now: Timestamp) -> [Action] {
        let gone = lines.filter { _, line in
            !line.isConnected && now >= line.since.adding(line.leg == nil ? Self.idlePatience : keep)
        }
        return gone.keys.sorted { ($0.tenant, $0.phone) < ($1.tenant, $1.phone) }
            .flatMap { leave($0, because: .mediaTimeout) }
    }

    // MARK: Calls

    /// - Returns: whether it rings; not if there is a call already, or nobody.
    mutating func ring(_ key: Key, _ leg: LegID) -> Bool {
        guard let line = lines[key], line.leg == nil else { return false }
        lines[key]?.leg = leg
        keyOfLeg[leg] = key
        return true
    }

    /// The call is over; the line stays.
    /// - Parameter now: from when on a browser that is away is waited for as one without a call.
    mutating func ended(_ leg: LegID, at now: Timestamp) {
        guard let key = keyOfLeg.removeValue(forKey: leg), let line = lines[key] else { return }
        lines[key]?.leg = nil
        if !line.isConnected { lines[key]?.since = now }
    }
}
