import Testing

@testable import SIP

/// What the parser takes and what it refuses, beside RFC 4475.
@Suite struct SIPParserTests {
    let whole = """
        INVITE sip:bob@example.com SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport
        Max-Forwards: 70
        From: "Alice" <sip:alice@example.com>;tag=1
        To: <sip:bob@example.com>
        Call-ID: abc@192.0.2.1
        CSeq: 1 INVITE
        Contact: <sip:alice@192.0.2.1:5060>
        Content-Type: application/sdp
        Content-Length: 3

        v=0
        """

    @Test func `a plain INVITE is read`() throws {
        let request = try parseRequest(whole)
        #expect(request.method == .invite)
        #expect(request.uri.description == "sip:bob@example.com")
        #expect(request.via.first?.parameters.contains("rport") == true)
        #expect(request.from.displayName == "Alice")
        #expect(request.from.tag == "1")
        #expect(request.callID == "abc@192.0.2.1")
        #expect(request.contacts.first?.uri.port == 5060)
        #expect(request.contentType == "application/sdp")
        #expect(request.bodyText == "v=0")
    }

    /// A change to the plain INVITE, and what comes of it.
    @Test(arguments: [
        ("no Via", "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\n", "", SIPParseError.Problem.missing(.via)),
        ("no Call-ID", "Call-ID: abc@192.0.2.1\n", "", .missing(.callID)),
        ("an empty Call-ID", "abc@192.0.2.1\nCSeq", "\nCSeq", .missing(.callID)),
        ("two From", "To: <", "From: <sip:x@y>\nTo: <", .repeated(.from)),
        ("two Content-Types", "Content-Type:", "Content-Type: a/b\nContent-Type:", .repeated(.contentType)),
        ("a CSeq of 2^31", "CSeq: 1 ", "CSeq: 2147483648 ", .badCSeq),
        ("a CSeq without a number", "CSeq: 1 ", "CSeq: ", .badCSeq),
        ("a CSeq with a tail", "1 INVITE", "1 INVITE x", .badCSeq),
        ("another method in CSeq", "1 INVITE", "1 BYE", .methodMismatch),
        ("a Content-Length beyond the end", "Content-Length: 3", "Content-Length: 4", .badContentLength),
        (
            "a Content-Length that overflows", "Content-Length: 3", "Content-Length: 99999999999999999999",
            .badContentLength
        ),
        ("a Content-Length in hex", "Content-Length: 3", "Content-Length: 0x3", .badContentLength),
        ("a header without a colon", "Max-Forwards: 70", "Max-Forwards 70", .badHeaderLine),
        ("a header without a name", "Max-Forwards: 70", ": 70", .badHeaderLine),
        ("a blank in a header name", "Max-Forwards: 70", "Max Forwards: 70", .badHeaderLine),
        ("a port of 65536", "192.0.2.1:5060;branch", "192.0.2.1:65536;branch", .badVia),
        ("a Via without a transport", "SIP/2.0/UDP 192", "SIP/2.0/ 192", .badVia),
        ("an unclosed bracket", "To: <sip:bob@example.com>", "To: <sip:bob@example.com", .badAddress),
        ("an unclosed IPv6 address", "<sip:bob@example.com>", "<sip:bob@[2001:db8::1>", .badURI),
        ("two addresses in To", "To: <sip:bob@example.com>", "To: <sip:b@c>, <sip:d@e>", .badAddress),
        (
            "a backslash at the end of a quoted string", "\"Alice\" <sip:alice@example.com>;tag=1", "\"Alice\\",
            .badAddress
        ),
        ("an empty URI", "To: <sip:bob@example.com>", "To: <>", .badURI),
        ("a URI of a scheme only", "To: <sip:bob@example.com>", "To: <sip:>", .badURI),
        ("an empty user", "To: <sip:bob@example.com>", "To: <sip:@example.com>", .badURI),
        ("two at signs", "To: <sip:bob@example.com>", "To: <sip:a@b@c>", .badURI),
        ("no method", "INVITE sip:", " sip:", .badStartLine),
        ("no URI", "INVITE sip:bob@example.com SIP", "INVITE SIP", .badStartLine),
        ("another protocol", "SIP/2.0\nVia", "HTTP/1.1\nVia", .badStartLine),
        ("another version", "SIP/2.0\nVia", "SIP/3.0\nVia", .badVersion),
        ("a Max-Forwards of 256", "Max-Forwards: 70", "Max-Forwards: 256", .badNumber),
    ])
    func `a message with a fault is refused for it`(
        what: String, old: String, new: String, problem: SIPParseError.Problem
    ) throws {
        let text = try #require(whole.contains(old) ? whole.replacingFirst(old, with: new) : nil)
        let error = try #require(throws: SIPParseError.self, "\(what)") { try SIPParser.parse(wire(text)) }
        #expect(error.problem == problem, "\(what)")
    }

