import Testing

@testable import SIP

@Suite struct SIPStreamFramerTests {
    let one = wire("OPTIONS sip:a SIP/2.0\nContent-Length: 5\n\nhello")
    let two = wire("BYE sip:b SIP/2.0\nl: 0\n\n")

    @Test func `two messages in one piece are two messages`() throws {
        var framer = SIPStreamFramer()
        #expect(try framer.append(one + two) == [.message(one), .message(two)])
    }

    @Test func `a message may come byte by byte`() throws {
        var framer = SIPStreamFramer()
        var frames: [SIPStreamFramer.Frame] = []
        for byte in one + two { frames += try framer.append([byte]) }
        #expect(frames == [.message(one), .message(two)])
    }

    @Test func `a double line end between messages is a keep-alive`() throws {
        var framer = SIPStreamFramer()
        #expect(try framer.append(wire("\n\n") + one) == [.keepAlive, .message(one)])
        #expect(try framer.append(wire("\n")) == [])
        #expect(try framer.append(two) == [.message(two)])
    }

    @Test(arguments: ["Content-Length: -1", "Content-Length: 5\nContent-Length: 6", "Content-Length: 70000", "X: y"])
    func `without a usable Content-Length the stream is lost`(header: String) {
        var framer = SIPStreamFramer()
        #expect(throws: SIPParseError.self) { try framer.append(wire("OPTIONS sip:a SIP/2.0\n\(header)\n\nhello")) }
    }

    @Test func `a folded line is no Content-Length, whatever it looks like`() throws {
        var framer = SIPStreamFramer()
        let folded = wire("OPTIONS sip:a SIP/2.0\nSubject: x\n Content-Length: 500\nContent-Length: 0\n\n")
        #expect(try framer.append(folded) == [.message(folded)])
    }

    @Test func `what is whole before a fault is given out before it`() throws {
        var framer = SIPStreamFramer()
        #expect(try framer.append(one + wire("BYE sip:b SIP/2.0\nl: x\n\n")) == [.message(one)])
        #expect(throws: SIPParseError.self) { try framer.append([]) }
    }

    @Test func `a head without an end is given up`() {
        var framer = SIPStreamFramer()
        #expect(throws: SIPParseError.self) {
            for _ in 0..<100 { _ = try framer.append(Array(repeating: UInt8(ascii: "x"), count: 1_000)) }
        }
    }
}
