import Contracts
import TestSupport
import Testing
import WebRTC

@testable import MediaServer

/// What becomes of a visitor's call, as sentences on the pure decision.
@Suite struct WebCallsTests {
    private var calls = WebCalls(keep: .seconds(15), most: 5)
    private let id = WebCallID(on: 1)
    private let start = Timestamp(microseconds: 1_000_000_000)
    private let print: Fingerprint
    private let entry: WebEntry

    init() throws {
        print = try DTLSIdentity().fingerprint
        entry = try WebEntry.example { $0.maxCalls = 3 }
        calls.begin(id, call("l1"))
    }

    private func call(_ leg: LegID, source: String = "192.0.2.1", entry: WebEntryID = "site") -> WebCalls.Call {
        WebCalls.Call(
            leg: Leg(
                id: leg, tenant: "t", isOutbound: false, from: "anonymous", to: "4001", trunkID: nil, phoneID: nil,
                arrivedAt: start, state: .arrived, attributes: ["medium": "web"]), entry: entry,
            source: self.source(source), longest: .seconds(60), port: MediaPort(port: 1, ssrc: 1), sessionID: 1,
            begunAt: start, fingerprint: print, since: start,
            view: WebCallView(state: .connecting, isConnected: false, hearsKeys: true))
    }

    private func source(_ host: String) -> VisitorSource {
        VisitorSource(peer: host, forwarded: nil, frontDoors: [])
    }

    private func after(_ seconds: Int) -> Timestamp { start.adding(.seconds(seconds)) }

    private func arrivals(_ actions: [WebCalls.Action]) -> [Leg] {
        actions.compactMap { if case .arrive(let leg) = $0 { leg } else { nil } }
    }

    private func told(_ actions: [WebCalls.Action]) -> WebCallView? {
        actions.lazy.compactMap { if case .tell(_, let view) = $0 { view } else { nil } }.first
    }

    @Test mutating func `a call arrives when its sound is up, once, with what came with it`() {
        let actions = calls.connected("l1", at: after(1))
        #expect(arrivals(actions).map(\.attributes) == [["medium": "web"]])
        #expect(arrivals(actions).map(\.arrivedAt) == [after(1)])
        #expect(told(actions)?.state == .ringing)
        _ = calls.lost("l1", at: after(2))
        #expect(arrivals(calls.connected("l1", at: after(3))).isEmpty)
    }

    @Test mutating func `a request whose sound does not come up makes no call`() {
        #expect(calls.expire(at: after(14)).isEmpty)
        let actions = calls.expire(at: after(15))
        #expect(actions.contains(.close("l1")) && arrivals(actions).isEmpty)
        #expect(told(actions)?.reason == .unreachable)
        #expect(calls.count == 0)
    }

    @Test mutating func `the page is told when it is answered, and how it ended`() {
        _ = calls.connected("l1", at: start)
        #expect(told(calls.answered("l1", at: after(2)))?.state == .answered)
        let end = calls.ended("l1", .local, at: after(9))
        #expect(told(end)?.state == .ended && told(end)?.reason == .ended)
        #expect(calls[id]?.view.answeredAt == after(2) && calls[id]?.view.endedAt == after(9))
        #expect(calls.ended("l1", .failed, at: after(10)).isEmpty)
    }

    @Test mutating func `how it ended is known for a minute`() {
        _ = calls.connected("l1", at: start)
        _ = calls.ended("l1", .local, at: after(1))
        #expect(calls.expire(at: after(60)).isEmpty)
        #expect(calls.expire(at: after(61)) == [.forget(id)])
        #expect(calls[id] == nil)
    }

    @Test mutating func `a visitor who hangs up ends his call, before and after it has arrived`() {
        #expect(calls.hangUp(id, at: start).contains(.close("l1")))
        #expect(calls.hangUp(id, at: start).isEmpty)
        let other = WebCallID(on: 1)
        calls.begin(other, call("l2"))
        _ = calls.connected("l2", at: start)
        let actions = calls.hangUp(other, at: after(1))
        #expect(actions.contains(.end("l2", .remote)) && told(actions)?.reason == .hungUp)
    }

