import Foundation
import RTP
import Testing

/// Whole flows through separate processes, with foreign telephones.
@Suite(.serialized) struct CallerReachesAgentTests {
    @Test(.timeLimit(.minutes(6)), arguments: ["udp", "tcp", "tls"])
    func `a customer presses a key, reaches an agent, both hear each other, and the record adds up`(transport: String)
        async throws
    {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("call-\(transport)")
        let agent = try await API.signedIn("li", to: suite)
        let admin = try await API.signedIn("admin", to: suite)

        // baresip 1.0 knows no SHA-256.
        try await admin.ask("PUT", "/media/v1/phones/1001", ["password": suite.password, "digest": "md5"])
        let phone = try BaresipPhone.start("1001", transport: transport, suite: suite, place: place)
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1001"], within: 15)
        _ = try await eventually("the telephone being registered", within: 15) {
            phone.words.contains("200 OK") ? true : nil
        }
        try await agent.ask("POST", "/cti/v1/agents/me/ready")

        let number = ["udp": "+8613900000077", "tcp": "+8613900000078"][transport] ?? "+8613900000079"
        let caller = try SippCaller.call(from: number, talk: 10, suite: suite, place: place)
        let status = await caller.status()
        #expect(status == 0, "sipp: \(caller.words.suffix(1500))")
        await phone.stop()

        let record = try await eventually("the contact record", within: 30) { try await admin.record(of: number) }
        let kinds = API.kinds(record)
        #expect(kinds.prefix(4) == ["ivr", "queue", "ring", "talk"], "\(record)")
        #expect(API.addsUp(record), "\(record)")
        #expect(record["agentID"] as? String == "li")

        let recording = try await eventually("the recording in the record", within: 15) { () -> String? in
            let record = try await admin.record(of: number)
            return (record?["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let wav = try WAVFile(Array(try await admin.bytes("GET", "/media/v1/recordings/\(recording)")))
        #expect(wav.format.channels == 2)
        // The agent's telephone plays 880 Hz; the customer sends back what he hears. So 880 Hz on the right is the agent's
        // voice, and on the left it has been to the customer and back.
        for channel in 0...1 {
            let middle = wav.samples(channel: channel).dropFirst(8000 * 3).prefix(8000 * 2)
            #expect(Goertzel.share(of: 880, in: middle) > 0.5, "channel \(channel)")
        }
        try await expectSealed(recording, as: wav, admin, suite)
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out")
    }

    /// On the disk it is sealed, by the API it is found, and any part of it is as of the whole.
    private func expectSealed(_ id: String, as wav: WAVFile, _ admin: API, _ suite: RunningSuite) async throws {
        let recording = try await eventually("the verified recording", within: 20) { () -> [String: Any]? in
            let found = try await admin.items("/media/v1/recordings?agent=li&state=verified&limit=50")
            return found.first { $0["id"] as? String == id }
        }
        let about = recording["about"] as? [String: Any]
        #expect((about?["customerNumber"] as? String)?.hasPrefix("+86139000000") == true, "\(recording)")
        #expect(recording["keyID"] as? String == "k1")
        let file = URL(fileURLWithPath: suite.places.state).appendingPathComponent(
            "recordings/\(recording["file"] as? String ?? "?")")
        let stored = try Data(contentsOf: file)
        #expect(stored.prefix(8) == Data("CRLNRECF".utf8))
        #expect(stored.firstRange(of: Data(wav.data[40_000..<40_032])) == nil)
        let part = try await admin.bytes("GET", "/media/v1/recordings/\(id)", range: "bytes=40058-40089")
        #expect(Array(part) == Array(wav.data[40_000..<40_032]))
        let picture = try await admin.ask("GET", "/media/v1/recordings/\(id)/peaks")
        #expect(((picture["left"] as? [Int])?.max() ?? 0) > 10)
    }
}
