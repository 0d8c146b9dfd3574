import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Everything the ACD listens to, as a table: facts of cti, handed to the router as they come.
///
/// It follows from now on; what was before, the snapshot of each shard says.
struct EventListener: Service {
    let follower: FactFollower
    let router: CallRouter
    let log: Logger

    init(bus: any Bus, router: CallRouter, log: Logger) {
        follower = FactFollower(bus: bus, services: [.cti], log: log)
        self.router = router
        self.log = log
    }

    func run() async throws {
        try await follower.run(from: [:], unlisted: .now) { facts in
            for fact in facts { hear(fact) }
        }
    }

    private func hear(_ fact: Envelope) {
        guard let tenant = fact.tenant else { return }
        do {
            switch fact.type {
            case AgentStateChanged.topic:
                router.send(.tenant(tenant, .agentChanged(try fact.decode(AgentStateChanged.self).agent)))
            case CallAnswered.topic:
                router.send(.tenant(tenant, .callGone(try fact.decode(CallAnswered.self).callID)))
            case CallEnded.topic:
                router.send(.tenant(tenant, .callGone(try fact.decode(CallEnded.self).callID)))
            default: break
            }
        } catch {
            log.warning("fact not read", metadata: ["type": "\(fact.type)", "error": "\(error)"])
        }
    }
}
