import Foundation

/// What a stranger sends to the suite's SIP port, no faster than the switch reads what strangers send; meanwhile it asks for signs
/// of life.
struct Attack {
    private let port: Int
    private let messages: BrokenMessages
    private let attacker: Attacker
    private let probe: Probe

    init(on suite: RunningSuite, number: String) throws {
        port = suite.places.sipPort
        messages = BrokenMessages(to: number, port: port)
        attacker = try Attacker(addresses: 200, network: 66)
        probe = try Probe(port: port)
    }

    /// - Returns: how many of them were spoilt in an orderly way.
    func sendBrokenMessages(mutated: Int) async throws -> Int {
        var random = SeededRandom(state: 29)
        let systematic = messages.systematic()
        let all = systematic + (0..<mutated).map { _ in messages.mutated(using: &random) }
        let (attacker, port) = (attacker, port)
        let barrage = Barrage(perSecond: 900) { count in
            if count < all.count { attacker.send(all[count], to: port) }
        }
        while barrage.count < all.count {
            await pause()
            try probe.expectAnswer()
        }
        print("\(systematic.count) spoilt and \(mutated) mutated messages, \(await barrage.stop()) a second")
        try probe.expectAnswer()
        return systematic.count
    }

    /// Each connection brings a few messages, the last of them broken off.
    func sendBrokenStreams(_ connections: Int) throws {
        var random = SeededRandom(state: 30)
        for count in 0..<connections {
            let stream = (0..<3).flatMap { _ in messages.mutated(using: &random) }
            try Attacker.connect(from: "127.0.67.\(1 + count % 250)", to: port, sending: stream)
        }
        try probe.expectAnswer()
    }

    /// Another telephone or another caller with each number.
    static func flooding(_ method: String, to number: String, on suite: RunningSuite) -> NumberedMessage {
        let port = suite.places.sipPort
        let user = method == "INVITE" ? number : "########*demo"
        let lines = [
            "\(method) sip:\(user)@127.0.0.1:\(port) SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.66.1:5060;branch=z9hG4bKflood########;rport", "Max-Forwards: 70",
            "From: <sip:\(user)@127.0.66.1>;tag=########", "To: <sip:\(user)@127.0.0.1>", "Call-ID: flood########",
            "CSeq: 1 \(method)", "Contact: <sip:\(user)@127.0.66.1:5060>", "Content-Length: 0",
        ]
        return NumberedMessage(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }
}

/// Asks the switch whether it lives, from an address of its own.
final class Probe {
    private let descriptor: Int32
    private let port: Int
    private var count = 0

    init(port: Int) throws {
        self.port = port
        descriptor = try Attacker.socket(from: "127.0.70.1")
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// - Throws: ``NotSeen`` if half a minute brings no answer.
    func expectAnswer() throws { _ = try ask("OPTIONS", for: "probe") }

    /// The answer to a request for `user`.
    func ask(_ method: String, for user: String) throws -> String {
        count += 1
        let request = """
            \(method) sip:127.0.0.1:\(port) SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.70.1:5060;branch=z9hG4bKprobe\(count);rport\r
            Max-Forwards: 70\r
            From: <sip:\(user)@127.0.0.1>;tag=\(count)\r
            To: <sip:\(user)@127.0.0.1>\r
            Call-ID: probe\(count)\r
            CSeq: 1 \(method)\r
            Contact: <sip:\(user)@127.0.70.1:5060>\r
            Content-Length: 0\r
            \r

            """
        for _ in 0..<30 {
            Attacker.send(Array(request.utf8), from: descriptor, to: port)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let length = recv(descriptor, &buffer, buffer.count, 0)
            let answer = String(decoding: buffer.prefix(max(length, 0)), as: UTF8.self)
            if answer.contains("probe\(count)\r\n") { return answer }
        }
        throw NotSeen(description: "an answer to \(method) number \(count)")
    }
}
