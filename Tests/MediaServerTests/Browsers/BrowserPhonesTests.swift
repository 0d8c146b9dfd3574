import Contracts
import Testing
import WebRTC

@testable import MediaServer

@Suite struct BrowserPhonesTests {
    var phones = BrowserPhones(keep: .seconds(300))
    let amy = BrowserPhones.Key(tenant: TenantID(rawValue: "acme"), phone: .browser(of: AgentID(rawValue: "amy")))
    let station = LegID(rawValue: "s1")
    let leg = LegID(rawValue: "l1")
    let start = Timestamp(microseconds: 0)

    init() throws {
        phones.join(amy, try Self.line("s1", at: start))
    }

    @Test mutating func `a browser can be called from when it is connected, and that is told once`() {
        #expect(phones.known.isEmpty)
        #expect(phones.connected(station, at: start) == [.tell(amy, isThere: true)])
        phones.lost(station, at: start)
        #expect(phones.connected(station, at: start) == [])
        #expect(phones.known == [amy])
    }

    @Test mutating func `one call at a time: a second finds it busy, until the first is over`() {
        #expect(phones.ring(amy, leg) == true)
        #expect(phones.ring(amy, LegID(rawValue: "l2")) == false)
        #expect(phones.line(of: leg)?.station == station)
        phones.ended(leg, at: start)
        #expect(phones.line(of: leg) == nil)
        #expect(phones.ring(amy, LegID(rawValue: "l2")) == true)
    }

    @Test mutating func `a browser without a call is given up half a minute after it has gone`() {
        _ = phones.connected(station, at: start)
        phones.lost(station, at: start)
        #expect(phones.expire(at: start.adding(.seconds(29))) == [])
        #expect(phones.expire(at: start.adding(.seconds(30))) == [.close(station), .tell(amy, isThere: false)])
        #expect(phones[amy] == nil)
    }

    @Test mutating func `a call waits for its browser for as long as is set, and then ends as lost`() {
        _ = phones.connected(station, at: start)
        #expect(phones.ring(amy, leg) == true)
        phones.lost(station, at: start)
        #expect(phones.expire(at: start.adding(.seconds(299))) == [])
        #expect(
            phones.expire(at: start.adding(.seconds(300)))
                == [.end(leg, .mediaTimeout), .close(station), .tell(amy, isThere: false)])
    }

    @Test mutating func `a browser that comes back in time finds its call`() throws {
        _ = phones.connected(station, at: start)
        #expect(phones.ring(amy, leg) == true)
        phones.lost(station, at: start)
        let back = try #require(phones.rejoin(amy, try Self.fingerprint(2)))
        #expect(back.leg == leg)
        #expect(back.version == 2)
        #expect(phones.connected(station, at: start.adding(.seconds(200))) == [])
        #expect(phones.expire(at: start.adding(.seconds(1_000))) == [])
    }

    @Test mutating func `a browser that was never connected is given up too`() {
        #expect(phones.expire(at: start.adding(.seconds(30))) == [.close(station)])
    }

    @Test mutating func `after a call has ended without it, a browser has the usual time to come back`() {
        _ = phones.connected(station, at: start)
        #expect(phones.ring(amy, leg) == true)
        phones.lost(station, at: start)
        phones.ended(leg, at: start.adding(.seconds(100)))
        #expect(phones.expire(at: start.adding(.seconds(129))) == [])
        #expect(phones.expire(at: start.adding(.seconds(130))).contains(.close(station)))
    }

    @Test mutating func `an agent who leaves ends his call`() {
        _ = phones.connected(station, at: start)
        #expect(phones.ring(amy, leg) == true)
        #expect(phones.leave(amy) == [.end(leg, .remote), .close(station), .tell(amy, isThere: false)])
        #expect(phones.leave(amy) == [])
        #expect(phones.ring(amy, leg) == false)
    }

    @Test mutating func `who is signed out has no line any more, and no call on it`() {
        _ = phones.connected(station, at: start)
        #expect(phones.ring(amy, leg) == true)
        #expect(
            phones.signedOut(amy, at: start.adding(.seconds(60)))
                == [.end(leg, .local), .close(station), .tell(amy, isThere: false)])
        #expect(phones[amy] == nil)
        #expect(phones.signedOut(amy, at: start.adding(.seconds(61))) == [])
    }

    @Test mutating func `a line that was joined after the signing out stays`() throws {
        _ = phones.rejoin(amy, try Self.fingerprint(2), by: ("session-2", start.adding(.seconds(90))))
        #expect(phones.signedOut(amy, at: start.adding(.seconds(60))) == [])
        #expect(phones[amy]?.session == "session-2")
    }

    @Test mutating func `a line is cut when the session ends that it was joined with last, and no other`() throws {
        _ = phones.connected(station, at: start)
        #expect(phones.sessionsOver(amy, ["session-2"]) == [])
        // A restart of ICE is no joining.
        _ = phones.rejoin(amy, try Self.fingerprint(1))
        #expect(phones[amy]?.session == "session-1")
        #expect(phones.sessionsOver(amy, ["session-1", "session-2"]) == [.close(station), .tell(amy, isThere: false)])
    }

    @Test func `sessions that are over are known for as long as an access token may be good`() {
        var ended = EndedSessions()
        #expect(!ended.contains(nil) && !ended.contains("a"))
        ended.insert(["a", "b", "a"], at: start)
        ended.insert(["c"], at: start.adding(.seconds(86_399)))
        #expect(ended.contains("a") && ended.contains("b") && ended.contains("c"))
        ended.insert([], at: start.adding(.seconds(86_400)))
        #expect(!ended.contains("a") && !ended.contains("b") && ended.contains("c"))
        ended.insert((0..<EndedSessions.most).map { "\($0)" }, at: start.adding(.seconds(86_401)))
        #expect(!ended.contains("c") && ended.contains("0"), "so many and no more, the oldest are forgotten first")
    }

    @Test func `facts of cti and crm say whose browser is his telephone no more`() throws {
        func envelope(_ fact: some Fact) throws -> Envelope {
            try Envelope(fact, stream: "s@1", number: 1, tenant: amy.tenant, time: start)
        }
        func snapshot(_ status: AgentStatus) -> AgentStateChanged {
            AgentStateChanged(
                agent: AgentSnapshot(
                    tenant: amy.tenant, agentID: AgentID(rawValue: "amy"), status: status, pauseReason: nil,
                    since: start,
                    phoneID: nil, callID: nil, isOnHold: false, until: nil, revision: 1), previous: .ready)
        }
        #expect(BrowserEnd(try envelope(snapshot(.signedOut))) == .signedOut(amy, at: start))
        #expect(BrowserEnd(try envelope(snapshot(.paused))) == nil)
        let over = UserSessionsEnded(userID: UserID(rawValue: "amy"), sessions: ["x"])
        #expect(BrowserEnd(try envelope(over)) == .sessionsOver(amy, ["x"]))
    }

    private static func line(_ station: String, at time: Timestamp) throws -> BrowserPhones.Line {
        BrowserPhones.Line(
            station: LegID(rawValue: station), port: MediaPort(port: 20_000, ssrc: 1), sessionID: 1,
            fingerprint: try fingerprint(1), since: time, session: "session-1", joinedAt: time)
    }

    private static func fingerprint(_ byte: UInt8) throws -> Fingerprint {
        let pairs = (0..<Fingerprint.size).map { _ in "0\(byte)" }
        return try #require(Fingerprint("sha-256 " + pairs.joined(separator: ":")))
    }
}
