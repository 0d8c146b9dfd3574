import Contracts
import Foundation
import FoundationNetworking
import RTP
import SDP
import ServiceKit
import TestSupport
import Testing
import WebRTC

@testable import MediaServer

/// A visitor's page and a whole switch on loopback, over a real connection: HTTP, ICE, DTLS, SRTP.
@Suite(.timeLimit(.minutes(2))) struct WebCallWireTests {
    /// What a page gets.
    struct Answer {
        let status: Int
        let headers: [String: String]
        let body: String

        var code: String? {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])?["code"] as? String
        }
    }

    /// A page of an origin.
    struct Page {
        let port: Int
        var origin: String? = "https://shop.example.com"

        func send(
            _ method: String, _ path: String, _ body: String? = nil, type: String = "application/sdp",
            headers: [String: String] = [:]
        ) async throws -> Answer {
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            request.httpMethod = method
            request.timeoutInterval = 20
            request.httpBody = body.map { Data($0.utf8) }
            if let origin { request.setValue(origin, forHTTPHeaderField: "Origin") }
            if body != nil { request.setValue(type, forHTTPHeaderField: "Content-Type") }
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            let (data, response) = try await URLSession.shared.data(for: request)
            let answered = try #require(response as? HTTPURLResponse)
            let fields = answered.allHeaderFields.reduce(into: [String: String]()) { fields, field in
                fields["\(field.key)".lowercased()] = "\(field.value)"
            }
            return Answer(status: answered.statusCode, headers: fields, body: String(decoding: data, as: UTF8.self))
        }

        func state(_ call: String) async throws -> WebCallView {
            try JSONDecoder().decode(WebCallView.self, from: Data(try await send("GET", call).body.utf8))
        }
    }

    static let entry = "/v1/web-calls/demo/site"

    private func withPage(
        _ change: @escaping (inout WebEntrySettings) -> Void = { _ in },
        _ body: (Page, TestSwitch) async throws -> Void
    ) async throws {
        let entry = try WebEntry.example(change)
        try await withSwitch { test in
            test.book.change { $0.webEntries = ["demo": ["site": entry]] }
            let configuration = try MediaServerConfiguration(Settings([:]))
            let routes = WebCallRoutes(
                switchboard: test.board, identity: try DTLSIdentity(), address: "127.0.0.1",
                codecs: [.opus, .pcma, .pcmu], instance: TestSwitch.instance, frontDoors: ["127.0.0.1"],
                plan: configuration.numberPlan, book: { test.book.current })
            let signer = try await TokenSigner(keyID: "test")
            let server = APIServer(service: "media-server", routes: routes.routes, tokens: TokenVerifier(signer))
            try await withServer(server) { port in try await body(Page(port: port), test) }
        }
    }

    /// The sound of a call comes up.
    private func connect(_ browser: TestBrowser, _ answer: Answer) async throws {
        let description = try SessionDescription(parsing: Array(answer.body.utf8))
        let media = try #require(description.media.first)
        let server = try #require(
            ICECredentials(
                fragment: media.attributes["ice-ufrag"] ?? "", password: media.attributes["ice-pwd"] ?? ""))
        let hasWay = try await onThread { Result { try browser.findWay(to: media.port, server: server) } }.get()
        let hasKeys = await onThread { browser.handshake() }
        #expect(hasWay && hasKeys)
    }

    private func address(_ answer: Answer) throws -> String {
        "/v1/web-calls/demo/" + (try #require(answer.headers["location"]))
    }

    private func json(_ browser: TestBrowser, _ words: [String: Any] = [:]) throws -> String {
        let object = words.merging(["sdp": browser.offer]) { given, _ in given }
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    @Test func `a visitor calls, is answered, is heard, hears, presses keys and hangs up`() async throws {
        try await withPage {
            $0.attributes = ["order"]
        } _: { page, test in
            let browser = try TestBrowser()
            let answer = try await page.send(
                "POST", Self.entry,
                try json(browser, ["name": "王小明", "number": "138 0000 0001", "attributes": ["order": "7"]]),
                type: "application/json")
            #expect(answer.status == 201, "\(answer.body)")
            #expect(answer.headers["access-control-allow-origin"] == "https://shop.example.com")
            let call = try address(answer)
            #expect(try await page.state(call).state == .connecting)
            try await connect(browser, answer)
            let arrived = try #require(await test.next(LegArrived.self))
            #expect(arrived.from == "anonymous" && arrived.to == "4001" && arrived.trunkID == nil)
            #expect(
                arrived.attributes == [
                    "medium": "web", "webEntry": "site", "visitorName": "王小明", "visitorNumber": "13800000001",
                    "order": "7",
                ])
            #expect(try await page.state(call).state == .ringing)
            let shown = try await test.board.list(Shard.all)
            #expect(shown.legs.first?.attributes?["order"] == "7")

            try await test.command(arrived.legID, .answer)
            #expect(await test.next(LegAnswered.self)?.legID == arrived.legID)
            #expect(try await page.state(call).state == .answered)

            let phone = try TestPhone()
            let caller = try await test.answeredCaller(phone)
            try await test.command(caller.leg, .bridge(with: arrived.legID))
            async let atVisitor = onThread { browser.talk(frames: 50, tone: 1_000, keys: "5") }
            let atPhone = try await phone.talk(to: caller.port, frames: 50, tone: 440)
            #expect(await atVisitor.share(of: 440) > 0.8)
            #expect(atPhone.share(of: 1_000) > 0.5)
            #expect(await test.next(LegDigit.self) == LegDigit(legID: arrived.legID, digit: "5"))

            let pressed = try await page.send("POST", call + "/keys", ##"{"keys":"#9"}"##, type: "application/json")
            #expect(pressed.status == 204)
            #expect(await test.next(LegDigit.self)?.digit == "#")
            #expect(await test.next(LegDigit.self)?.digit == "9")
            let wrong = try await page.send("POST", call + "/keys", #"{"keys":"x"}"#, type: "application/json")
            #expect(wrong.status == 400 && wrong.headers["access-control-allow-origin"] != nil)

            #expect(try await page.send("DELETE", call).status == 204)
            let ended = await test.next(LegEnded.self)
            #expect(ended?.legID == arrived.legID && ended?.cause == .remote)
            #expect(try await page.state(call).reason == .hungUp)
            #expect(try await page.send("DELETE", call).status == 404)
        }
    }

    @Test func `the other side hangs up, and the page that follows is told`() async throws {
        try await withPage { page, test in
            let browser = try TestBrowser()
            let answer = try await page.send("POST", Self.entry, browser.offer)
            let call = try address(answer)
            async let feed = page.send("GET", call + "/events")
            try await connect(browser, answer)
            let leg = try #require(await test.next(LegArrived.self)?.legID)
            try await test.command(leg, .answer)
            _ = await test.next(LegAnswered.self)
            try await test.command(leg, .hangUp(.local))
            // The stream ends with the call.
            let told = try await feed
            #expect(told.headers["content-type"] == "text/event-stream")
            for word in ["answered", #""reason":"ended""#] { #expect(told.body.contains(word), "\(told.body)") }
        }
    }

    @Test func `the page comes back to its call over another network, and after it was loaded anew`() async throws {
        try await withPage { page, test in
            let browser = try TestBrowser()
            let answer = try await page.send("POST", Self.entry, browser.offer)
            let call = try address(answer)
            try await connect(browser, answer)
            let leg = try #require(await test.next(LegArrived.self)?.legID)
            try await test.command(leg, .answer)
            try browser.changeNetwork()
            let restarted = try await page.send("PATCH", call, browser.offer)
            #expect(restarted.status == 200, "\(restarted.body)")
            let description = try SessionDescription(parsing: Array(restarted.body.utf8))
            let media = try #require(description.media.first)
            let server = try #require(
                ICECredentials(
                    fragment: media.attributes["ice-ufrag"] ?? "", password: media.attributes["ice-pwd"] ?? ""))
            let isBack = try await onThread { Result { try browser.findWay(to: media.port, server: server) } }.get()
            #expect(isBack)
            let anew = try TestBrowser()
            let again = try await page.send("PATCH", call, anew.offer)
            #expect(again.status == 200, "\(again.body)")
            try await connect(anew, again)
            var view = try await page.state(call)
            for _ in 0..<500 where !view.isConnected { view = try await page.state(call) }
            #expect(view.state == .answered && view.isConnected)
        }
    }

    @Test func `pages of other origins, and those that say none, may not call`() async throws {
        try await withPage { page, _ in
            let browser = try TestBrowser()
            for origin in ["https://evil.example.org", "http://shop.example.com", "null", nil] {
                let other = Page(port: page.port, origin: origin)
                let answer = try await other.send("POST", Self.entry, browser.offer)
                #expect(answer.status == 403 && answer.code == "origin_not_allowed", "\(answer.body)")
                #expect(answer.headers["access-control-allow-origin"] == nil)
                #expect(try await other.send("OPTIONS", Self.entry).status == 403)
            }
            let allowed = try await page.send("OPTIONS", Self.entry)
            #expect(allowed.status == 204 && allowed.headers["access-control-allow-methods"]?.contains("POST") == true)
            #expect(allowed.headers["access-control-allow-origin"] == "https://shop.example.com")
            #expect(allowed.headers["vary"]?.contains("Origin") == true)
            for path in ["/v1/web-calls/demo/none", "/v1/web-calls/other/site"] {
                #expect(try await page.send("POST", path, browser.offer).status == 404)
            }
        }
    }

    @Test(
        arguments: [
            ("text/plain", "v=0", 415), ("application/sdp", "nonsense", 400), ("application/json", "{}", 400),
            ("application/json", #"{"sdp":7}"#, 400), ("application/json", #"{"sdp":"v=0"}"#, 400),
            ("application/sdp", "v=0\no=- 1 1 IN IP4 1.2.3.4\ns=-\nt=0 0\nm=audio 9 RTP/AVP 8\n", 400),
            ("application/sdp", String(repeating: "a=x\n", count: 20_000), 413),
        ])
    func `what is no offer is refused, in words that the page may read`(
        type: String, body: String, status: Int
    ) async throws {
        try await withPage { page, test in
            let answer = try await page.send("POST", Self.entry, body, type: type)
            #expect(answer.status == status, "\(answer.body)")
            #expect(answer.headers["access-control-allow-origin"] != nil)
            #expect(try await test.board.list(Shard.all).legs.isEmpty)
        }
    }

    @Test func `what a page may not say is refused`() async throws {
        try await withPage { page, _ in
            let browser = try TestBrowser()
            let words: [[String: Any]] = [["number": "premium"], ["attributes": ["order": "1"]], ["name": "a\nb"]]
            for word in words {
                let body = try json(browser, word)
                let answer = try await page.send("POST", Self.entry, body, type: "application/json")
                #expect(answer.status == 400 && answer.code == "visitor_words_invalid", "\(answer.body)")
            }
        }
    }

    @Test func `calls are limited by source, whom the front door names, and by entry`() async throws {
        try await withPage {
            $0.callsPerMinute = 4
            $0.maxCallsPerSource = 2
            $0.maxCalls = 3
        } _: { page, _ in
            let browser = try TestBrowser()
            func call(_ source: String) async throws -> Answer {
                try await page.send("POST", Self.entry, browser.offer, headers: ["X-Forwarded-For": source])
            }
            #expect(try await call("192.0.2.1").status == 201)
            #expect(try await call("203.0.113.9, 192.0.2.1").status == 201)
            let third = try await call("192.0.2.1")
            #expect(third.status == 429 && third.code == "web_source_busy", "\(third.body)")
            #expect(try await call("192.0.2.2").status == 201)
            let full = try await call("192.0.2.3")
            #expect(full.status == 429 && full.code == "web_entry_busy" && full.headers["retry-after"] != nil)
            _ = try await call("192.0.2.1")
            let fast = try await call("192.0.2.1")
            #expect(fast.status == 429 && fast.code == "too_many_requests", "\(fast.body)")
        }
    }

    @Test func `an entry that is closed, or whose number has gone, takes no calls`() async throws {
        try await withPage {
            $0.isEnabled = false
        } _: { page, _ in
            let answer = try await page.send("POST", Self.entry, try TestBrowser().offer)
            #expect(answer.status == 404 && answer.code == "web_entry_closed")
        }
        try await withPage { page, test in
            test.book.change { $0.tenantOfNumber = ["4001": "another"] }
            let answer = try await page.send("POST", Self.entry, try TestBrowser().offer)
            #expect(answer.status == 404)
        }
    }

    @Test func `nobody steers a call whose name he does not know, and another server's is asked for there`()
        async throws
    {
        try await withPage { page, _ in
            let answer = try await page.send("POST", Self.entry, try TestBrowser().offer)
            let call = try address(answer)
            let other = "/v1/web-calls/demo/site/1-0123456789abcdef0123456789abcdef"
            for method in ["GET", "DELETE", "PATCH"] {
                let body = method == "PATCH" ? try TestBrowser().offer : nil
                #expect(try await page.send(method, other, body).status == 404)
            }
            #expect(try await page.send("GET", other.replacing("/1-", with: "/2-")).status == 503)
            #expect(try await page.send("GET", call).status == 200)
            // Hung up before its sound came up: nobody has heard of it.
            #expect(try await page.send("DELETE", call).status == 204)
            #expect(try await page.state(call).state == .ended)
        }
    }
}