    @Test(arguments: ["", "\r\n", "\r\n\r\n", " ", "\0", "INVITE", "SIP/2.0", "SIP/2.0 200", ":::\r\n\r\n", "\n \n \n"])
    func `scraps are refused`(text: String) {
        #expect(throws: SIPParseError.self) { try SIPParser.parse(Array(text.utf8)) }
    }

    @Test func `a head that never ends is refused`() throws {
        let bytes = wire(whole).prefix(80)
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(Array(bytes)) }
        #expect(error.problem == .incomplete)
    }

    @Test func `a message cut anywhere never traps`() {
        let bytes = wire(whole)
        for length in 0..<bytes.count { _ = try? SIPParser.parse(Array(bytes.prefix(length))) }
    }

    @Test func `one message has so many headers and no more`() throws {
        let many = whole.replacingFirst("Max-Forwards", with: String(repeating: "X: y\n", count: 300) + "Max-Forwards")
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(wire(many)) }
        #expect(error.problem == .tooManyHeaders)
    }

    @Test func `a header of a hundred thousand bytes is refused`() throws {
        let long = whole.replacingFirst(
            "Max-Forwards", with: "X: \(String(repeating: "y", count: 100_000))\nMax-Forwards")
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(wire(long)) }
        #expect(error.status.code == 513)
    }

    @Test func `a hundred Vias are refused`() throws {
        let vias = Array(repeating: "SIP/2.0/UDP a;branch=z9hG4bK1", count: 100).joined(separator: ",")
        let error = try #require(throws: SIPParseError.self) {
            try SIPParser.parse(wire(whole.replacingFirst("Max-Forwards", with: "Via: \(vias)\nMax-Forwards")))
        }
        #expect(error.problem == .badVia)
    }

    @Test func `a thousand parameters are refused`() {
        let many = String(repeating: ";a=b", count: 1_000)
        #expect(throws: SIPParseError.self) { try NameAddress("<sip:bob@example.com>\(many)") }
        #expect(throws: SIPParseError.self) { try SIPURI("sip:bob@example.com\(many)") }
    }

    @Test func `lines that end in a bare LF are read`() throws {
        guard case .request(let request) = try SIPParser.parse(Array(whole.utf8)) else { throw NotARequest() }
        #expect(request.method == .invite)
    }

    @Test func `a display name in GBK does not cost the call`() throws {
        var bytes = wire(whole)
        let place = try #require(bytes.firstRange(of: Array("Alice".utf8)))
        bytes.replaceSubrange(place, with: [0xD5, 0xC5, 0xC8, 0xFD])
        guard case .request(let request) = try SIPParser.parse(bytes) else { throw NotARequest() }
        #expect(request.from.uri.user == "alice")
        #expect(request.from.displayName?.isEmpty == false)
    }

    @Test func `a Chinese display name without quotes is read`() throws {
        let address = try NameAddress("张三 <sip:1001@example.com>;tag=9")
        #expect(address.displayName == "张三")
        #expect(address.description == "\"张三\" <sip:1001@example.com>;tag=9")
    }

    @Test func `Contact star is a wildcard`() throws {
        let text = whole.replacingFirst("Contact: <sip:alice@192.0.2.1:5060>", with: "Contact: *")
        let request = try parseRequest(text)
        #expect(request.fields.hasWildcardContact)
        #expect(request.contacts.isEmpty)
        #expect(String(decoding: SIPWriter.bytes(request), as: UTF8.self).contains("\r\nContact: *\r\n"))
    }

    @Test func `a response without a body length takes the rest`() throws {
        let response = try parseResponse(
            """
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1
            From: <sip:a@b>;tag=1
            To: <sip:c@d>;tag=2
            Call-ID: x
            CSeq: 1 INVITE

            v=0
            """)
        #expect(response.bodyText == "v=0")
        #expect(response.status.reason == "OK")
    }

    @Test(arguments: [
        "SIP/2.0 099 x", "SIP/2.0 700 x", "SIP/2.0 20 x", "SIP/2.0 2000 x", "SIP/2.0 -20 x", "SIP/2.0  200 x",
    ])
    func `a status code has three digits from 100 to 699`(line: String) throws {
        let text =
            "\(line)\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\nFrom: <sip:a@b>\nTo: <sip:c@d>\nCall-ID: x\nCSeq: 1 BYE\n\n"
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(wire(text)) }
        #expect(error.problem == .badStatusCode)
    }
}

extension String {
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
        self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}
