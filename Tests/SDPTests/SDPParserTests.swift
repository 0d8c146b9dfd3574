import SDP
import Testing

@Suite struct SDPParserTests {
    @Test func `a telephone's offer is read`() throws {
        let offer = try Words.parsed(Words.telephoneOffer)
        #expect(offer.origin == Origin(sessionID: "1234", version: 7, address: NetworkAddress("192.0.2.7")))
        #expect(offer.name == "call")
        #expect(offer.address == NetworkAddress("192.0.2.7"))
        #expect(offer.attributes == [Attribute("tool", "phone")])
        let audio = try #require(offer.media.first)
        #expect(offer.media.map(\.kind) == ["audio", "video"])
        #expect(audio.port == 4_000)
        #expect(audio.transport == "RTP/AVP")
        #expect(audio.formats == ["18", "0", "8", "96"])
        #expect(audio.packetTime == 30)
        #expect(audio.rtcpPort == 4_009)
        #expect(audio.payloadFormats.map(\.payloadType) == [18, 0, 8, 96])
        #expect(audio.payloadFormats.map(\.codec) == [.g729, .pcmu, .pcma, nil])
        #expect(audio.payloadFormats.last?.isTelephoneEvent(clockRate: 8_000) == true)
        #expect(audio.payloadFormats.last?.parameters == "0-15")
    }

    @Test func `a static number needs no rtpmap`() throws {
        let text = "v=0\no=a 1 1 IN IP4 1.2.3.4\ns=-\nc=IN IP4 1.2.3.4\nt=0 0\nm=audio 9 RTP/AVP 8 3 4\n"
        #expect(try Words.parsed(text).media.first?.payloadFormats.map(\.codec) == [.pcma, .gsm])
    }

    @Test func `an empty session name is written as a dash, and read again it is the same`() throws {
        let description = try SessionDescription(parsing: "v=0\r\no=a 1 1 IN IP4 1.2.3.4\r\ns=\r\nt=0 0\r\n")
        #expect(description.description.contains("s=-\r\n"))
        #expect(try SessionDescription(parsing: description.description) == description)
    }

    @Test func `a stream's own address and direction win over the session's`() throws {
        let text = """
            v=0
            o=a 1 1 IN IP4 1.2.3.4
            s=-
            c=IN IP4 1.2.3.4
            t=0 0
            a=inactive
            m=audio 9 RTP/AVP 8
            c=IN IP6 2001:db8::1
            a=sendonly
            m=audio 11 RTP/AVP 8
            """
        let description = try Words.parsed(text)
        #expect(description.media.map(description.address(of:)) == [.init("2001:db8::1"), .init("1.2.3.4")])
        #expect(description.media.map(description.direction(of:)) == [.sendonly, .inactive])
    }

    @Test func `what is written reads back the same`() throws {
        let offer = try Words.parsed(Words.telephoneOffer)
        #expect(try Words.parsed(offer.description) == offer)
    }

    @Test func `a value cannot smuggle in a line`() throws {
        var offer = try Words.parsed(Words.telephoneOffer)
        offer.name = "x\r\nm=audio 1 RTP/AVP 0"
        #expect(try Words.parsed(offer.description).media.count == 2)
    }

    @Test(arguments: [
        ("", SDPParseError.Problem.missingOrigin, 0),
        ("v=1", .badVersion, 1),
        ("v=0\no=a 1 1 IN IP4", .badOrigin, 2),
        ("v=0\no=a 1 x IN IP4 h", .badOrigin, 2),
        ("v=0\no=a 1 1 XX IP4 h", .badOrigin, 2),
        ("hello", .badLine, 1),
        ("c=IN IP4", .badConnection, 1),
        ("c=IN IP9 x", .badConnection, 1),
        ("m=audio 70000 RTP/AVP 0", .badMedia, 1),
        ("m=audio / RTP/AVP 0", .badMedia, 1),
        ("m=audio 4 RTP/AVP", .badMedia, 1),
        ("a=", .badLine, 1),
        ("a=:x", .badLine, 1),
        ("s=a\0b", .notText, 1),
        (String(repeating: "s=-\n", count: 2_000), .tooManyLines, 1_025),
        (String(repeating: "m=a 1 R 0\n", count: 40), .tooManyMedia, 33),
        (String(repeating: "a=x\n", count: 300), .tooManyAttributes, 257),
        ("m=audio 4 RTP/AVP" + String(repeating: " 0", count: 99), .tooManyAttributes, 1),
        (String(repeating: "s", count: 40_000), .tooLong, 0),
    ])
    func `a malformed description is refused with the reason and the line`(
        text: String, problem: SDPParseError.Problem, line: Int
    ) {
        #expect(throws: SDPParseError(problem, line: line)) { try Words.parsed(text) }
    }

    @Test func `bytes that are not text are refused`() {
        #expect(throws: SDPParseError(.notText, line: 1)) {
            try SessionDescription(parsing: [UInt8(ascii: "s"), UInt8(ascii: "="), 0xFF, 0xFE])
        }
    }
}
