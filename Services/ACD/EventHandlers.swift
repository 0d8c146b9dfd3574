import Bus
import Contracts
import Logging
import ServiceKit
import ServiceLifecycle

extension ACD {
    /// Everything whose effect is kept: exactly once, with the cursor.
    static func eventHandlers() -> EventHandlers {
        var events = EventHandlers()
        events.on(CallEnded.self) { ended, envelope, connection in
            guard let tenant = envelope.tenant else { return }
            let (home, mayHaveCallbacks) = try connection.circumstances(of: ended, tenant)
            try connection.noteTalk(ended, of: tenant, at: home)
            try connection.noteCalled(ended, of: tenant, at: home)
            if mayHaveCallbacks || ended.reason == .abandoned {
                try connection.settleCallbacks(by: ended, of: tenant)
            }
        }
        return events
    }
}

/// Everything the ACD listens to, as a table: facts of cti, handed to the router as they come.
///
/// It follows from now on; what was before, the snapshot of each shard says.
struct EventListener: Service {
    let follower: FactFollower
    let router: CallRouter
    let log: Logger

    init(bus: any Bus, router: CallRouter, log: Logger) {
        follower = FactFollower(bus: bus, services: [.cti], log: log, patience: { router.patience })
        self.router = router
        self.log = log
    }

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for fact in facts { hear(fact) }
        }
    }

    /// Of tenants that are routed elsewhere a fact is not even read.
    private func hear(_ fact: Envelope) {
        guard let tenant = fact.tenant, Self.topics.contains(fact.type) else { return }
        router.send(to: tenant) { [log] in
            do {
                return try Self.input(fact)
            } catch {
                log.warning("fact not read", metadata: ["type": "\(fact.type)", "error": "\(error)"])
                return nil
            }
        }
    }

    private static let topics: Set = [AgentStateChanged.topic, CallAnswered.topic, CallEnded.topic]

    private static func input(_ fact: Envelope) throws -> RoutingState.Input? {
        switch fact.type {
        case AgentStateChanged.topic: .agentChanged(try fact.decode(AgentStateChanged.self).agent)
        // Which call it is about stands in the header: the body need not be read.
        case CallAnswered.topic: .callAnswered(CallID(rawValue: fact.subject))
        case CallEnded.topic: try ended(fact)
        default: nil
        }
    }

    /// The whole story is read only of who gave up, for how long he had waited.
    private static func ended(_ fact: Envelope) throws -> RoutingState.Input {
        guard try WireJSON.decode(HowItEnded.self, from: fact.body).reason == .abandoned else {
            return .callGone(CallID(rawValue: fact.subject))
        }
        let call = try fact.decode(CallEnded.self)
        guard let queue = call.queueID, let since = call.waitedSince else { return .callGone(call.callID) }
        return .callAbandoned(call.callID, queue, waitedMicroseconds: call.endedAt.microseconds(since: since))
    }
}

/// Of `call.ended`, why.
private struct HowItEnded: Decodable {
    let reason: CallEndReason
}
