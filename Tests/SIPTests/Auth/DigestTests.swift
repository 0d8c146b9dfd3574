import Testing

@testable import SIP

/// RFC 7616 and what RFC 8760 adds for SIP.
@Suite struct DigestTests {
    // RFC 7616 §3.9.1.
    let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    let clientNonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    let credentials = DigestCredentials(username: "Mufasa", password: "Circle of Life")

    @Test(arguments: [
        (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ])
    func `RFC 7616's example comes out`(algorithm: DigestAlgorithm, response: String) throws {
        let challenge = DigestChallenge(
            realm: "http-auth@example.org", nonce: nonce, opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
            algorithm: algorithm)
        let answer = try #require(
            DigestResponse(to: challenge, credentials, method: "GET", uri: "/dir/index.html", clientNonce: clientNonce))
        #expect(answer.response == response)
        #expect(DigestResponse(answer.text) == answer)
    }

    @Test func `RFC 2617's example without a client nonce comes out by RFC 2069's rule`() throws {
        let challenge = DigestChallenge(
            realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", algorithm: .md5,
            hasQualityOfProtection: false)
        let answer = try #require(
            DigestResponse(
                to: challenge, DigestCredentials(username: "Mufasa", password: "CircleOfLife"), method: "GET",
                uri: "/dir/index.html", clientNonce: "unused"))
        #expect(answer.response == "1949323746fe6a43ef61f9606e7febea")
        #expect(!answer.text.contains("qop"))
    }

    @Test func `RFC 2617's example with a client nonce comes out`() throws {
        let challenge = DigestChallenge(
            realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", algorithm: .md5)
        let answer = try #require(
            DigestResponse(
                to: challenge, DigestCredentials(username: "Mufasa", password: "Circle Of Life"), method: "GET",
                uri: "/dir/index.html", clientNonce: "0a4f113b"))
        #expect(answer.response == "6629fae49393a05397450978507c4ef1")
    }

    @Test func `a challenge is read however it is spaced`() throws {
        let challenge = try #require(
            DigestChallenge(
                #"digest  nonce = "n,1" ,REALM="a \"b\"",qop="auth-int, auth",algorithm=sha-256,stale=TRUE"#))
        #expect(challenge.nonce == "n,1")
        #expect(challenge.realm == #"a "b""#)
        #expect(challenge.algorithm == .sha256)
        #expect(challenge.hasQualityOfProtection)
        #expect(challenge.isStale)
        #expect(DigestChallenge(challenge.text) == challenge)
    }

    @Test(arguments: [
        "", "Digest", "Digest ", "Basic realm=\"x\"", "Digest realm=\"x\"", "Digest realm=\"x, nonce=\"y\"",
        "Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256", "Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"",
        "Digest =,=,", "Digest realm", "Digest realm=\"x\" nonce=\"y\"",
    ])
    func `what is no challenge for us is none`(text: String) {
        #expect(DigestChallenge(text) == nil)
    }

    @Test func `the stronger of two challenges is answered`() throws {
        var response = plainRequest(.register).response(401)
        response.headers.add(.wwwAuthenticate, #"Digest realm="x", nonce="1", algorithm=MD5"#)
        response.headers.add(.wwwAuthenticate, #"Digest realm="x", nonce="2", algorithm=SHA-256, qop="auth""#)
        let (challenge, header) = try #require(DigestChallenge.strongest(in: response))
        #expect(challenge.algorithm == .sha256)
        #expect(header == .authorization)
    }

    @Test func `a 407 is answered in Proxy-Authorization`() throws {
        var response = plainRequest(.invite).response(407)
        response.headers.add(.proxyAuthenticate, #"Digest realm="x", nonce="1""#)
        let request = try #require(plainRequest(.invite).authorized(response, credentials, clientNonce: "c"))
        #expect(request.headers[.proxyAuthorization]?.contains("username=\"Mufasa\"") == true)
        #expect(request.cseq.number == 2)
        #expect(request.via.isEmpty)
    }

    @Test func `another realm's challenge is not answered`() {
        let challenge = DigestChallenge(realm: "evil", nonce: "n", algorithm: .md5)
        let bound = DigestCredentials(username: "u", password: "p", realm: "ours")
        #expect(DigestResponse(to: challenge, bound, method: .invite, uri: "sip:x", clientNonce: "c") == nil)
    }

    @Test func `a second refusal is not answered, unless the nonce was only stale`() throws {
        var response = plainRequest(.register).response(401)
        response.headers.add(.wwwAuthenticate, #"Digest realm="x", nonce="1""#)
        let second = try #require(plainRequest(.register).authorized(response, credentials, clientNonce: "c"))
        #expect(second.authorized(response, credentials, clientNonce: "c") == nil)
        response.headers[.wwwAuthenticate] = #"Digest realm="x", nonce="2", stale=true"#
        #expect(second.authorized(response, credentials, clientNonce: "c") != nil)
    }
}

@Suite struct DigestVerifierTests {
    var verifier = DigestVerifier(realm: "carillon", lifetimeSeconds: 60)
    let good = DigestCredentials(username: "1001", password: "secret")

    func secret(_ user: String, _ algorithm: DigestAlgorithm) -> DigestSecret? {
        user == "1001" ? DigestSecret(user, realm: "carillon", password: "secret", algorithm) : nil
    }

    func register(
        _ challenge: DigestChallenge, _ credentials: DigestCredentials, count: UInt32 = 1, method: SIPMethod = .register
    ) throws -> SIPRequest {
        var request = plainRequest(.register)
        let answer = try #require(
            DigestResponse(
                to: challenge, credentials, method: method, uri: request.uri.description, clientNonce: "c", count: count
            ))
        request.headers[.authorization] = answer.text
        return request
    }

    @Test mutating func `a request without an answer is challenged, SHA-256 first`() {
        #expect(verifier.verify(plainRequest(.register), atSecond: 100, secret: secret) == .challenge)
        #expect(verifier.challenges(atSecond: 100).map(\.algorithm) == [.sha256, .md5])
        #expect(verifier.challengeHeaders(atSecond: 100).values(.wwwAuthenticate).count == 2)
    }

    @Test(arguments: [0, 1])
    func `the right password is verified, by either algorithm`(place: Int) throws {
        var verifier = verifier
        let request = try register(verifier.challenges(atSecond: 100)[place], good)
        #expect(verifier.verify(request, atSecond: 101, secret: secret) == .verified(username: "1001"))
    }

    @Test mutating func `a wrong password and an unknown user look the same`() throws {
        let challenge = try #require(verifier.challenges(atSecond: 100).first)
        let wrong = try register(challenge, DigestCredentials(username: "1001", password: "guess"))
        #expect(verifier.verify(wrong, atSecond: 101, secret: secret) == .wrong(username: "1001"))
        let unknown = try register(challenge, DigestCredentials(username: "1002", password: "secret"))
        #expect(verifier.verify(unknown, atSecond: 101, secret: secret) == .wrong(username: "1002"))
    }

    @Test mutating func `an answer overheard is worth nothing`() throws {
        let challenge = try #require(verifier.challenges(atSecond: 100).first)
        let request = try register(challenge, good)
        #expect(verifier.verify(request, atSecond: 101, secret: secret) == .verified(username: "1001"))
        #expect(verifier.verify(request, atSecond: 102, secret: secret) == .stale)
        let next = try register(challenge, good, count: 2)
        #expect(verifier.verify(next, atSecond: 103, secret: secret) == .verified(username: "1001"))
    }

    @Test mutating func `an old nonce is stale, one we never made is no nonce`() throws {
        let challenge = try #require(verifier.challenges(atSecond: 100).first)
        #expect(verifier.verify(try register(challenge, good), atSecond: 161, secret: secret) == .stale)
        for nonce in ["", "a", "a.b.c", "zz.zz.zz", "-1.0.0", "ffffffffffffffff.1.2", "...."] {
            let made = DigestChallenge(realm: "carillon", nonce: nonce, algorithm: .md5)
            #expect(verifier.verify(try register(made, good), atSecond: 100, secret: secret) == .challenge)
        }
    }

    @Test mutating func `an answer made for another method or another realm is refused`() throws {
        let challenge = try #require(verifier.challenges(atSecond: 100).first)
        let other = try register(challenge, good, method: .invite)
        #expect(verifier.verify(other, atSecond: 101, secret: secret) == .wrong(username: "1001"))
        var foreign = challenge
        foreign.realm = "elsewhere"
        #expect(verifier.verify(try register(foreign, good), atSecond: 101, secret: secret) == .challenge)
    }

    @Test mutating func `instances that share a key take each other's nonces`() throws {
        var one = DigestVerifier(realm: "carillon", key: [1, 2, 3])
        var other = DigestVerifier(realm: "carillon", key: [1, 2, 3])
        let request = try register(try #require(one.challenges(atSecond: 100).first), good)
        #expect(other.verify(request, atSecond: 101, secret: secret) == .verified(username: "1001"))
        #expect(one.verify(request, atSecond: 101, secret: secret) == .verified(username: "1001"))
        #expect(verifier.verify(request, atSecond: 101, secret: secret) == .challenge)
    }

    @Test mutating func `what it remembers is bounded`() throws {
        var small = DigestVerifier(realm: "carillon", limit: 10)
        for second in 0..<100 {
            let request = try register(try #require(small.challenges(atSecond: Int64(second)).first), good)
            #expect(small.verify(request, atSecond: Int64(second), secret: secret) == .verified(username: "1001"))
        }
    }
}
