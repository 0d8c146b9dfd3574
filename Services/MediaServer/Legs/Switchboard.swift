import Bus
import Contracts
import Logging
import Metrics
import SIP
import ServiceLifecycle

/// Runs the switch: takes inputs one at a time, from telephones, trunks, RTP and the bus, asks ``SwitchState`` what to do,
/// and does it.
final class Switchboard: Service, Sendable {
    /// All that can happen, in the order it happened.
    enum Entry: Sendable {
        case incoming(LegID, SIPIncomingCall)
        case call(LegID, SIPCallEvent)
        case register(SIPServerRequest)
        case media(MediaEvent)
        case command(CommandLeg, TenantID?, Asker<Done>)
        case originate(OriginateLeg, TenantID?, Asker<Done>)
        case list([Shard], Asker<LegList>)
        case promptReady(LegID, playID: Int, PromptSource?)
        case claimExpired(LegID)
        case sweep
        case drain
    }

    typealias Asker<Answer: Sendable> = @Sendable (Result<Answer, Failure>) -> Void

    private let parts: SwitchParts
    private let inbox = AsyncStream.makeStream(of: Entry.self, bufferingPolicy: .bufferingOldest(200_000))

    init(_ parts: SwitchParts) { self.parts = parts }

    /// What the SIP endpoint calls on its event loop.
    var sipHandlers: SIPEndpointHandlers {
        let inbox = inbox.continuation
        return SIPEndpointHandlers(
            invite: { incoming in
                let leg = LegID.make(at: .now())
                inbox.yield(.incoming(leg, incoming))
                return { _, event in inbox.yield(.call(leg, event)) }
            },
            request: { request in
                guard request.request.method == .register else { return request.respond(405) }
                inbox.yield(.register(request))
            })
    }

    func run() async throws {
        let endpoint = try await parts.startEndpoint(sipHandlers)
        let inbox = inbox.continuation
        let desk = SwitchDesk(parts, endpoint: endpoint) { inbox.yield($0) }
        await withDiscardingTaskGroup { jobs in
            jobs.addTask { [events = self.parts.engine.events] in
                for await event in events { inbox.yield(.media(event)) }
            }
            jobs.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { inbox.yield(.sweep) }
            }
            for await entry in self.inbox.stream.cancelOnGracefulShutdown() {
                desk.handle(entry, at: .now())
                for job in desk.takeJobs() { jobs.addTask { await job() } }
            }
            desk.hangUpAll()
            jobs.cancelAll()
        }
        await endpoint.stop()
        await parts.engine.shutdown()
    }

    /// Answers what cti asks over the bus. To be called before the bus runs.
    func serve(on bus: any Bus) {
        bus.serve(CommandLeg.self) { [self] command, context in
            try await ask { .command(command, context.tenant, $0) }
        }
        bus.serve(OriginateLeg.self) { [self] request, context in
            try await ask { .originate(request, context.tenant, $0) }
        }
        bus.serve(ListLegs.self) { [self] request, _ in try await ask { .list(request.shards, $0) } }
    }

    func drain() { inbox.continuation.yield(.drain) }

    private func ask<Answer: Sendable>(_ entry: (@escaping Asker<Answer>) -> Entry) async throws -> Answer {
        try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Answer, any Error>) in
            let asked = inbox.continuation.yield(entry { waiting.resume(with: $0) })
            if case .enqueued = asked { return }
            waiting.resume(throwing: Failure(.unavailable, "The media server is too busy or stopping."))
        }
    }
}
