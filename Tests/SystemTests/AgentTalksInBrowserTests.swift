import Foundation
import RTP
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The browser as the agent's telephone: Chromium with a tone for a microphone, on a suite of separate processes.
@Suite(.serialized) struct AgentTalksInBrowserTests {
    @Test(.timeLimit(.minutes(5)))
    func `browser and caller hear each other, after a reload and on from hold, and both are recorded`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("browser-phone")
        let browser = try RunningProgram(
            [
                "/usr/bin/python3", Self.script, "--url", suite.places.url + "/", "--tenant", "demo", "--user", "zhang",
                "--password-file", suite.places.passwordFile, "--tone", "880", "--customer", "王小明", "--screenshots",
                place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        let supervisor = try await API.signedIn("chen", to: suite)
        _ = try await eventually("the agent being ready on the page", within: 90) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return try await supervisor.status(of: "zhang") == "ready" ? true : nil
        }
        // He talks only once he has heard 880 Hz: the browser's microphone.
        let caller = try Sandbox.caller(
            from: "13800000001", to: suite.places.number, keys: "1", suite: suite, place: place)

        #expect(await browser.status() == 0, "\(browser.words)")
        #expect(await caller.status() == 0, "\(caller.words)")

        let codecs = try browser.lastObject()["codecs"] as? [String] ?? []
        #expect(codecs.map { $0.lowercased() } == ["audio/opus", "audio/opus"], "\(browser.words)")
        let call = try browser.lastObject()["call"] as? String ?? ""
        let record = try await supervisor.ask("GET", "/reporting/v1/contacts/\(call)")
        #expect(API.kinds(record).contains("hold"), "\(record)")
        #expect(API.addsUp(record), "\(record)")
        let recording = try await eventually("the recording in the record", within: 20) { () -> String? in
            let record = try await supervisor.ask("GET", "/reporting/v1/contacts/\(call)")
            return (record["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let admin = try await API.signedIn("admin", to: suite)
        let wav = try WAVFile(Array(try await admin.bytes("GET", "/media/v1/recordings/\(recording)")))
        #expect(Self.seconds(of: 440, in: wav.samples(channel: 0)) > 2, "the caller on the left")
        #expect(Self.seconds(of: 880, in: wav.samples(channel: 1)) > 2, "the browser on the right")
        #expect(Self.seconds(of: 880, in: wav.samples(channel: 0)) < 0.5)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a browser comes back by itself when its media server has died and is there again`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("browser-phone-back")
        let browser = try RunningProgram(
            [
                "/usr/bin/python3", Self.script, "--url", suite.places.url + "/", "--tenant", "demo", "--user", "zhang",
                "--password-file", suite.places.passwordFile, "--until-back", "--screenshots",
                place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        _ = try await eventually("the browser phone being connected", within: 90) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return browser.words.contains("connected") ? true : nil
        }
        try suite.kill("media-server-1")
        #expect(await browser.status() == 0, "\(browser.words)")
        _ = try await eventually("the media server being ready", within: 60) {
            await suite.isReady("media-server-1") ? true : nil
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: [("zh-CN", "麦克风未被允许"), ("en", "microphone is not allowed")])
    func `who forbids the microphone is told so`(language: String, words: String) async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("browser-phone-\(language)")
        let browser = try RunningProgram(
            [
                "/usr/bin/python3", Self.script, "--url", suite.places.url + "/", "--tenant", "demo", "--user", "li",
                "--password-file", suite.places.passwordFile, "--denied", "--language", language, "--screenshots",
                place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        #expect(await browser.status() == 0, "\(browser.words)")
        let said = try browser.lastObject()["problem"] as? String
        #expect(said?.contains(words) == true, "\(browser.words)")
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("POST", "", "text/plain", "v=0", 415), ("POST", "", "application/sdp", "nonsense", 400),
            ("POST", "", "application/sdp", String(repeating: "a=x\n", count: 20_000), 413),
            ("POST", "", "application/sdp", "v=0\no=- 1 1 IN IP4 1.2.3.4\ns=-\nt=0 0\nm=audio 9 RTP/AVP 8\n", 400),
            ("PATCH", "/browser:wang", "application/sdp", "v=0", 404),
            ("PATCH", "/browser:li", "application/sdp", "x", 400),
            ("DELETE", "/browser:wang", "application/sdp", "", 404),
            ("DELETE", "/browser:li", "application/sdp", "", 404),
        ])
    func `what is no offer of one's own browser is refused`(
        method: String, path: String, type: String, body: String, status: Int
    ) async throws {
        let suite = try await RunningSuite.shared()
        let token = try await API.signedIn("li", to: suite).token
        for (authorization, expected) in [("Bearer \(token)", status), ("Bearer nobody", 401)] {
            let address = try #require(URL(string: suite.places.url + "/api/media/v1/browser-phones" + path))
            var request = URLRequest(url: address, timeoutInterval: 20)
            request.httpMethod = method
            request.httpBody = body.isEmpty ? nil : Data(body.utf8)
            request.setValue(type, forHTTPHeaderField: "Content-Type")
            request.setValue(authorization, forHTTPHeaderField: "Authorization")
            let (data, response) = try await URLSession.shared.data(for: request)
            let answered = (response as? HTTPURLResponse)?.statusCode
            #expect(answered == expected, "\(String(decoding: data, as: UTF8.self))")
        }
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

    private static let script = RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/talk_in_browser.py")
        .path
}
