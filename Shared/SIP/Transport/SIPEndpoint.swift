public import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// Handles one call's events, on the endpoint's event loop: do little there, or hand over.
public typealias SIPCallHandler = @Sendable (SIPCall, SIPCallEvent) -> Void

/// A SIP user agent on one event loop: sockets, transactions, calls.
///
/// Everything may be called from any thread; on the endpoint's own event loop it happens at once, without a hop.
public final class SIPEndpoint: Sendable {
    public let eventLoop: any EventLoop
    /// Where it listens, with the ports it really has.
    public let locals: [SIPPeer]
    fileprivate let runtime: NIOLoopBound<EndpointRuntime>
    private let calls = Atomic<UInt64>(0)

    private init(_ runtime: NIOLoopBound<EndpointRuntime>, locals: [SIPPeer], _ eventLoop: any EventLoop) {
        self.runtime = runtime
        self.locals = locals
        self.eventLoop = eventLoop
    }

    /// Binds the listeners and starts to answer.
    /// - Throws: what the system says when an address cannot be bound.
    public static func start(
        _ configuration: SIPEndpointConfiguration, handlers: SIPEndpointHandlers,
        eventLoop: (any EventLoop)? = nil, log: Logger
    ) async throws -> SIPEndpoint {
        let eventLoop = eventLoop ?? MultiThreadedEventLoopGroup.singleton.next()
        // Handlers are told their endpoint, which exists once its sockets do; until then what comes waits.
        let place = try await eventLoop.submit { NIOLoopBound(EndpointPlace(), eventLoop: eventLoop) }.get()
        let runtime = try await eventLoop.submit {
            NIOLoopBound(place.value.runtime(configuration, handlers, eventLoop), eventLoop: eventLoop)
        }.get()
        do {
            for listener in configuration.listeners {
                let local = try await bind(listener, configuration, eventLoop, runtime)
                log.info("listening for SIP", metadata: ["sip.address": "\(local)"])
            }
        } catch {
            // The first error is the one worth telling.
            try? await eventLoop.submit { runtime.value.close() }.get()
            throw error
        }
        return try await eventLoop.submit {
            let endpoint = SIPEndpoint(runtime, locals: runtime.value.locals, eventLoop)
            place.value.endpoint = endpoint
            runtime.value.open()
            return endpoint
        }.get()
    }

    private static func bind(
        _ listener: SIPPeer, _ configuration: SIPEndpointConfiguration, _ loop: any EventLoop,
        _ runtime: NIOLoopBound<EndpointRuntime>
    ) async throws -> SIPPeer {
        let received: @Sendable ([UInt8], SIPPeer) -> Void = { runtime.value.received($0, $1) }
        switch listener.transport {
        case .udp:
            let transport = try await UDPTransport.bind(listener, on: loop, received: received)
            return try await loop.submit { runtime.value.add(transport.value) }.get()
        case .tcp, .tls:
            let tls = configuration.tls
            guard listener.transport == .tcp || tls != nil else { throw SIPTLSMissing() }
            let transport = try await TCPTransport.bind(
                listener, on: loop, limit: configuration.connectionLimit, tls: listener.transport == .tls ? tls : nil,
                received: received)
            return try await loop.submit { runtime.value.add(transport.value) }.get()
        case .webSocket, .secureWebSocket:
            let tls = listener.transport == .secureWebSocket ? configuration.tls : nil
            guard listener.transport == .webSocket || tls != nil else { throw SIPTLSMissing() }
            let transport = try await WebSocketTransport.bind(
                listener, on: loop, limit: configuration.connectionLimit, tls: tls, received: received)
            return try await loop.submit { runtime.value.add(transport.value) }.get()
        }
    }

    /// Makes a call. Its events come to the handler, the first of them after this returns.
    @discardableResult
    public func invite(_ invite: SIPInvite, handler: @escaping SIPCallHandler) -> SIPCall {
        // Even numbers are ours to give out here, odd ones are for calls that come in.
        let number = calls.add(2, ordering: .relaxed).newValue
        let call = SIPCall(number: number, callID: SIPRandom.token() + SIPRandom.token(), endpoint: self)
        perform { $0.invite(invite, number: number, callID: call.callID) { handler(call, $0) } }
        return call
    }

    /// Sends a request outside any call. The completion gets the final response, on the event loop; of a peer that did not
    /// answer a local 408, of one that could not be reached a local 503.
    public func request(_ request: SIPOutgoingRequest, completion: @escaping @Sendable (SIPResponse) -> Void) {
        perform { $0.request(request) { if let response = $0 { completion(response) } } }
    }

    public func request(_ request: SIPOutgoingRequest) async -> SIPResponse {
        await withCheckedContinuation { continuation in
            self.request(request) { continuation.resume(returning: $0) }
        }
    }

    /// While draining, new calls and OPTIONS get 503; calls that stand go on.
    public func setDraining(_ isDraining: Bool) { perform { $0.isDraining = isDraining } }

    public func statistics() async -> SIPEndpointStatistics {
        let future = eventLoop.submit { [runtime] in runtime.value.core.snapshot }
        return (try? await future.get()) ?? SIPEndpointStatistics()  // An event loop that is shut down counts nothing.
    }

    /// Closes the sockets. Calls that stand are not hung up; do that before. Whoever waits for a response hears a local 503.
    public func stop() async {
        // Fails only if the loop is gone already.
        try? await eventLoop.submit { [runtime] in runtime.value.close() }.get()
    }

    /// Does something with the core: at once on its event loop, else there soon.
    func perform(_ body: @escaping @Sendable (EndpointCore) -> Void) {
        guard !eventLoop.inEventLoop else { return runtime.value.act(body) }
        eventLoop.execute { [runtime] in runtime.value.act(body) }
    }
}

/// Where the handlers find their endpoint.
private final class EndpointPlace {
    weak var endpoint: SIPEndpoint?

    func runtime(
        _ configuration: SIPEndpointConfiguration, _ handlers: SIPEndpointHandlers, _ loop: any EventLoop
    ) -> EndpointRuntime {
        EndpointRuntime(
            configuration, loop: loop,
            onInvite: { [self] number, request, source in
                guard let endpoint else { return { _ in } }
                let call = SIPCall(number: number, callID: request.callID, endpoint: endpoint)
                let replaces = endpoint.runtime.value.core.sessions[number]?.replaces
                let handler = handlers.invite(
                    SIPIncomingCall(call: call, request: request, source: source, replaces: replaces))
                return { handler(call, $0) }
            },
            onRequest: { [self] id, request, source in
                guard let endpoint else { return }
                handlers.request(SIPServerRequest(request: request, source: source, id: id, endpoint: endpoint))
            })
    }
}
