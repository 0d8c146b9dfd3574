import Testing

@testable import SIP

/// What an endpoint does with messages outside calls, and with those that fit nowhere.
@Suite struct EndpointTests {
    let network = Network()
    let source = SIPPeer(.udp, "192.0.2.1", 5060)

    private func send(_ request: SIPRequest, to node: Node, from source: SIPPeer? = nil) {
        node.core.received(SIPWriter.bytes(request), from: source ?? self.source)
    }

    private var answers: [SIPResponse] {
        network.sent.compactMap { packet in
            guard case .response(let response) = try? SIPParser.parse(packet.bytes) else { return nil }
            return response
        }
    }

    @Test func `OPTIONS is answered with what is taken`() {
        let node = network.node("192.0.2.9")
        send(plainRequest(.options), to: node)
        #expect(answers.map(\.status) == [200])
        #expect(answers.first?.headers[.allow]?.contains("INVITE") == true)
        #expect(answers.first?.headers[.accept] == "application/sdp")
        #expect(answers.first?.to.tag != nil)
    }

    @Test func `a REGISTER is told once, however often it comes, and answered the same each time`() throws {
        let node = network.node("192.0.2.9") { $0.methods = [.register] }
        let request = plainRequest(.register)
        send(request, to: node)
        send(request, to: node)
        let taken = try #require(node.requests.first)
        #expect(node.requests.count == 1)
        #expect(network.sent.isEmpty)
        node.core.respond(taken.id, taken.request.response(200, tag: "x"))
        send(request, to: node)
        #expect(network.sent.count == 2)
        #expect(network.sent.first?.bytes == network.sent.last?.bytes)
    }

    @Test func `a method that is not taken gets 405`() {
        let node = network.node("192.0.2.9")
        send(plainRequest(.register), to: node)
        send(plainRequest("NONSENSE", branch: "z9hG4bKtwo"), to: node)
        #expect(answers.map(\.status) == [405, 405])
        #expect(answers.first?.headers[.allow] != nil)
    }

    @Test func `a request of a dialog there is not gets 481, an ACK nothing`() {
        let node = network.node("192.0.2.9")
        send(plainRequest(.bye, toTag: "gone"), to: node)
        send(plainRequest(.ack, branch: "z9hG4bKtwo", toTag: "gone"), to: node)
        send(plainRequest(.ack, branch: "z9hG4bKthree"), to: node)
        #expect(answers.map(\.status) == [481])
        #expect(node.core.statistics.strays == 2)
    }

    @Test func `a CANCEL of nothing gets 481`() {
        let node = network.node("192.0.2.9")
        send(plainRequest(.cancel), to: node)
        #expect(answers.map(\.status) == [481])
    }

    @Test func `the same INVITE by two ways is one call, and the second copy a loop`() {
        let node = network.node("192.0.2.9")
        send(plainRequest(.invite), to: node)
        send(plainRequest(.invite, branch: "z9hG4bKtwo"), to: node)
        #expect(node.incoming.count == 1)
        #expect(answers.map(\.status) == [482])
    }

    @Test func `an INVITE without Contact gets 400`() {
        let node = network.node("192.0.2.9")
        var request = plainRequest(.invite)
        request.contacts = []
        send(request, to: node)
        #expect(answers.map(\.status) == [400])
        #expect(node.incoming.isEmpty)
    }

    // MARK: Where answers go

    @Test func `with rport the answer goes back to the very port`() {
        let node = network.node("192.0.2.9")
        var request = plainRequest(.options)
        request.via[0].parameters.addFlag("rport")
        send(request, to: node, from: SIPPeer(.udp, "203.0.113.7", 40_000))
        #expect(network.sent.first?.to == SIPPeer(.udp, "203.0.113.7", 40_000))
        #expect(answers.first?.via.first?.parameters["rport"] == "40000")
        #expect(answers.first?.via.first?.parameters["received"] == "203.0.113.7")
    }

    @Test func `without rport it goes to the port of the Via at the address it came from`() {
        let node = network.node("192.0.2.9")
        var request = plainRequest(.options)
        request.via[0].port = 5099
        request.via[0].parameters["maddr"] = "198.51.100.200"
        send(request, to: node, from: SIPPeer(.udp, "203.0.113.7", 40_000))
        #expect(network.sent.first?.to == SIPPeer(.udp, "203.0.113.7", 5099), "maddr is not followed")
    }

