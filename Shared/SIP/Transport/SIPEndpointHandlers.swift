/// Who takes what comes in. All are called on the endpoint's event loop.
public struct SIPEndpointHandlers: Sendable {
    /// A call came; gives back who handles its events. Ring, answer or reject it, now or later.
    public var invite: @Sendable (SIPIncomingCall) -> SIPCallHandler
    /// A request outside calls came, of one of the configuration's `methods`. OPTIONS is answered without asking.
    public var request: @Sendable (SIPServerRequest) -> Void

    public init(
        invite: @escaping @Sendable (SIPIncomingCall) -> SIPCallHandler = { incoming in
            incoming.call.reject(480)
            return { _, _ in }
        },
        request: @escaping @Sendable (SIPServerRequest) -> Void = { $0.respond(501) }
    ) {
        self.invite = invite
        self.request = request
    }

    /// Handlers that put calls into a stream, each with the stream of its events: for code that reads from ring to hang-up.
    /// At most `limit` calls wait to be taken; beyond, a call is rejected with 503.
    public static func calls(
        limit: Int = 256
    ) -> (handlers: SIPEndpointHandlers, calls: AsyncStream<(SIPIncomingCall, AsyncStream<SIPCallEvent>)>) {
        let (calls, taker) = AsyncStream.makeStream(
            of: (SIPIncomingCall, AsyncStream<SIPCallEvent>).self, bufferingPolicy: .bufferingOldest(limit))
        let handlers = SIPEndpointHandlers(invite: { incoming in
            let (events, handler) = SIPCall.events()
            if case .enqueued = taker.yield((incoming, events)) { return handler }
            incoming.call.reject(503, headers: ["Retry-After": "5"])
            return { _, _ in }
        })
        return (handlers, calls)
    }
}

/// A call that came in.
public struct SIPIncomingCall: Sendable {
    public let call: SIPCall
    public let request: SIPRequest
    public let source: SIPPeer
    /// The number of our call that this one is to take the place of (`SIPCall.number`, RFC 3891). Whoever takes it, hangs
    /// that one up.
    public var replaces: UInt64?
}

/// A request outside calls that wants its response.
public struct SIPServerRequest: Sendable {
    public let request: SIPRequest
    public let source: SIPPeer
    let id: TransactionID
    let endpoint: SIPEndpoint

    public func respond(_ status: SIPStatus, headers: SIPHeaders = [:], body: SIPBody? = nil) {
        var response = request.response(status, tag: SIPRandom.token())
        response.headers.add(headers)
        if let body { response.setBody(body) }
        respond(response)
    }

    /// With a response made by `request.response`, for one that needs Contacts.
    public func respond(_ response: SIPResponse) {
        endpoint.perform { [id] core in core.turn { core.respond(id, response) } }
    }
}
