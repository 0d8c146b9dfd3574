import RTP
import SDP
import SIP
import Synchronization
import Testing

@testable import SandboxCarrier

/// Real sockets of this machine.
@Suite struct LoopbackTests {
    @Test func `a caller and the carrier hear each other`() async throws {
        let exchange = Exchange(host: "127.0.0.1", ports: PortRange(41_000...41_999))
        let (outcomes, ended) = AsyncStream.makeStream(of: CallOutcome.self)
        let callee = try await endpoint(
            exchange,
            invite: { incoming in
                let plan = Party.Plan(
                    script: CalleeScript(plan: .talks), keepsSound: true, onEnd: { ended.yield($0) })
                return Party.take(incoming, plan, exchange)
            })
        let carrier = try await Carrier.start(HostPort("127.0.0.1", 0), exchange)
        var script = CallerScript(talk: .seconds(2))
        script.keys = "5"
        script.keysAfter = .milliseconds(200)
        let caller = await carrier.call(
            "4000", from: "138", at: callee.address, Party.Plan(script: script, keepsSound: true))
        let called = try #require(await outcomes.first { _ in true })

        #expect(caller.wasAnswered)
        #expect(caller.ended == "by us")
        #expect(called.ended == "by peer")
        #expect(OnceReport(caller).heardTones == [520, 660, 780, 1_040])
        #expect(OnceReport(called).heardTones == [440])
        #expect(called.sound.keys == "5")
        await stop([callee, carrier.endpoint], exchange)
    }

    @Test func `the carrier's busy number is busy`() async throws {
        let exchange = Exchange(host: "127.0.0.1", ports: PortRange(42_000...42_999))
        let carrier = try await Carrier.start(HostPort("127.0.0.1", 0), exchange)
        let outcome = await carrier.call(
            "4001", from: "138", at: carrier.endpoint.address, Party.Plan(script: CallerScript(talk: .seconds(1))))
        #expect(!outcome.wasAnswered)
        #expect(outcome.ended == "refused 486")
        await stop([carrier.endpoint], exchange)
    }

    @Test func `a phone registers, is called, talks on request, and signs off`() async throws {
        let exchange = Exchange(host: "127.0.0.1", ports: PortRange(43_000...43_999))
        let registrar = Registrar()
        let endpoint = try await endpoint(exchange, register: { registrar.take($0) })
        let (registered, told) = AsyncStream.makeStream(of: String.self)
        let phones = try await PhoneBank.start(
            HostPort("127.0.0.1", 0),
            PhoneBank.Settings(
                extensions: ["1001"], tenant: "demo", password: "secret", registrar: endpoint.address,
                script: PhoneScript(answerAfter: nil, tone: 880), onRegistered: { told.yield($0) }), exchange)
        let running = Task { await phones.run() }
        #expect(await registered.first { _ in true } == "1001")

        let contact = try #require(registrar.contact)
        #expect(await ringAndAsk(contact, from: endpoint) == 200)
        running.cancel()
        await running.value
        #expect(registrar.contact == nil)
        await exchange.hangUpAll()
        await stop([endpoint, phones.endpoint], exchange)
    }

    @Test func `a called number follows hold and retrieve`() async throws {
        let exchange = Exchange(host: "127.0.0.1", ports: PortRange(40_000...40_999))
        let carrier = try await Carrier.start(HostPort("127.0.0.1", 0), exchange)
        let uri = SIPURI(user: "4006", host: "127.0.0.1", port: carrier.endpoint.address.port)
        var audio = AudioSession(address: "127.0.0.1", port: 40_998, sessionID: 1)
        let (events, handler) = SIPCall.events()
        let call = carrier.endpoint.invite(
            SIPInvite(uri: uri, from: NameAddress(uri: uri), offer: .sdp(audio.offer().description)), handler: handler)
        var directions: [Direction] = []
        for await event in events {
            switch event {
            case .answered(let response):
                _ = try audio.accept(SessionDescription(parsing: response.body))
                audio.direction = .sendonly
                call.offer(.sdp(audio.offer().description))
            case .offerAccepted(let response):
                directions.append(try audio.accept(SessionDescription(parsing: response.body)).direction)
                audio.direction = .sendrecv
                if directions.count == 2 { call.hangUp() } else { call.offer(.sdp(audio.offer().description)) }
            default: break
            }
        }
        #expect(directions == [.sendonly, .sendrecv])
        await stop([carrier.endpoint], exchange)
    }

    /// Calls the phone, asks it to answer once it rings, and gives back the status that the call got.
    private func ringAndAsk(_ contact: SIPURI, from endpoint: SIPEndpoint) async -> Int? {
        var audio = AudioSession(address: "127.0.0.1", port: 43_998, sessionID: 1)
        let from = NameAddress(uri: SIPURI(user: "switch", host: "127.0.0.1"))
        let (events, handler) = SIPCall.events()
        let call = endpoint.invite(
            SIPInvite(uri: contact, from: from, offer: .sdp(audio.offer().description)), handler: handler)
        for await event in events {
            switch event {
            case .progress: call.send(.notify, headers: ["Event": "talk", "Subscription-State": "terminated"])
            case .answered(let response):
                call.hangUp()
                return response.status.code
            default: break
            }
        }
        return nil
    }

    private func endpoint(
        _ exchange: Exchange, register: @escaping @Sendable (SIPServerRequest) -> Void = { $0.respond(501) },
        invite: @escaping @Sendable (SIPIncomingCall) -> SIPCallHandler = { _ in { _, _ in } }
    ) async throws -> SIPEndpoint {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)])
        configuration.methods = [.options, .register]
        return try await SIPEndpoint.start(
            configuration, handlers: SIPEndpointHandlers(invite: invite, request: register),
            eventLoop: exchange.eventLoop, log: exchange.log)
    }

    private func stop(_ endpoints: [SIPEndpoint], _ exchange: Exchange) async {
        for endpoint in endpoints { await endpoint.stop() }
        exchange.media.stop()
    }
}

/// A registrar for one phone of the tenant demo.
private final class Registrar: Sendable {
    private let state = Mutex((verifier: DigestVerifier(realm: "demo"), contact: SIPURI?.none))

    var contact: SIPURI? { state.withLock(\.contact) }

    func take(_ server: SIPServerRequest) {
        let verdict = state.withLock { state in
            state.verifier.verify(server.request, atSecond: 1_000) { user, algorithm in
                DigestSecret(user, realm: "demo", password: "secret", algorithm)
            }
        }
        guard verdict == .verified(username: "1001") else {
            var headers: SIPHeaders = [:]
            for challenge in state.withLock({ $0.verifier.challenges(atSecond: 1_000) }) {
                headers.add(.wwwAuthenticate, challenge.text)
            }
            return server.respond(401, headers: headers)
        }
        let isLeaving = server.request.headers[.expires] == "0"
        state.withLock { $0.contact = isLeaving ? nil : server.request.contacts.first?.uri }
        server.respond(200, headers: ["Expires": "60"])
    }
}

extension SIPEndpoint {
    fileprivate var address: HostPort { HostPort("127.0.0.1", locals.first?.port ?? 0) }
}
