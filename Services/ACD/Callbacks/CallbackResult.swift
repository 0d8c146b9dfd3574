import Contracts

/// What becomes of a callback whose call is over. Pure.
struct CallbackResult: Sendable, Equatable {
    let state: Callback.State
    let attempts: Int
    let outcome: String
    /// When it may be tried again.
    var notBefore: Timestamp?
    /// The agent who did not take it.
    var refusedBy: AgentID?

    /// How long nobody is rung for it after an agent let it pass.
    static let pauseAfterRefusal = Duration.seconds(30)

    /// - Parameter agent: who was rung for it.
    init(_ ended: CallEnded, attempts: Int, agent: AgentID?, rules: CallbackRules) {
        guard !ended.talked else {
            (state, self.attempts, outcome) = (.done, attempts + 1, "talked")
            return
        }
        // Only a leg of the agent's ends a call like that before there was a talk: he was not there, or changed his mind.
        guard ended.reason != .agentHungUp else {
            (state, self.attempts, outcome) = (.waiting, attempts, "agentGone")
            notBefore = ended.endedAt.adding(Self.pauseAfterRefusal)
            refusedBy = agent
            return
        }
        let isLast = attempts + 1 >= rules.attemptsAllowed || ended.reason == .notFound
        (state, self.attempts, outcome) = (isLast ? .failed : .waiting, attempts + 1, ended.reason.rawValue)
        notBefore = isLast ? nil : ended.endedAt.adding(rules.retry)
    }
}

extension CallEnded {
    /// Whether customer and agent talked.
    var talked: Bool { segments.contains { $0.kind == .talk && $0.agentID != nil } }

    /// Since when it waited in the queue in which it ended; nil if it did not.
    var waitedSince: Timestamp? {
        segments.reversed().prefix { $0.kind == .queue || $0.kind == .ring }.last?.startedAt
    }

    /// What the queue's list gets of a caller who gave up; nil for nothing.
    func callback(in queue: QueueID, by rules: CallbackRules) -> NewCallback? {
        guard let what = rules.abandoned, what != .none, Callback.isDialable(customerNumber),
            NumberHome().normal(customerNumber) != nil
        else { return nil }
        guard let since = waitedSince,
            endedAt.microseconds(since: since) >= Int64(rules.afterSeconds ?? 5) * 1_000_000
        else { return nil }
        let kept = attributes.sorted { $0.key < $1.key }.prefix(NewCallback.mostAttributes)
        return NewCallback(
            queueID: queue, number: customerNumber, source: .abandoned, enqueuedAt: since,
            isAutomatic: what == .dial, attributes: Dictionary(kept.map { ($0.key, $0.value) }) { first, _ in first },
            askedIn: callID, called: Callback.isDialable(accessNumber) ? accessNumber : nil)
    }
}