    @Test func `over TCP it goes back by the connection`() {
        let node = network.node("192.0.2.9")
        let connection = SIPPeer(.tcp, "203.0.113.7", 40_000, connection: 12)
        send(plainRequest(.options), to: node, from: connection)
        #expect(network.sent.first?.to == connection)
    }

    // MARK: What is malformed

    @Test(arguments: [
        ("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nl: 0\n\n", ["400"]),
        ("OPTIONS sip:a SIP/9.0\nVia: SIP/9.0/UDP 192.0.2.1;branch=z9hG4bK1\nl: 0\n\n", ["505"]),
        ("OPTIONS sip:a SIP/2.0\nVia: ???\nl: 0\n\n", ["400"]),
        ("OPTIONS sip:a SIP/2.0\nl: 0\n\n", []),
        ("ACK sip:a SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nl: 0\n\n", []),
        ("SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nl: 0\n\n", []),
        ("garbage", []), ("", []), ("\0\0\0\0\0\0", []),
    ])
    func `what cannot be read is refused if it can be, else dropped, and counted`(text: String, statuses: [String]) {
        let node = network.node("192.0.2.9")
        node.core.received(wire(text), from: source)
        #expect(node.core.statistics.malformed == 1)
        #expect(network.sent.map { String($0.text.dropFirst(8).prefix(3)) } == statuses)
    }

    // MARK: Floods

    @Test func `a source that is too fast gets 503, another is served`() {
        let node = network.node("192.0.2.9") { $0.requestsPerSecondPerSource = 10 }
        for number in 0..<15 { send(plainRequest(.options, branch: "z9hG4bKx\(number)"), to: node) }
        #expect(answers.filter { $0.status == 503 }.count == 5)
        #expect(node.core.statistics.overload == 5)
        send(plainRequest(.options, branch: "z9hG4bKother"), to: node, from: SIPPeer(.udp, "192.0.2.50", 5060))
        #expect(answers.last?.status == 200)
        node.core.advance(to: .seconds(1))
        send(plainRequest(.options, branch: "z9hG4bKlater"), to: node)
        #expect(answers.last?.status == 200)
    }

    @Test func `neither a made-up dialog nor a CANCEL of nothing gets past the limit`() {
        let node = network.node("192.0.2.9") { $0.requestsPerSecondPerSource = 10 }
        for number in 0..<10 { send(plainRequest(.bye, branch: "z9hG4bKx\(number)", toTag: "made-up"), to: node) }
        for number in 0..<10 { send(plainRequest(.cancel, branch: "z9hG4bKy\(number)"), to: node) }
        #expect(answers.filter { $0.status == 481 }.count == 10)
        #expect(answers.filter { $0.status == 503 }.count == 10)
        #expect(node.core.table.count == 10)
    }

    @Test func `when the table is full a request gets 503 and costs nothing more`() {
        let node = network.node("192.0.2.9") { $0.transactionLimit = 3 }
        for number in 0..<10 { send(plainRequest(.options, branch: "z9hG4bKx\(number)"), to: node) }
        #expect(answers.filter { $0.status == 503 }.count == 7)
        #expect(node.core.table.count == 3)
        node.core.advance(to: .seconds(33))
        #expect(node.core.table.count == 0)
    }

    @Test func `the limiter forgets rather than grows`() {
        var limiter = SourceLimiter(perSecond: 1)
        for number in 0..<50_000 { _ = limiter.allows("host\(number)", at: .zero) }
        #expect(limiter.allows("another", at: .zero) == true)
        #expect(limiter.allows("another", at: .zero) == false)
    }

    // MARK: Requests of our own

    private func register(
        _ client: Node, _ server: Node, _ credentials: DigestCredentials?
    ) -> SIPOutgoingRequest {
        var request = SIPOutgoingRequest(
            .register, uri: SIPURI(host: server.peer.host),
            from: NameAddress(uri: SIPURI(user: "1001", host: server.peer.host)))
        request.contacts = [NameAddress(uri: SIPURI(user: "1001", host: client.peer.host))]
        request.credentials = credentials
        return request
    }

