import SDP
import Testing

@Suite struct AudioSessionTests {
    var session = Words.session()

    @Test mutating func `an offer is answered with the first codec both speak`() throws {
        let (answer, agreed) = try session.answer(Words.parsed(Words.telephoneOffer))
        #expect(
            agreed
                == AgreedAudio(
                    codec: .pcmu, payloadType: 0, telephoneEventPayloadType: 96, remoteAddress: "192.0.2.7",
                    remotePort: 4_000, remoteRTCPPort: 4_009, direction: .sendrecv, packetTime: 30))
        #expect(answer.media.map(\.port) == [20_000, 0])
        #expect(answer.media.first?.formats == ["0", "96"])
        #expect(answer.address == NetworkAddress("198.51.100.1"))
    }

    @Test mutating func `both sides come to the same agreement`() throws {
        var caller = AudioSession(address: "203.0.113.5", port: 30_000, sessionID: 9)
        let (answer, called) = try session.answer(caller.offer())
        let calling = try caller.accept(answer)
        #expect(called.codec == .pcma)
        #expect(calling.codec == .pcma)
        #expect(called.remotePort == 30_000)
        #expect(calling.remotePort == 20_000)
        #expect(calling.telephoneEventPayloadType == AudioSession.telephoneEventPayloadType)
    }

    @Test mutating func `a dynamic number for a codec is used as the other side chose it`() throws {
        let text = """
            v=0
            o=a 1 1 IN IP4 1.2.3.4
            s=-
            c=IN IP4 1.2.3.4
            t=0 0
            m=audio 9 RTP/AVP 110
            a=rtpmap:110 pcma/8000/1
            """
        let (answer, agreed) = try session.answer(Words.parsed(text))
        #expect(agreed.payloadType == 110)
        #expect(agreed.telephoneEventPayloadType == nil)
        #expect(answer.media.first?.payloadFormats.map(\.codec) == [.pcma])
        #expect(answer.media.first?.formats == ["110"])
    }

    @Test(arguments: [
        ("sendonly", Direction.recvonly), ("inactive", .inactive), ("recvonly", .sendonly), ("sendrecv", .sendrecv),
    ])
    mutating func `the answer's direction mirrors the offer's`(offered: String, answered: Direction) throws {
        let text = Words.telephoneOffer.replacing("a=sendrecv", with: "a=\(offered)")
        let (answer, agreed) = try session.answer(Words.parsed(text))
        #expect(agreed.direction == answered)
        #expect(agreed.isHeldByPeer == !answered.sends)
        #expect(answer.media.first?.attributes.direction == answered)
    }

    @Test mutating func `an unspecified address means hold`() throws {
        let text = Words.telephoneOffer.replacing("c=IN IP4 192.0.2.7", with: "c=IN IP4 0.0.0.0")
        let (_, agreed) = try session.answer(Words.parsed(text))
        #expect(agreed.direction == .recvonly)
    }

    @Test mutating func `hold and retrieve raise the version, repeating does not`() throws {
        _ = try session.answer(Words.parsed(Words.telephoneOffer))
        let said = session.offer()
        let repeated = session.offer()
        #expect(repeated.origin.version == said.origin.version)
        session.direction = .sendonly
        let held = session.offer()
        #expect(held.origin.version == said.origin.version + 1)
        #expect(held.media.first?.attributes.direction == .sendonly)
        session.direction = .sendrecv
        #expect(session.offer().origin.version == said.origin.version + 2)
    }

    @Test mutating func `an offer in a running call keeps the streams and puts the agreed codec first`() throws {
        _ = try session.answer(Words.parsed(Words.telephoneOffer))
        let offer = session.offer()
        #expect(offer.media.map(\.kind) == ["audio", "video"])
        #expect(offer.media.map(\.port) == [20_000, 0])
        #expect(offer.media.first?.formats == ["0", "8", "96"])
    }

    @Test mutating func `an offer without plain audio is refused`() throws {
        let secure = Words.telephoneOffer.replacing("RTP/AVP", with: "RTP/SAVP")
        #expect(throws: NegotiationError.noAudio) { try session.answer(Words.parsed(secure)) }
    }

    @Test mutating func `an offer without a common codec is refused`() throws {
        let text = Words.telephoneOffer.replacing("18 0 8 96", with: "18 96")
        #expect(throws: NegotiationError.noCommonCodec) { try session.answer(Words.parsed(text)) }
    }

    @Test mutating func `an offer without an address is refused`() throws {
        let text = Words.telephoneOffer.replacing("c=IN IP4 192.0.2.7\r\n", with: "")
        #expect(throws: NegotiationError.noAddress) { try session.answer(Words.parsed(text)) }
    }

    @Test mutating func `an answer that refuses the audio leads to no agreement`() throws {
        _ = session.offer()
        let refusal = Words.telephoneOffer.replacing("m=audio 4000/2", with: "m=audio 0")
        #expect(throws: NegotiationError.noAudio) { try session.accept(Words.parsed(refusal)) }
    }
}
