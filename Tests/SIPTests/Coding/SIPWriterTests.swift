import Testing

@testable import SIP

@Suite struct SIPWriterTests {
    @Test func `what is written reads back the same`() throws {
        var request = plainRequest(.invite, toTag: "b")
        request.headers.add("X-Thing", "value")
        request.headers.add(.route, "<sip:proxy.example.com;lr>")
        request.from.displayName = #"A "quoted" \ name"#
        request.setBody(.sdp("v=0\r\n"))
        #expect(try SIPParser.parse(SIPWriter.bytes(request)) == .request(request))
    }

    @Test func `a line end in a value adds no header`() throws {
        var request = plainRequest(.invite)
        request.headers.add("X-Name", "innocent\r\nX-Evil: yes")
        request.from.displayName = "Eve\r\nX-Evil: yes"
        request.callID = "x\r\nX-Evil: yes"
        let text = String(decoding: SIPWriter.bytes(request), as: UTF8.self)
        #expect(!text.contains("\nX-Evil"))
        guard case .request(let again) = try SIPParser.parse(SIPWriter.bytes(request)) else { throw NotARequest() }
        #expect(again.headers["X-Evil"] == nil)
    }

    @Test func `a user part is escaped on its way out`() {
        let uri = SIPURI(user: "a b>\r\nc@d", host: "example.com")
        #expect(uri.description == "sip:a%20b%3E%0D%0Ac%40d@example.com")
        #expect(uri.user == "a b>\r\nc@d")
    }

    @Test func `Content-Length is that of the body`() {
        var request = plainRequest(.message)
        request.setBody(SIPBody(type: "text/plain", bytes: Array("你好".utf8)))
        #expect(String(decoding: SIPWriter.bytes(request), as: UTF8.self).contains("\r\nContent-Length: 6\r\n"))
    }
}