    @Test mutating func `a page that is away is waited for, and then has hung up`() {
        _ = calls.connected("l1", at: start)
        _ = calls.lost("l1", at: after(10))
        #expect(calls.expire(at: after(24)).isEmpty)
        #expect(calls.rejoin(id, print, at: after(24))?.version == 2)
        _ = calls.connected("l1", at: after(24))
        _ = calls.lost("l1", at: after(30))
        let actions = calls.expire(at: after(45))
        #expect(actions.contains(.end("l1", .remote)) && told(actions)?.reason == .lost)
    }

    @Test mutating func `a call lasts no longer than the entry says`() {
        _ = calls.connected("l1", at: start)
        #expect(calls.expire(at: after(59)).isEmpty)
        let actions = calls.expire(at: after(60))
        #expect(actions.contains(.end("l1", .local)) && told(actions)?.reason == .tooLong)
    }

    @Test mutating func `nobody comes back to a call that is over, or faster than pages do`() {
        #expect(calls.rejoin(id, print, at: start) != nil)
        #expect(calls.rejoin(id, print, at: start) != nil)
        #expect(calls.rejoin(id, print, at: start) == nil)
        #expect(calls.rejoin(id, print, at: after(1)) != nil)
        _ = calls.hangUp(id, at: after(2))
        #expect(calls.rejoin(id, print, at: after(3)) == nil)
        #expect(calls.rejoin(WebCallID(on: 1), print, at: after(3)) == nil)
    }

    @Test func `an entry, a source and the server each have only so many calls at once`() {
        var calls = calls
        let one = source("192.0.2.1")
        #expect(throws: Never.self) { try calls.makeRoom(entry, "t", one) }
        calls.begin(WebCallID(on: 1), call("l2"))
        calls.begin(WebCallID(on: 1), call("l3"))
        #expect(throws: Failure.self) { try calls.makeRoom(entry, "t", source("192.0.2.2")) }
        #expect(throws: Never.self) { try calls.makeRoom(entry, "other", one) }
        _ = calls.hangUp(id, at: start)
        #expect(throws: Never.self) { try calls.makeRoom(entry, "t", source("192.0.2.2")) }
        for number in 4..<7 { calls.begin(WebCallID(on: 1), call(LegID(rawValue: "l\(number)"), entry: "else")) }
        #expect(throws: Failure.self) { try calls.makeRoom(entry, "other", one) }
    }

    @Test func `one source does not take all places of an entry`() throws {
        var calls = calls
        let wide = try WebEntry.example { $0.maxCallsPerSource = 2 }
        calls.begin(WebCallID(on: 1), call("l2"))
        #expect(throws: Failure.self) { try calls.makeRoom(wide, "t", source("192.0.2.1")) }
        #expect(throws: Never.self) { try calls.makeRoom(wide, "t", source("192.0.2.2")) }
    }

    @Test func `an agent's line and what is not there are nothing to it`() {
        var calls = calls
        #expect(calls.connected("other", at: start).isEmpty && calls.lost("other", at: start).isEmpty)
        #expect(calls.answered("other", at: start).isEmpty && calls.ended("other", .local, at: start).isEmpty)
        #expect(!calls.isOne("other"))
    }

    @Test(arguments: [
        "", "1", "1-", "-1-0123456789abcdef0123456789abcdef", "x-0123456789abcdef0123456789abcdef",
        "1-0123456789abcdef0123456789abcde", "1-0123456789abcdef0123456789abcdef0", "1-2-3",
    ])
    func `what is no name of a call is none`(text: String) {
        #expect(WebCallID(text) == nil)
    }

    @Test func `a call's name says where it is, and is another each time`() {
        let (one, two) = (WebCallID(on: 7), WebCallID(on: 7))
        #expect(one != two && one.instance == 7)
        #expect(WebCallID(one.text) == one)
    }
}
