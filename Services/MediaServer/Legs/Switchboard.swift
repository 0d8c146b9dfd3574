import Bus
import Contracts
import Fax
import Logging
import Metrics
import NIOCore
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
        /// The first of those who wait to be claimed has waited long enough.
        case claimsExpired
        case browser(BrowserRequest, BrowserPhones.Key, Asker<BrowserPlace>)
        /// A browser has rung for as long as it may.
        case ringExpired(LegID)
        /// The answer to an OPTIONS of ours.
        case probed(TrunkWatch.Place, UInt64, SIPResponse)
        /// The answer to a REGISTER of ours.
        case registered(TrunkID, UInt32, SIPResponse)
        /// Somebody wants to know how things are. Nil: the loop has ended.
        case look(@Sendable (SwitchDesk?) -> Void)
        case transferExpired(LegID)
        case fax(FaxID, FaxEvent)
        case faxStarted(FaxID, FaxProcess)
        case recognized(LegSpeechRecognized)
        /// It has lasted as long as a fax may.
        case faxOverdue(FaxID)
        case sweep
        case stop
        case stopOverdue(SwitchDesk.Stopping)
        /// The media engine has told its last.
        case mediaEnded
    }

    typealias Asker<Answer: Sendable> = @Sendable (Result<Answer, Failure>) -> Void

    private let parts: SwitchParts
    private let inbox: SwitchInbox

    init(_ parts: SwitchParts, inbox: SwitchInbox = SwitchInbox()) {
        self.parts = parts
        self.inbox = inbox
    }

    /// What the SIP endpoint calls on its event loop.
    var sipHandlers: SIPEndpointHandlers {
        let (inbox, metrics) = (inbox, parts.metrics)
        return SIPEndpointHandlers(
            invite: { incoming in
                let leg = LegID.make(at: .now())
                guard inbox.offer(.incoming(leg, incoming)) else {
                    metrics.refusedInput()
                    incoming.call.reject(503, headers: ["Retry-After": "5"])
                    return { _, _ in }
                }
                return { _, event in inbox.post(.call(leg, event)) }
            },
            request: { request in
                guard request.request.method == .register else { return request.respond(405) }
                guard inbox.offer(.register(request)) else {
                    metrics.refusedInput()
                    return request.respond(503, headers: ["Retry-After": "5"])
                }
            })
    }

    func run() async throws {
        let endpoint = try await parts.startEndpoint(sipHandlers)
        parts.engine.events.listen { [inbox] event in
            if let event { Self.pass(event, to: inbox) } else { inbox.post(.mediaEnded) }
        }
        let jobs = SwitchJobs()
        await withGracefulShutdownHandler {
            await takeTurns(on: endpoint, jobs)
        } onGracefulShutdown: {
            self.stop()
        }
        await endpoint.stop()
        await parts.engine.shutdown()
    }

    /// Until the switch has stopped.
    private func takeTurns(on endpoint: SIPEndpoint, _ jobs: SwitchJobs) async {
        let eventLoop = endpoint.eventLoop
        let (parts, inbox) = (parts, inbox)
        let (stopped, tellStopped) = AsyncStream.makeStream(of: Void.self)
        // The event loop is the endpoint's, which is stopped behind this: nothing is refused there.
        let loop = try? await eventLoop.submit {
            let desk = SwitchDesk(parts, endpoint: endpoint) { inbox.post($0) }
            let loop = SwitchLoop(desk, inbox, jobs) { tellStopped.finish() }
            loop.begin()
            return NIOLoopBound(loop, eventLoop: eventLoop)
        }.get()
        guard let loop else { return }
        inbox.ring { eventLoop.execute { loop.value.turn() } }
        jobs.begin {
            while (try? await Task.sleep(for: .seconds(1))) != nil { inbox.post(.sweep) }
        }
        for await _ in stopped {}
        await jobs.end()
        try? await eventLoop.submit { loop.value.close() }.get()
    }

    /// Keys come as fast as a far end likes; all else is as many as there are legs.
    private static func pass(_ event: MediaEvent, to inbox: SwitchInbox) {
        if case .digit = event { _ = inbox.offer(.media(event)) } else { inbox.post(.media(event)) }
    }

    /// Answers what cti asks over the bus. To be called before the bus runs.
    func serve(on bus: any Bus) {
        bus.serve(CommandLeg.self) { [self] command, context in try await self.command(command, context.tenant) }
        bus.serve(OriginateLeg.self) { [self] request, context in try await originate(request, context.tenant) }
        bus.serve(ShowLegs.self) { [self] request, _ in try await show(request) }
        bus.serve(DrainMediaServer.self) { [self] request, _ in try await drain(request.isDraining) }
        bus.serve(FindPhones.self) { [self] request, context in try await find(request.phones, of: context.tenant) }
        bus.serve(ListLegs.self) { [self] request, _ in try await list(request.shards) }
    }

    func list(_ shards: [Shard]) async throws -> LegList { try await ask { .list(shards, $0) } }

    func command(_ command: CommandLeg, _ tenant: TenantID?) async throws -> Done {
        try await ask { .command(command, tenant, $0) }
    }

    func originate(_ request: OriginateLeg, _ tenant: TenantID?) async throws -> Done {
        try await ask { .originate(request, tenant, $0) }
    }

    func browser(_ request: BrowserRequest, of key: BrowserPhones.Key) async throws -> BrowserPlace {
        try await ask { .browser(request, key, $0) }
    }

    /// Asks what only the loop knows.
    func look<Answer: Sendable>(_ question: @escaping @Sendable (SwitchDesk) throws(Failure) -> Answer) async throws
        -> Answer
    {
        try await ask { asker in
            .look { desk in
                guard let desk else { return asker(.failure(Failure(.unavailable, "The media server stops."))) }
                do throws(Failure) {
                    asker(.success(try question(desk)))
                } catch {
                    asker(.failure(error))
                }
            }
        }
    }

    func show(_ request: ShowLegs) async throws -> ShownLegs { try await look { $0.show(request) } }

    /// Takes no new calls from now on, or takes them again; nil only asks.
    func drain(_ isDraining: Bool?) async throws -> DrainState {
        try await look { desk in
            if let isDraining { desk.setDraining(isDraining) }
            return desk.drainState
        }
    }

    /// Hangs everybody up, closes and notes the recordings, and ends ``run()``.
    func stop() { inbox.post(.stop) }

    private func ask<Answer: Sendable>(_ entry: (@escaping Asker<Answer>) -> Entry) async throws -> Answer {
        try await withCheckedThrowingContinuation { (waiting: CheckedContinuation<Answer, any Error>) in
            guard !inbox.offer(entry { waiting.resume(with: $0) }) else { return }
            parts.metrics.refusedInput()
            waiting.resume(throwing: Failure(.unavailable, "The media server is too busy or stopping."))
        }
    }
}
