import Contracts
import SIP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct RouteHuntTests {
    @Test func `each place of a trunk is tried, then the next route`() throws {
        var hunt = hunt("a", "b")
        #expect(hunt.next(places)?.place.peer.port == 1)
        #expect(hunt.failed(response(408, isLocal: true)) == true)
        #expect(hunt.next(places)?.place.peer.port == 2)
        #expect(hunt.failed(response(503)) == true)
        #expect(hunt.next(places)?.way.trunkID == "b")
        hunt.reached()
        #expect(hunt.record.tries.map(\.outcome) == ["no response", "503", "reached"])
    }

    @Test func `a carrier that is broken or does not let us is left at once`() {
        var hunt = hunt("a", "b")
        _ = hunt.next(places)
        #expect(hunt.failed(response(500)) == true)
        #expect(hunt.next(places)?.way.trunkID == "b")
    }

    @Test(arguments: [486, 404, 480, 484, 487, 600, 603, 302])
    func `what is said of the number would be said on every way`(code: Int) {
        var hunt = hunt("a", "b")
        _ = hunt.next(places)
        #expect(hunt.failed(response(code)) == false)
    }

    @Test func `there is an end to trying`() {
        var hunt = hunt("a", "b")
        var tries = 0
        while hunt.next({ _ in (0..<20).map(place) }) != nil {
            tries += 1
            _ = hunt.failed(response(503))
        }
        #expect(tries == RouteHunt.mostTries)
    }

    @Test func `a trunk that went down meanwhile is passed over, and that is told`() {
        var hunt = hunt("a", "b")
        #expect(hunt.next { $0 == "a" ? [] : [place(7)] }?.way.trunkID == "b")
        #expect(hunt.record.passedOver == [RoutePassedOver(route: nil, trunkID: "a", reason: "trunkDown")])
    }

    // MARK: Words

    func hunt(_ trunks: TrunkID...) -> RouteHunt {
        var book = SwitchBook()
        book.trunks = trunks.map { .at(1, id: $0) }
        let time = WallTime(day: "2026-11-21", weekday: 6, minute: 600)
        return RouteHunt(
            RouteChoice(RouteQuestion(number: "+8613800138000", tenant: "t", time: time), book) { _ in .free })
    }

    func places(_ trunk: TrunkID) -> [TrunkPlace] { trunk == "a" ? [place(1), place(2)] : [place(3)] }

    func place(_ port: Int) -> TrunkPlace {
        TrunkPlace(peer: SIPPeer(.udp, "192.0.2.1", port), host: "192.0.2.1", port: port, priority: 0, weight: 10)
    }

    func response(_ code: Int, isLocal: Bool = false) -> SIPResponse { .test(code, isLocal: isLocal) }
}

extension SIPResponse {
    /// A response to nothing in particular.
    static func test(_ code: Int, isLocal: Bool = false, headers: SIPHeaders = [:]) -> SIPResponse {
        let fields = SIPFields(
            from: NameAddress(uri: SIPURI(host: "a")), to: NameAddress(uri: SIPURI(host: "b")), callID: "1",
            cseq: CSeq(1, .invite))
        var response = SIPRequest(method: .invite, uri: SIPURI(host: "b"), fields: fields).response(SIPStatus(code))
        response.isLocal = isLocal
        response.headers.add(headers)
        return response
    }
}
