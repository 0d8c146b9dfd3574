import Foundation
import RTP
import Testing

/// What strangers may send to the switch while customers wait in it: no call is lost, nobody learns anything, and memory
/// stays bounded.
@Suite(.serialized) struct HostileNetworkTests {
    static let calls = 100

    @Test(.timeLimit(.minutes(10)))
    func `broken messages and floods by UDP and TCP take none of 100 calls, and a new call gets in`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("hostile")
        let crowd = try await Crowd.make(1, tenant: "hostile", number: "+861088889020", in: suite)
        let callers = try Sandbox.callers(Self.calls, to: crowd.number, suite: suite, place: place)
        _ = try await eventually("\(Self.calls) calls waiting", within: 60) {
            try await crowd.calls() == Self.calls ? true : nil
        }
        let switchID = try suite.id(of: "media-server-1")
        let memory = try Self.memory(of: switchID)
        let attack = try Attack(on: suite, number: crowd.number)

        try await attack.sendBrokenMessages(mutated: 100_000)
        try attack.sendBrokenStreams(2_000)
        try await attack.flood(200_000)

        #expect(try suite.id(of: "media-server-1") == switchID, "the switch lives")
        #expect(try Self.memory(of: switchID) - memory < 64 << 20, "bytes that the switch has grown by")
        let late = try Sandbox.caller(from: "13900000011", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("a new call waiting beside the others", within: 30) {
            try await crowd.calls() == Self.calls + 1 ? true : nil
        }
        await late.stop()
        callers.interrupt()
        _ = await callers.status()
        let summary = try callers.lastObject()
        #expect(summary["dropped"] as? Int == 0, "\(summary)")
    }

    @Test(.timeLimit(.minutes(5)))
    func `who sprays all RTP ports is neither heard nor answered`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("spray")
        let crowd = try await Crowd.make(1, tenant: "spray", number: "+861088889021", in: suite)
        let phones = try await crowd.phones(place: place)
        _ = try await crowd.signIn()
        let caller = try Sandbox.caller(from: "13900000012", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("a call being talked", within: 30) { try await crowd.talking() == 1 ? true : nil }

        let attacker = try Attacker(addresses: 20, network: 68)
        for round in 0..<100 {
            let packet = Self.loudPacket(UInt16(round))
            for port in suite.rtpPorts { attacker.send(packet, to: port) }
            await Task.yield()
        }
        #expect(attacker.heard() == 0, "datagrams that came back to who sprays")
        caller.interrupt()
        await phones.stop()

        let recording = try await eventually("the recording", within: 30) { () -> String? in
            let records = try await crowd.admin.items("/reporting/v1/contacts")
            return (records.first?["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let wav = try WAVFile(Array(try await crowd.admin.bytes("GET", "/media/v1/recordings/\(recording)")))
        for (channel, tone) in [(0, 440.0), (1, 880.0)] {
            let sound = wav.samples(channel: channel)[...]
            #expect(Goertzel.share(of: tone, in: sound) > 0.5, "channel \(channel) has the voice that belongs there")
            #expect(
                Goertzel.share(of: Self.loudTone, in: sound) < 0.01, "channel \(channel) has nothing of the stranger")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a telephone that there is, one that there is not, and one of no tenant are asked alike for a password`()
        async throws
    {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("scan")
        let probe = try Probe(port: suite.places.sipPort)
        let shapes = try ["1003*demo", "1999*demo", "1003*nobody", "1003"].map { name in
            Self.shape(of: try probe.ask("REGISTER", for: name))
        }
        #expect(shapes[0].first == "SIP/2.0 401 Unauthorized")
        #expect(Set(shapes).count == 1, "\(shapes)")

        let names = place.appendingPathComponent("names.txt")
        try "1003*demo\n1999*demo\n1003\n".write(to: names, atomically: true, encoding: .utf8)
        let scanned = try await run(
            "svwar", "-d", names.path, "-b", "127.0.69.1", "-P", "5998", "-p", "\(suite.places.sipPort)", "--force",
            "127.0.0.1", output: place.appendingPathComponent("svwar.log"))
        #expect(scanned.words.contains("found nothing"), "\(scanned.words.suffix(2000))")
    }

    /// An answer without what differs each time: its first line, and each header's name with the names of its parameters.
    private static func shape(of answer: String) -> [String] {
        answer.split(whereSeparator: \.isNewline).enumerated().map { index, line in
            guard index > 0, let name = line.split(separator: ":").first else { return String(line) }
            guard name == "WWW-Authenticate" else { return String(name) }
            return "\(name) \(line.split { " ,".contains($0) }.compactMap { $0.split(separator: "=").first })"
        }
    }

    static let loudTone = 3_000.0

    private static func loudPacket(_ sequence: UInt16) -> [UInt8] {
        let header = RTPHeader(payloadType: 8, sequence: sequence, timestamp: UInt32(sequence) &* 160, ssrc: 0xBAD)
        var packet = [UInt8](repeating: 0, count: RTPHeader.size)
        _ = packet.withUnsafeMutableBytes { header.write(into: $0) }
        let samples = (0..<160).map { Int16(24_000 * sin(2 * .pi * loudTone * Double($0) / 8_000)) }
        return packet + G711.aLaw.encode(samples)
    }

    /// Bytes of a process that are in memory.
    private static func memory(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        guard let kilobytes = line.split(separator: " ").compactMap({ Int($0) }).first else {
            throw NotSeen(description: "the memory of \(process)")
        }
        return kilobytes * 1_024
    }
}

extension Crowd {
    /// Calls that stand.
    fileprivate func calls() async throws -> Int { try await admin.items("/cti/v1/calls?limit=200").count }
}
