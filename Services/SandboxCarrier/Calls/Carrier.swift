import SIP

/// The public network: answers the numbers of the number plan, and brings callers.
final class Carrier: Sendable {
    let endpoint: SIPEndpoint
    let exchange: Exchange

    private init(_ endpoint: SIPEndpoint, _ exchange: Exchange) {
        self.endpoint = endpoint
        self.exchange = exchange
    }

    /// Listens over UDP and TCP.
    static func start(_ address: HostPort, _ exchange: Exchange) async throws -> Carrier {
        var configuration = SIPEndpointConfiguration(listeners: [
            SIPPeer(.udp, address.host, address.port), SIPPeer(.tcp, address.host, address.port),
        ])
        configuration.userAgent = "Carillon sandbox carrier"
        configuration.callLimit = Exchange.callLimit
        let handlers = SIPEndpointHandlers(invite: { incoming in
            let plan = NumberPlan(dialled: incoming.request.uri.number ?? "")
            return Party.take(
                incoming, Party.Plan(script: CalleeScript(plan: plan), onEnd: { exchange.count($0) }), exchange)
        })
        let endpoint = try await SIPEndpoint.start(
            configuration, handlers: handlers, eventLoop: exchange.eventLoop, log: exchange.log)
        return Carrier(endpoint, exchange)
    }

    /// Calls a number of the switch.
    func start(_ number: String, from caller: String, at destination: HostPort, _ plan: Party.Plan) {
        let uri = SIPURI(user: number, host: destination.host, port: destination.port)
        let from = NameAddress(uri: SIPURI(user: caller, host: exchange.host))
        Party(plan, exchange: exchange).call(SIPInvite(uri: uri, from: from, offer: nil), by: endpoint)
    }

    /// The same, waiting for the end.
    func call(
        _ number: String, from caller: String, at destination: HostPort, _ plan: Party.Plan
    ) async -> CallOutcome {
        await withCheckedContinuation { continuation in
            var plan = plan
            plan.onEnd = { continuation.resume(returning: $0) }
            start(number, from: caller, at: destination, plan)
        }
    }
}
