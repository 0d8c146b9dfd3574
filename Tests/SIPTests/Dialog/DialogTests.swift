import Testing

@testable import SIP

/// RFC 3261 §12.
@Suite struct DialogTests {
    func answered(_ change: (inout SIPResponse) -> Void = { _ in }) throws -> Dialog {
        let invite = plainRequest(.invite, number: 7)
        var response = invite.response(200, tag: "b")
        response.contacts = [NameAddress(uri: SIPURI(user: "bob", host: "198.51.100.2", port: 5070))]
        change(&response)
        return try #require(Dialog(sending: invite, response))
    }

    @Test func `both sides name the same dialog, each from its end`() throws {
        let invite = plainRequest(.invite)
        let callee = try Dialog(receiving: invite, localTag: "b")
        let caller = try #require(Dialog(sending: invite, invite.response(200, tag: "b")))
        #expect(callee.id == DialogID(callID: "call-1", localTag: "b", remoteTag: "a"))
        #expect(caller.id == DialogID(callID: "call-1", localTag: "a", remoteTag: "b"))
    }

    @Test func `100, refusals and provisional responses without a tag make no dialog`() {
        let invite = plainRequest(.invite)
        #expect(Dialog(sending: invite, invite.response(100, tag: "b")) == nil)
        #expect(Dialog(sending: invite, invite.response(486, tag: "b")) == nil)
        #expect(Dialog(sending: invite, invite.response(180)) == nil)
        #expect(Dialog(sending: invite, invite.response(180, tag: "b")) != nil)
        #expect(Dialog(sending: invite, invite.response(200)) != nil, "a peer of RFC 2543")
    }

    @Test func `a request goes to the peer's Contact with the next number and both tags`() throws {
        var dialog = try answered()
        let bye = dialog.request(.bye)
        #expect(bye.uri.description == "sip:bob@198.51.100.2:5070")
        #expect(bye.cseq == CSeq(8, .bye))
        #expect(bye.from.tag == "a")
        #expect(bye.to.tag == "b")
        #expect(dialog.request(.info).cseq.number == 9)
    }

    @Test func `the callee's numbers are its own and begin at one`() throws {
        var dialog = try Dialog(receiving: plainRequest(.invite, number: 700), localTag: "b")
        #expect(dialog.request(.bye).cseq.number == 1)
    }

    @Test func `an ACK has the number of its INVITE and uses none up`() throws {
        var dialog = try answered()
        #expect(dialog.ack(number: 7).cseq == CSeq(7, .ack))
        #expect(dialog.request(.bye).cseq.number == 8)
    }

    @Test func `the caller takes Record-Route in reverse, the callee as it stands`() throws {
        let routes = ["<sip:p1;lr>, <sip:p2;lr>", "<sip:p3;lr>"]
        var caller = try answered { for route in routes { $0.headers.add(.recordRoute, route) } }
        #expect(caller.request(.bye).headers.values(.route) == ["<sip:p3;lr>", "<sip:p2;lr>", "<sip:p1;lr>"])
        #expect(caller.nextHop.host == "p3")
        var invite = plainRequest(.invite)
        for route in routes { invite.headers.add(.recordRoute, route) }
        var callee = try Dialog(receiving: invite, localTag: "b")
        #expect(callee.request(.bye).headers.values(.route) == ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"])
    }

    @Test func `a strict router becomes the Request-URI and the target the last route`() throws {
        var dialog = try answered { $0.headers.add(.recordRoute, "<sip:strict.example.com>") }
        let bye = dialog.request(.bye)
        #expect(bye.uri.description == "sip:strict.example.com")
        #expect(bye.headers.values(.route) == ["<sip:bob@198.51.100.2:5070>"])
    }

    @Test func `a request with an old number is refused`() throws {
        var dialog = try Dialog(receiving: plainRequest(.invite, number: 5), localTag: "b")
        #expect(dialog.accept(CSeq(5, .info)) == false)
        #expect(dialog.accept(CSeq(6, .info)) == true)
        #expect(dialog.accept(CSeq(60, .info)) == true, "gaps are allowed")
        #expect(dialog.accept(CSeq(59, .info)) == false)
    }

    @Test func `a re-INVITE moves the target, never the route`() throws {
        var dialog = try answered { $0.headers.add(.recordRoute, "<sip:p1;lr>") }
        dialog.refreshTarget([NameAddress(uri: SIPURI(user: "bob", host: "203.0.113.9"))])
        #expect(dialog.request(.bye).uri.host == "203.0.113.9")
        #expect(dialog.nextHop.host == "p1")
        dialog.refreshTarget([])
        #expect(dialog.request(.bye).uri.host == "203.0.113.9")
    }

    @Test func `an INVITE without Contact makes no dialog`() {
        var invite = plainRequest(.invite)
        invite.contacts = []
        #expect(throws: SIPParseError.self) { try Dialog(receiving: invite, localTag: "b") }
    }

    @Test func `a malformed Record-Route makes no dialog`() {
        var invite = plainRequest(.invite)
        invite.headers.add(.recordRoute, "<sip:p1;lr")
        #expect(throws: SIPParseError.self) { try Dialog(receiving: invite, localTag: "b") }
    }

    @Test func `numbers wrap before they leave their range`() throws {
        let invite = plainRequest(.invite, number: 0x7FFF_FFFF)
        var dialog = try #require(Dialog(sending: invite, invite.response(200, tag: "b")))
        #expect(dialog.request(.bye).cseq.number == 1)
    }
}
