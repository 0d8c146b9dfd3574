import Foundation
import RTP
import Testing

/// What strangers may send to the switch while customers wait in it: no call is lost, nobody learns anything, and memory
/// stays bounded.
@Suite(.serialized) struct HostileNetworkTests {
    static let calls = runsWhole ? 200 : 100

    @Test(.timeLimit(.minutes(20)))
    func `broken messages by UDP and TCP take no call, and new calls are answered meanwhile`() async throws {
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
        // A customer every half second, for a moment each.
        let others = try Sandbox.load(
            runsWhole ? 200 : 40, perSecond: 2, to: crowd.number, suite: suite, place: place)

        // By UDP no faster than strangers are read; by TCP as fast as it goes.
        let systematic = try await attack.sendBrokenMessages(mutated: runsWhole ? 40_000 : 6_000)
        #expect(systematic >= 4_527, "as many as PROTOS has")
        try attack.sendBrokenStreams(runsWhole ? 20_000 : 2_000)
        _ = await others.status()
        let load = try others.lastObject()
        print("beside broken messages: \(load)")
        #expect(load["failed"] as? Int == 0, "\(load)")
        let slowest = try #require(load["setupMillisecondsP99"] as? Double)
        // On a machine that builds and tests at once, only that it answers.
        #expect(slowest <= (runsWhole ? 200 : 2_000), "milliseconds from INVITE to answer of all but one in a hundred")

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

    @Test(.timeLimit(.minutes(15)))
    func `a flood from 200 addresses takes no call, and customers from the carrier get in`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("flood")
        let crowd = try await Crowd.make(1, tenant: "flood", number: "+861088889022", in: suite)
        let calls = runsWhole ? 200 : 20
        let standing = try Sandbox.callers(calls, to: crowd.number, suite: suite, place: place)
        _ = try await eventually("\(calls) calls waiting", within: 60) { try await crowd.calls() == calls ? true : nil }
        let switchID = try suite.id(of: "media-server-1")
        let memory = try Self.memory(of: switchID)
        let attacker = try Attacker(addresses: 200, network: 71)
        let messages = ["REGISTER", "INVITE", "OPTIONS"].map { Attack.flooding($0, to: crowd.number, on: suite) }
        let port = suite.places.sipPort
        // As fast as a core can send.
        let flood = Barrage(perSecond: nil) { count in
            Attacker.send(messages[count % 3](count), from: attacker.sockets[count % 200], to: port)
        }
        let customers = try Sandbox.load(
            runsWhole ? wholeSeconds * 5 : 100, perSecond: 5, to: crowd.number, suite: suite, place: place)
        _ = await customers.status()
        let perSecond = await flood.stop()
        let load = try customers.lastObject()
        let grown = try Self.memory(of: switchID) - memory
        print("flood of \(flood.count) messages, \(perSecond) a second; grown by \(grown >> 10) KiB; \(load)")
        let (attempted, answered) = (load["attempted"] as? Int ?? 0, load["answered"] as? Int ?? 0)
        #expect(attempted > 0 && answered * 100 >= attempted * 99, "\(load)")
        #expect(grown < 64 << 20, "bytes that the switch has grown by")
        #expect(try suite.id(of: "media-server-1") == switchID, "the switch lives")
        // What the flood has left is done with.
        _ = try await eventually("the calls that stood", within: 60) { try await crowd.calls() == calls ? true : nil }
        standing.interrupt()
        _ = await standing.status()
        let summary = try standing.lastObject()
        #expect(summary["answered"] as? Int == calls && summary["dropped"] as? Int == 0, "\(summary)")
    }

    @Test(.timeLimit(.minutes(5)))
    func `who sprays all RTP ports at 50 000 packets a second is neither heard nor answered`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("spray")
        let crowd = try await Crowd.make(1, tenant: "spray", number: "+861088889021", in: suite)
        let phones = try await crowd.phones(place: place)
        _ = try await crowd.signIn()
        // From before the call's ports are open. To each port from one source, in sequence, as one who is taken for the
        // telephone that belongs there.
        let attacker = try Attacker(addresses: 4, network: 68)
        let (packet, ports) = (Self.loudPacket(), suite.rtpPorts)
        let spray = Barrage(perSecond: 50_000) { count in
            let (round, port) = count.quotientAndRemainder(dividingBy: ports.count)
            var packet = packet
            packet[2] = UInt8(truncatingIfNeeded: round >> 8)
            packet[3] = UInt8(truncatingIfNeeded: round)
            Attacker.send(packet, from: attacker.sockets[port % 4], to: ports.lowerBound + port)
        }
        let caller = try Sandbox.caller(from: "13900000012", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("a call being talked", within: 30) { try await crowd.talking() == 1 ? true : nil }
        let enough = spray.count + (runsWhole ? 2_000_000 : 300_000)
        _ = try await eventually("\(enough) packets", within: 120) { spray.count >= enough ? true : nil }
        print("sprayed \(await spray.stop()) packets a second")
        #expect(attacker.heard() == 0, "datagrams that came back to who sprays")
        caller.interrupt()
        await phones.stop()

        let recording = try await eventually("the recording", within: 30) { () -> String? in
            let records = try await crowd.admin.items("/reporting/v1/contacts")
            return (records.first?["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let wav = try WAVFile(Array(try await crowd.admin.bytes("GET", "/media/v1/recordings/\(recording)")))
        for (channel, tone) in [(0, 440.0), (1, 880.0)] {
            let sound = Array(wav.samples(channel: channel))
            #expect(
                Goertzel.share(of: tone, in: sound[...]) > 0.5, "channel \(channel) has the voice that belongs there")
            let loud = stride(from: 0, to: sound.count - 160, by: 160).count { start in
                let frame = sound[start..<(start + 160)]
                return Goertzel.level(of: frame) > 0.01 && Goertzel.share(of: Self.loudTone, in: frame) > 0.3
            }
            print("channel \(channel): \(loud) packets of the stranger's")
            #expect(loud <= 2, "packets of the stranger's on channel \(channel)")
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

    private static func loudPacket() -> [UInt8] {
        let header = RTPHeader(payloadType: 8, sequence: 0, timestamp: 0, ssrc: 0xBAD)
        var packet = [UInt8](repeating: 0, count: RTPHeader.size)
        _ = packet.withUnsafeMutableBytes { header.write(into: $0) }
        let samples = (0..<160).map { Int16(24_000 * sin(2 * .pi * loudTone * Double($0) / 8_000)) }
        return packet + G711.aLaw.encode(samples)
    }

    /// Bytes of a process that are in memory.
    static func memory(of process: Int32) throws -> Int {
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
    fileprivate func calls() async throws -> Int {
        var (count, rest) = (0, "")
        while true {
            let page = try await admin.ask("GET", "/cti/v1/calls?limit=200" + rest)
            count += (page["items"] as? [Any])?.count ?? 0
            guard let cursor = page["nextCursor"] as? String,
                let escaped = cursor.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            else { return count }
            rest = "&cursor=" + escaped
        }
    }
}
