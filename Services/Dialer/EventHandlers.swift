import Bus
import Contracts
import Logging
import ServiceKit
import ServiceLifecycle

extension Dialer {
    /// Everything whose effect is kept, in the order of a call's life: exactly once, with the cursor.
    static func eventHandlers(_ metrics: DialerMetrics) -> EventHandlers {
        var events = EventHandlers()
        events.on(CallAnswered.self) { answered, envelope, connection in
            guard let tenant = envelope.tenant else { return }
            try connection.answerAttempt(
                of: answered.callID, of: tenant, agent: answered.agentID, at: answered.answeredAt)
        }
        events.on(CallEnded.self) { ended, envelope, connection in
            guard let tenant = envelope.tenant, let attempt = ended.attemptID else { return }
            let result = AttemptResult(ended)
            // An agent who has looked at a record may not have lifted his telephone: then nobody was called.
            let counts = ended.calledFor != nil || ended.reason != .agentHungUp
            try connection.finishAttempt(
                attempt, of: tenant, result, counts: counts, agent: ended.agentID, endedAt: ended.endedAt)
            metrics.ended(result)
        }
        events.on(AfterCallWorkEnded.self) { work, envelope, connection in
            guard let tenant = envelope.tenant, work.disposition != nil || work.note != nil else { return }
            try connection.noteDisposition(work, of: tenant)
        }
        return events
    }
}

/// Tells pacing what becomes of the calls it counts, as soon as it happens.
struct EventListener: Service {
    let follower: FactFollower
    let dialler: CampaignDialler
    let previews: PreviewDesk?
    let log: Logger

    init(bus: any Bus, dialler: CampaignDialler, previews: PreviewDesk? = nil, log: Logger) {
        // Pacing looks at how things stand some times a second.
        follower = FactFollower(bus: bus, services: [.cti], log: log, patience: { .milliseconds(50) })
        self.dialler = dialler
        self.previews = previews
        self.log = log
    }

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for fact in facts { hear(fact) }
        }
    }

    /// Which call it is about stands in the header: the body need not be read.
    private func hear(_ fact: Envelope) {
        guard let tenant = fact.tenant else { return }
        let call = CallID(rawValue: fact.subject)
        switch fact.type {
        case CallQueued.topic: dialler.send(.queued(tenant, call))
        case CallAnswered.topic: dialler.send(.answered(tenant, call))
        case CallEnded.topic: dialler.send(.ended(tenant, call))
        case AgentStateChanged.topic: previews?.hear(fact, tenant)
        default: break
        }
    }
}