    private func answerRegisters(_ server: Node, _ verifier: inout DigestVerifier) {
        while let (id, request) = server.requests.popLast() {
            let verdict = verifier.verify(request, atSecond: 100) { user, algorithm in
                user == "1001" ? DigestSecret(user, realm: "x", password: "secret", algorithm) : nil
            }
            var response = request.response(verdict == .verified(username: "1001") ? 200 : 401, tag: "t")
            if response.status == 401 { response.headers.add(verifier.challengeHeaders(atSecond: 100)) }
            server.core.turn { server.core.respond(id, response) }
        }
    }

    @Test(arguments: [("secret", 200), ("guess", 401)])
    func `a challenge is answered once`(password: String, status: Int) throws {
        let client = network.node("192.0.2.1")
        let server = network.node("192.0.2.9") { $0.methods = [.register] }
        var verifier = DigestVerifier(realm: "x")
        var heard: [Int] = []
        let request = register(client, server, DigestCredentials(username: "1001", password: password))
        client.core.request(request) { heard.append($0?.status.code ?? 0) }
        for _ in 0..<5 {
            network.run()
            answerRegisters(server, &verifier)
        }
        network.run()
        #expect(heard == [status])
        #expect(network.summaries(from: "192.0.2.1") == ["REGISTER", "REGISTER"])
        #expect(client.core.requesters.isEmpty)
    }

    @Test func `a server that calls every nonce old is not answered for ever`() {
        let client = network.node("192.0.2.1")
        let server = network.node("192.0.2.9") { $0.methods = [.register] }
        let verifier = DigestVerifier(realm: "x")
        var heard: [Int] = []
        let request = register(client, server, DigestCredentials(username: "1001", password: "secret"))
        client.core.request(request) { heard.append($0?.status.code ?? 0) }
        for _ in 0..<20 {
            network.run()
            while let (id, request) = server.requests.popLast() {
                var response = request.response(401, tag: "t")
                response.headers.add(verifier.challengeHeaders(atSecond: 100, isStale: true))
                server.core.turn { server.core.respond(id, response) }
            }
        }
        #expect(heard == [401])
        #expect(network.summaries(from: "192.0.2.1").count == 4)
    }

    @Test func `who waits for a response when the endpoint closes is told, and who asks after it too`() {
        let client = network.node("192.0.2.1")
        let server = network.node("192.0.2.9") { $0.methods = [.register] }
        var heard: [Int] = []
        client.core.request(register(client, server, nil)) { heard.append($0?.status.code ?? 0) }
        network.run()
        #expect(heard == [])
        client.core.close()
        #expect(heard == [503])
        client.core.request(register(client, server, nil)) { heard.append($0?.status.code ?? 0) }
        #expect(heard == [503, 503])
        #expect(client.core.requesters.isEmpty)
    }

    @Test func `a request nobody answers ends with a local 408`() {
        let client = network.node("192.0.2.1")
        let server = network.node("192.0.2.9")
        network.loses = { _ in true }
        var heard: SIPResponse?
        client.core.request(register(client, server, nil)) { heard = $0 }
        network.run(.seconds(33))
        #expect(heard?.status == 408)
        #expect(heard?.isLocal == true)
        // At 0, 0.5, 1.5, 3.5, and then every 4 s.
        #expect(network.summaries().count == 11)
    }

    @Test func `a request over a transport we do not have ends with a local 503, but not before its call returns`() {
        let client = network.node("192.0.2.1")
        client.core.advertised[.tcp] = nil
        var request = register(client, client, nil)
        request.destination = SIPPeer(.tcp, "192.0.2.9", 5060)
        var heard: SIPResponse?
        client.core.request(request) { heard = $0 }
        #expect(heard == nil)
        network.run()
        #expect(heard?.status == 503)
    }

    @Test func `a response by another branch or method is a stray`() throws {
        let client = network.node("192.0.2.1")
        network.loses = { _ in true }
        client.core.request(register(client, client, nil)) { _ in }
        guard case .request(let sent) = try SIPParser.parse(try #require(network.sent.first).bytes) else {
            throw NotARequest()
        }
        var wrong = sent.response(200, tag: "x")
        wrong.via[0].parameters["branch"] = "z9hG4bKguess"
        client.core.received(SIPWriter.bytes(wrong), from: source)
        wrong = sent.response(200, tag: "x")
        wrong.cseq.method = .options
        client.core.received(SIPWriter.bytes(wrong), from: source)
        #expect(client.core.statistics.strays == 2)
        #expect(client.core.requesters.count == 1)
    }
}
