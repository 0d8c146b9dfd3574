import Foundation
import Logging
import SIP
import Testing

/// What scanners, guessers and thieves of password hashes get: nothing.
@Suite(.serialized) struct ScannerTests {
    @Test(.timeLimit(.minutes(5)))
    func `after ten wrong passwords the right one is refused as well, and nobody else's telephone`() async throws {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(2, tenant: "guessed", number: "+861088889023", in: suite)
        let guesser = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.72.1", 0)]), handlers: SIPEndpointHandlers(),
            log: Logger(label: "guesser"))
        let honest = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.73.1", 0)]), handlers: SIPEndpointHandlers(),
            log: Logger(label: "honest"))
        var answers: [Int] = []
        for guess in 0..<10 {
            answers.append(await Self.register("1001", "guess-\(guess)", crowd, guesser))
        }
        #expect(answers == [Int](repeating: 401, count: 10), "a wrong password is asked for again")
        #expect(await Self.register("1001", suite.password, crowd, guesser) == 403, "blocked after ten tries")
        #expect(await Self.register("1002", suite.password, crowd, guesser) == 200, "another telephone there")
        #expect(await Self.register("1001", suite.password, crowd, honest) == 200, "the telephone itself, elsewhere")
        await guesser.stop()
        await honest.stop()
    }

    private static func register(
        _ phone: String, _ password: String, _ crowd: Crowd, _ endpoint: SIPEndpoint
    ) async -> Int {
        let address = NameAddress(uri: SIPURI(user: phone, host: crowd.tenant))
        var request = SIPOutgoingRequest(.register, uri: SIPURI(host: crowd.tenant), from: address)
        request.to = address
        request.destination = SIPPeer(.udp, "127.0.0.1", crowd.suite.places.sipPort)
        let local = endpoint.locals.first
        request.contacts = [NameAddress(uri: SIPURI(user: phone, host: local?.host ?? "", port: local?.port))]
        request.headers = ["Expires": "60"]
        request.credentials = DigestCredentials(username: phone, password: password)
        return await endpoint.request(request).status.code
    }

    @Test(.timeLimit(.minutes(5)))
    func `sipvicious finds a server, but no telephone and no password`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("sipvicious")
        let port = "\(suite.places.sipPort)"
        let file = { (name: String) in place.appendingPathComponent(name) }
        let map = try await run(
            "svmap", "-b", "127.0.74.1", "-P", "5996", "-p", port, "127.0.0.1", output: file("svmap.log"))
        #expect(!map.words.contains("demo") && !map.words.contains("1001"), "\(map.words.suffix(2000))")
        let names = try Self.list((1_001...1_060).flatMap { ["\($0)*demo", "\($0)"] }, file("names.txt"))
        for method in ["REGISTER", "OPTIONS", "INVITE"] {
            let war = try await run(
                "svwar", "-d", names, "-m", method, "-b", "127.0.74.2", "-P", "5997", "-p", port, "--force",
                "127.0.0.1", output: file("svwar-\(method).log"))
            // By INVITE svwar lists whoever is asked for a password: all sixty names of the tenant, of which a few are there.
            let alike = war.words.components(separatedBy: "reqauth").count - 1
            #expect(
                war.words.contains("found nothing") || (method == "INVITE" && alike == 60),
                "\(method): \(war.words.suffix(2000))")
        }
        // svcrack knows MD5 only, and fails by itself where SHA-256 is asked for.
        let admin = try await API.signedIn("admin", to: suite)
        try await admin.ask("PUT", "/media/v1/phones/1059", ["password": suite.password, "digest": "md5"])
        // The right one is among them, behind the first ten.
        let words = try Self.list((0..<40).map { "guess-\($0)" } + [suite.password], file("words.txt"))
        for user in ["1059*demo"] {
            // It goes on asking when it is refused, for ever.
            let crack = try await run(
                "timeout", "20", "svcrack", "-u", user, "-d", words, "-b", "127.0.74.3", "-P", "5998", "-p", port,
                "127.0.0.1",
                output: file("svcrack-\(user.count).log"))
            #expect(
                !crack.words.contains(suite.password) && !crack.words.contains("Error"), "\(crack.words.suffix(2000))")
        }
    }

    private static func list(_ lines: [String], _ file: URL) throws -> String {
        try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    @Test(.timeLimit(.minutes(5)))
    func `messages and subscriptions of strangers are refused alike, whoever they are for`() async throws {
        let suite = try await RunningSuite.shared()
        let probe = try Probe(port: suite.places.sipPort)
        for method in ["MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER"] {
            let answers = try ["1003*demo", "1999*demo", "1003*nobody", "1003"].map { name in
                try probe.ask(method, for: name).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            }
            #expect(Set(answers).count == 1, "\(method): \(answers)")
            #expect(["4", "5"].contains(answers[0].dropFirst("SIP/2.0 ".count).prefix(1)), "\(method): \(answers)")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a caller who asks for our password when we hang up is given no hash of it`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("digest-leak")
        let crowd = try await Crowd.make(1, tenant: "leak", number: "+861088889024", in: suite)
        // Whoever calls is hung up.
        let flow: [String: any Sendable] = [
            "schema": 1, "name": "Hang up", "language": "en", "start": "end",
            "nodes": ["end": ["type": "hangUp"]] as [String: any Sendable],
        ]
        try await crowd.admin.ask("PUT", "/cti/v1/flows/straight", flow)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "digest_leak.py")
        let thief = try RunningProgram(
            ["/usr/bin/python3", script.path, "\(suite.places.sipPort)", crowd.number], directory: place,
            output: place.appendingPathComponent("thief.log"))
        #expect(await thief.status() == 0, "\(thief.words)")
        let told = try thief.lastObject()
        #expect(told["challenged"] as? Int ?? 0 > 0, "\(told)")
        #expect(told["hashes"] as? Int == 0, "\(told)")
    }
}
