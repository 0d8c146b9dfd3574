import SDP
import Testing

@testable import SIP

/// What RFC 5118 §4 asks of messages with IPv6 addresses, in messages of our own.
@Suite struct IPv6Tests {
    private func message(
        uri: String = "sip:[2001:db8::10]", via: [String] = ["SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKa"],
        contact: String = "<sip:caller@[2001:db8::1]>", body: String = ""
    ) -> [UInt8] {
        let head =
            ["INVITE \(uri) SIP/2.0"] + via.map { "Via: \($0)" } + [
                "Max-Forwards: 70", "From: <sip:a@example.com>;tag=1", "To: <sip:b@example.com>", "Call-ID: v6",
                "CSeq: 1 INVITE", "Contact: \(contact)", "Content-Type: application/sdp",
                "Content-Length: \(body.utf8.count)",
            ]
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    }

    private func request(_ bytes: [UInt8]) throws -> SIPRequest {
        guard case .request(let request) = try SIPParser.parse(bytes) else { throw SIPParseError(.badStartLine, at: 0) }
        #expect(try SIPParser.parse(SIPWriter.bytes(request)) == .request(request), "it survives a round trip")
        return request
    }

    @Test func `§4.1: an address in brackets is a host`() throws {
        let request = try request(message())
        #expect(request.uri.host == "[2001:db8::10]")
        #expect(request.uri.port == nil)
        #expect(SIPPeer(request.uri) == SIPPeer(.udp, "2001:db8::10", 5060))
    }

    @Test func `§4.2: without brackets it is none, and the request is refused with 400`() throws {
        let bytes = message(uri: "sip:2001:db8::10")
        let error = try #require(throws: SIPParseError.self) { try SIPParser.parse(bytes) }
        #expect(error.status.code == 400)
    }

    @Test func `§4.3: what stands within the brackets belongs to the address, also where a port was meant`() throws {
        let uri = try request(message(uri: "sip:[2001:db8::10:5070]")).uri
        #expect(uri.host == "[2001:db8::10:5070]")
        #expect(uri.port == nil)
    }

    @Test func `§4.4: what stands behind the brackets is the port`() throws {
        let uri = try request(message(uri: "sip:[2001:db8::10]:5070")).uri
        #expect(uri.host == "[2001:db8::10]")
        #expect(uri.port == 5070)
    }

    @Test(arguments: ["2001:db8::9:255", "[2001:db8::9:255]"])
    func `§4.5: the received parameter of a Via may have brackets or none`(address: String) throws {
        let via = try request(message(via: ["SIP/2.0/UDP [2001:db8::9:1];received=\(address);branch=z9hG4bKa"])).via
        #expect(via.first?.parameters["received"] == address)
        #expect(via.first?.branch == "z9hG4bKa")
    }

    @Test func `§4.6 and §4.8: a description has addresses of both families, each stream its own`() throws {
        let body = """
            v=0\r
            o=b 1 1 IN IP6 2001:db8::20\r
            s=-\r
            c=IN IP6 2001:db8::20\r
            t=0 0\r
            m=audio 6000 RTP/AVP 0\r
            m=video 7000 RTP/AVP 31\r
            c=IN IP4 192.0.2.1\r

            """
        let description = try SessionDescription(parsing: try request(message(body: body)).bodyText)
        let hosts = description.media.map { description.address(of: $0)?.host }
        #expect(hosts == ["2001:db8::20", "192.0.2.1"])
    }

    @Test func `§4.7: hops of both families pass one request`() throws {
        let via = try request(
            message(via: [
                "SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKa", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKb",
                "SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bKc;received=192.0.2.200",
            ])
        ).via
        #expect(via.map(\.host) == ["[2001:db8::9:1]", "192.0.2.1", "[2001:db8::9:255]"])
        #expect(via.map(\.port) == [6050, nil, nil])
    }

    @Test func `§4.9: an IPv4 address within an IPv6 address is read`() throws {
        let request = try request(
            message(
                via: ["SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKa"],
                contact: "\"T. \" <sip:caller@[::ffff:192.0.2.2]>"))
        #expect(request.via.first?.host == "[::ffff:192.0.2.10]")
        #expect(request.via.first?.port == 19823)
        #expect(request.contacts.first?.uri.host == "[::ffff:192.0.2.2]")
    }
}
