import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Sessions that are over, for as long as an access token of theirs may still be good: nobody joins with one any more. Pure.
struct EndedSessions: Sendable {
    /// No access token lives longer.
    static let kept = Duration.seconds(86_400)
    static let most = 100_000

    private var sessions: Set<String> = []
    /// In the order they ended.
    private var ends: [(session: String, at: Timestamp)] = []

    func contains(_ session: String?) -> Bool { session.map(sessions.contains) ?? false }

    mutating func insert(_ ended: [String], at now: Timestamp) {
        for session in ended where sessions.insert(session).inserted { ends.append((session, now)) }
        let old = ends.prefix { $0.at.adding(Self.kept) <= now }.count
        let gone = max(old, ends.count - Self.most)
        for end in ends.prefix(gone) { sessions.remove(end.session) }
        ends.removeFirst(gone)
    }
}

/// Why an agent's browser is his telephone no more, whatever his page wants.
enum BrowserEnd: Sendable, Equatable {
    /// The agent is signed out, by himself or by force.
    case signedOut(BrowserPhones.Key, at: Timestamp)
    /// He, or whoever it was, has no right to it any more.
    case sessionsOver(BrowserPhones.Key, [String])

    /// - Returns: nil for a fact that ends nothing.
    init?(_ envelope: Envelope) {
        guard let tenant = envelope.tenant else { return nil }
        switch envelope.type {
        case AgentStateChanged.topic:
            guard let agent = (try? envelope.decode(AgentStateChanged.self))?.agent, agent.status == .signedOut else {
                return nil
            }
            self = .signedOut(BrowserPhones.Key(tenant: tenant, phone: .browser(of: agent.agentID)), at: agent.since)
        case UserSessionsEnded.topic:
            guard let ended = try? envelope.decode(UserSessionsEnded.self) else { return nil }
            let agent = AgentID(ended.userID)
            self = .sessionsOver(BrowserPhones.Key(tenant: tenant, phone: .browser(of: agent)), ended.sessions)
        default: return nil
        }
    }
}

/// Tells the switch whose browser is his telephone no more. Every media-server listens for itself, from when it begins: lines are
/// gone with the process that had them.
struct BrowserEndFollower: Service {
    let follower: FactFollower
    let switchboard: Switchboard

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for end in facts.compactMap(BrowserEnd.init) {
                // Fails only when the switch stops, with all its lines.
                _ = try? await switchboard.look { $0.end(end) }
            }
        }
    }
}

extension SwitchDesk {
    func end(_ end: BrowserEnd) {
        switch end {
        case .signedOut(let key, let time): perform(browsers.signedOut(key, at: time))
        case .sessionsOver(let key, let sessions):
            endedSessions.insert(sessions, at: now)
            perform(browsers.sessionsOver(key, Set(sessions)))
        }
    }

    /// - Throws: `Failure.unauthorized`
    func refuseEnded(_ session: String?) throws(Failure) {
        guard endedSessions.contains(session) else { return }
        throw Failure(.unauthorized, "The session is over. Sign in again.", code: "session_over")
    }
}
