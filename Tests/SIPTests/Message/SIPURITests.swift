import Testing

@testable import SIP

@Suite struct SIPURITests {
    @Test(arguments: [
        "sip:alice@example.com", "sips:alice:secret@example.com:5061;transport=tcp;lr", "sip:example.com",
        "sip:+8613800138000@192.0.2.1:5060;user=phone", "sip:alice@[2001:db8::1]:5060", "tel:+86-10-12345678",
        "sip:a@b?Subject=x&Priority=urgent", "http://www.example.com", "sip:%E5%BC%A0@example.com",
    ])
    func `what is read is written the same`(text: String) throws {
        #expect(try SIPURI(text).description == text)
    }

    @Test func `parts of a URI`() throws {
        let uri = try SIPURI("SIP:alice%40home:pw@Example.COM:5070;transport=TCP;lr?x=y")
        #expect(uri.scheme == .sip)
        #expect(uri.user == "alice@home")
        #expect(uri.password == "pw")
        #expect(uri.host == "Example.COM")
        #expect(uri.port == 5070)
        #expect(uri.parameters["Transport"] == "TCP")
        #expect(uri.parameters.contains("lr"))
        #expect(uri.headers == "x=y")
    }

    @Test(arguments: [
        ("sip:1001@x", "1001"), ("tel:+8610;phone-context=x", "+8610"), ("sip:+861;isub=2@x;user=phone", "+861"),
    ])
    func `the number is what was dialled`(text: String, number: String) throws {
        #expect(try SIPURI(text).number == number)
    }

    @Test func `host and escapes are compared as the RFC wants`() throws {
        #expect(try SIPURI("sip:%61lice@EXAMPLE.com") == SIPURI("sip:alice@example.com"))
        #expect(try SIPURI("sip:Alice@example.com") != SIPURI("sip:alice@example.com"))
    }

    @Test func `header names are compared without case and by their compact form`() {
        #expect(SIPHeaderName("v") == .via)
        #expect(SIPHeaderName("VIA") == .via)
        #expect(SIPHeaderName("X-Thing") == SIPHeaderName("x-thing"))
        #expect(Set<SIPHeaderName>(["X-Thing", "x-THING", "Via", "v"]).count == 2)
        #expect(SIPHeaderName("z") != .via)
    }

    @Test func `setting a header replaces all of that name`() {
        var headers: SIPHeaders = ["A": "1", "B": "2", "a": "3"]
        headers["A"] = "4"
        #expect(headers == ["A": "4", "B": "2"])
        headers["A"] = nil
        #expect(headers == ["B": "2"])
        #expect(
            SIPHeaders([.init(.supported, "Timer, 100rel"), .init(.supported, "x")]).tokens(.supported) == [
                "timer", "100rel", "x",
            ])
    }
}
