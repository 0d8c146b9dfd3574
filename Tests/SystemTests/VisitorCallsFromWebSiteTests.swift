import Foundation
import RTP
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A visitor of a tenant's web site calls in from Chromium, by the button of a web entry on a page of another origin, on a
/// suite of separate processes behind its front door.
@Suite(.serialized) struct VisitorCallsFromWebSiteTests {
    /// A tenant with one agent, whose telephone sounds at 880 Hz, and a menu in front of him.
    private struct Shop {
        let suite: RunningSuite
        let crowd: Crowd
        let agent: API
        let phone: RunningProgram
        let place: URL
        /// Where its web site is served.
        let site: Int
    }

    private static let flow = """
        {
          "schema": 1, "name": "Menu before the queue", "language": "zh", "start": "ask",
          "nodes": {
            "ask": {
              "type": "menu", "prompts": [{"say": "转接销售请按五。"}], "keys": {"5": "picked"}, "timeoutSeconds": 15,
              "retries": 1, "onFailed": "away"
            },
            "picked": {"type": "set", "values": {"picked": "{order}"}, "next": "queue"},
            "queue": {"type": "queue", "queue": "\(Crowd.queue)"},
            "away": {"type": "hangUp"}
          }
        }
        """

    private func shop(_ name: String, number: String) async throws -> Shop {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch(name)
        let crowd = try await Crowd.make(1, tenant: name, number: number, in: suite)
        let flow = try JSONSerialization.jsonObject(with: Data(Self.flow.utf8)) as? [String: Any]
        try await crowd.admin.ask("PUT", "/cti/v1/flows/straight", flow)
        let phone = try Sandbox.voice("1001", tone: 880, tenant: name, suite: suite, place: place)
        _ = try await eventually("the agent's telephone being there", within: 60) {
            phone.words.contains("registered ") ? true : nil
        }
        let desks = try await crowd.signIn()
        let site = Int.random(in: 21_000..<22_000)
        try await crowd.admin.insist(
            "PUT", "/media/v1/web-entries/site",
            [
                "number": number, "origins": ["http://127.0.0.1:\(site)"], "attributes": ["order"],
                "callsPerMinute": 60,
            ])
        return Shop(
            suite: suite, crowd: crowd, agent: try #require(desks.first), phone: phone, place: place, site: site)
    }

    private func visit(_ shop: Shop, _ name: String, port: Int? = nil, _ options: String...) throws -> RunningProgram {
        try RunningProgram(
            [
                "/usr/bin/python3",
                RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/visit.py").path, "--server",
                shop.suite.places.url, "--port", "\(port ?? shop.site)", "--tenant", shop.crowd.tenant, "--entry",
                "site", "--screenshots", shop.place.appendingPathComponent("pictures-\(name)").path,
            ] + options, directory: shop.place, output: shop.place.appendingPathComponent("\(name).log"))
    }

    /// The newest finished record of the tenant.
    private func record(_ shop: Shop) async throws -> [String: Any] {
        try await eventually("the contact record", within: 40) {
            try await shop.crowd.admin.items("/reporting/v1/contacts?limit=1").first { $0["endedAt"] is NSNumber }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a visitor calls, picks by a key, talks with an agent, comes back after a reload, and hangs up`()
        async throws
    {
        let shop = try await shop("visitorone", number: "+861088885501")
        let visitor = try visit(
            shop, "visitor", "--key", "5", "--key-after", "2", "--hears", "880", "--reloads", "--talk", "5",
            "--hangs-up"
        )
        let call = try await eventually("the agent talking with him", within: 90) { () -> [String: Any]? in
            guard visitor.isRunning else { throw NotSeen(description: "the visitor: \(visitor.words)") }
            return try await shop.crowd.admin.items("/cti/v1/calls").first { $0["phase"] as? String == "talking" }
        }
        let attributes = call["attributes"] as? [String: String] ?? [:]
        #expect(attributes["medium"] == "web" && attributes["webEntry"] == "site", "\(attributes)")
        #expect(attributes["visitorName"] == "访客小王" && attributes["visitorNumber"] == "13800000155")
        #expect(attributes["order"] == "A-7" && attributes["picked"] == "A-7", "the flow knows it too: \(attributes)")
        #expect(call["customerNumber"] as? String == "anonymous")

        #expect(await visitor.status() == 0, "\(visitor.words)")
        for word in ["answered", "pressed", "heard 880", "back", "ended hungUp"] {
            #expect(visitor.words.contains(word), "\(visitor.words)")
        }
        let record = try await record(shop)
        #expect(API.addsUp(record), "\(record)")
        for kind in ["ivr", "queue", "ring", "talk"] { #expect(API.kinds(record).contains(kind), "\(record)") }
        #expect((record["attributes"] as? [String: String])?["medium"] == "web", "\(record)")
        #expect(record["reason"] as? String == "customerHungUp" && record["direction"] as? String == "inbound")
        #expect(record["accessNumber"] as? String == "+861088885501")

        let id = try #require(record["callID"] as? String)
        let recording = try await eventually("the recording in the record", within: 20) { () -> String? in
            let record = try await shop.crowd.admin.ask("GET", "/reporting/v1/contacts/\(id)")
            return (record["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let wav = try await eventually("the recording being finished", within: 20) {
            try? WAVFile(Array(try await shop.crowd.admin.bytes("GET", "/media/v1/recordings/\(recording)")))
        }
        #expect(Self.seconds(of: 1_000, in: wav.samples(channel: 0)) > 2, "the visitor on the left")
        #expect(Self.seconds(of: 880, in: wav.samples(channel: 1)) > 2, "the agent on the right")
        shop.phone.interrupt()
    }

    @Test(.timeLimit(.minutes(5)))
    func `the agent hangs up, and the page says so; a page of another origin calls nobody`() async throws {
        let shop = try await shop("visitortwo", number: "+861088885502")
        let visitor = try visit(
            shop, "visitor", "--key", "5", "--key-after", "2", "--hears", "880", "--talk", "8", "--language", "en")
        _ = try await eventually("the visitor hearing the agent", within: 90) { () -> Bool? in
            guard visitor.isRunning else { throw NotSeen(description: "the visitor: \(visitor.words)") }
            return visitor.words.contains("heard 880") ? true : nil
        }
        let call = try #require(
            try await shop.crowd.admin.items("/cti/v1/calls").first { $0["phase"] as? String == "talking" })
        let id = try #require(call["callID"] as? String)
        try await shop.agent.ask("POST", "/cti/v1/calls/\(id)/hang-up")
        let status = await visitor.status()
        #expect(status == 0 && visitor.words.contains("ended ended"), "\(visitor.words)")

        let stranger = try visit(shop, "stranger", port: shop.site + 1_000, "--refused")
        #expect(await stranger.status() == 0, "\(stranger.words)")
        #expect(try await shop.crowd.admin.items("/cti/v1/calls").isEmpty)
        shop.phone.interrupt()
    }

    /// For how long most of the sound is at a frequency.
    private static func seconds(of frequency: Double, in samples: some Collection<Int16>) -> Double {
        let all = Array(samples)
        let frames = stride(from: 0, to: all.count - 800, by: 800).count { start in
            let frame = all[start..<(start + 800)]
            return Goertzel.level(of: frame) > 0.003 && Goertzel.share(of: frequency, in: frame) > 0.5
        }
        return Double(frames) / 10
    }
}
