import Contracts

/// When each agent who is signed in last gave a sign of life: a page that is open, a command of his, or his telephone (B-2).
/// His session lasts for so long from then as his tenant says; who gives none is signed out, but never while he talks.
///
/// Not stored: a new owner begins anew, so that nobody is signed out because an owner died.
struct AgentSessions: Sendable {
    private var seen: [AgentKey: Timestamp] = [:]

    mutating func saw(_ key: AgentKey, at time: Timestamp) { seen[key] = max(seen[key] ?? time, time) }

    mutating func forget(_ key: AgentKey) { seen[key] = nil }

    /// Nil if he was never seen.
    func lastSeen(_ key: AgentKey) -> Timestamp? { seen[key] }
}

/// An agent of whom nothing was seen for longer than his session lasts, unless his telephone is still there.
struct SilentAgent: Sendable, Equatable {
    let key: AgentKey
    let phone: PhoneID?
    /// A sign of life after that, and he stays.
    let seenAt: Timestamp
}

extension ShardState {
    /// Everybody who is there begins a session: a new owner does not know what the former one saw.
    mutating func beginSessions(at time: Timestamp) {
        for (key, agent) in agents where agent.isSignedIn { sessions.saw(key, at: time) }
    }

    /// What an input says of who is there.
    mutating func noteLife(in input: ShardInput, at time: Timestamp) {
        switch input {
        case .agent(let key, let input) where input.isWish: sessions.saw(key, at: time)
        case .wish(_, for: _, by: let agent, let tenant), .dial(_, by: let agent, let tenant, on: _):
            sessions.saw(AgentKey(tenant: tenant, agentID: agent), at: time)
        default: break
        }
    }

    /// Pages are open, or telephones registered.
    mutating func seen(_ keys: [AgentKey], at time: Timestamp) {
        for key in keys where agents[key]?.isSignedIn == true { sessions.saw(key, at: time) }
    }

    /// Whose telephone is to be looked for, in the order of their ids.
    func silentAgents(at time: Timestamp) -> [SilentAgent] {
        agents.filter { $0.value.mayBeSignedOut }.compactMap { key, agent -> SilentAgent? in
            guard let limit = (books[key.tenant]?.desk ?? DeskSettings()).session,
                let seenAt = sessions.lastSeen(key), seenAt.adding(limit) <= time
            else { return nil }
            return SilentAgent(key: key, phone: agent.phoneID, seenAt: seenAt)
        }.sorted { $0.key < $1.key }
    }

    /// His telephone was not found either.
    mutating func endSession(of silent: SilentAgent, at time: Timestamp) -> [ShardAction] {
        guard agents[silent.key] != nil, sessions.lastSeen(silent.key).map({ $0 <= silent.seenAt }) ?? true else {
            return []
        }
        let actions = tellAgent(silent.key, .sessionExpired, at: time)
        if agents[silent.key]?.isSignedIn == false { sessions.forget(silent.key) }
        return actions
    }
}

extension AgentState {
    /// Who talks or is rung is there, whatever else is seen of him.
    var mayBeSignedOut: Bool { status == .ready || status == .paused || status == .afterCallWork }
}

extension AgentState.Input {
    /// The agent himself wants it.
    var isWish: Bool {
        switch self {
        case .signIn, .signOut, .makeReady, .pause, .endAfterCallWork, .extendAfterCallWork: true
        default: false
        }
    }
}

extension DeskSettings {
    /// How long a session lasts without a sign of life; nil for ever.
    var session: Duration? {
        let minutes = sessionMinutes ?? Self.usualSessionMinutes
        return minutes > 0 ? .seconds(60 * minutes) : nil
    }
}

/// Any cti → the owner: these agents have a page open here.
struct RenewSessions: BusRequest {
    typealias Reply = Done
    static let name = "cti.renew_sessions"
    let agents: [AgentID]
}
