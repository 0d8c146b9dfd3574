import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Everything the ACD listens to, as a table: facts of cti, handed to the router as they come.
///
/// A fact that is lost on the way is made up for by the next snapshot, so they are not asked for again.
struct EventListener: Service {
    let bus: any Bus
    let router: CallRouter
    let log: Logger
    private let events: AsyncStream<Envelope>

    /// Listens from now on, so that nothing is missed between a snapshot and the first turn of the loop.
    init(bus: any Bus, router: CallRouter, log: Logger) {
        self.bus = bus
        self.router = router
        self.log = log
        events = bus.subscribe([AgentStateChanged.topic, CallAnswered.topic, CallEnded.topic])
    }

    func run() async throws {
        for await event in events.cancelOnGracefulShutdown() {
            do {
                try handle(event)
            } catch {
                log.warning("event not read", metadata: ["type": "\(event.type)", "error": "\(error)"])
            }
        }
    }

    private func handle(_ event: Envelope) throws {
        guard let tenant = event.tenant else { return }
        switch event.type {
        case AgentStateChanged.topic:
            router.send(.tenant(tenant, .agentChanged(try event.decode(AgentStateChanged.self).agent)))
        case CallAnswered.topic:
            router.send(.tenant(tenant, .callGone(try event.decode(CallAnswered.self).callID)))
        case CallEnded.topic:
            router.send(.tenant(tenant, .callGone(try event.decode(CallEnded.self).callID)))
        default: break
        }
    }
}
