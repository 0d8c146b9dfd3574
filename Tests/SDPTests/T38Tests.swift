import SDP
import Testing

/// Fax by T.38 in descriptions, T.38 annex D.
@Suite struct T38Tests {
    private let ours = AudioSession(address: "192.0.2.1", port: 20_000, sessionID: 1_000, codecs: [.pcma])

    private func parsed(_ lines: String...) throws -> SessionDescription {
        try SessionDescription(
            parsing: (["v=0", "o=- 1 1 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"] + lines)
                .joined(separator: "\r\n") + "\r\n")
    }

    @Test func `terms are read as they were written`() {
        for correction in T38Terms.ErrorCorrection.allCases {
            let terms = T38Terms(
                version: 3, maximumRate: 9_600, maximumBuffer: 300, maximumDatagram: 72, errorCorrection: correction,
                removesFillBits: true)
            #expect(T38Terms(terms.attributes) == terms)
        }
    }

    @Test func `what makes no sense counts as not said`() {
        let terms = T38Terms([
            Attribute("T38MaxBitRate", "-1"), Attribute("t38faxmaxdatagram", "99999999999999999999"),
            Attribute("T38FaxVersion"), Attribute("T38FaxFillBitRemoval", "0"),
            Attribute("T38FaxUdpEC", "T38UDPredundancy"),
        ])
        #expect(terms == T38Terms())
    }

    @Test func `an offer of T.38 takes the place of the sound`() throws {
        var session = ours
        _ = session.offer()
        let offer = try SessionDescription(parsing: session.offerImage().description)
        #expect(offer.media.count == 1)
        #expect(offer.media[0].kind == "image")
        #expect(offer.media[0].transport == "udptl")
        #expect(offer.media[0].port == 20_000)
        #expect(offer.media[0].attributes["T38FaxRateManagement"] == "transferredTCF")
        #expect(offer.wantsImage)
        let sound = session.offer()
        #expect(sound.media.map(\.kind) == ["audio"])
        #expect(sound.origin.version > offer.origin.version)
    }

    @Test func `an offer is answered in its place, and all else refused`() throws {
        var session = ours
        let offer = try parsed("m=audio 0 RTP/AVP 8", "m=image 4000 udptl t38", "a=T38FaxUdpEC:t38UDPFEC")
        let (answer, agreed) = try session.answerImage(offer)
        #expect(answer.media.map(\.port) == [0, 20_000])
        #expect(answer.media[1].attributes["T38FaxUdpEC"] == "t38UDPRedundancy")
        #expect(agreed.remoteAddress == "192.0.2.9")
        #expect(agreed.remotePort == 4_000)
        #expect(agreed.terms.errorCorrection == .parity)
    }

    @Test func `sound beside a fax is sound`() throws {
        #expect(try !parsed("m=audio 3000 RTP/AVP 8", "m=image 4000 udptl t38").wantsImage)
        #expect(try parsed("m=image 4000 udptl t38").wantsImage)
        #expect(try !parsed("m=image 0 udptl t38").wantsImage)
        #expect(try !parsed("m=image 4000 tcp t38").wantsImage)
    }

    @Test func `an answer that refuses the fax is none`() throws {
        var session = ours
        _ = session.offerImage()
        let refused = try parsed("m=image 0 udptl t38")
        #expect(throws: NegotiationError.noImage) { try session.acceptImage(refused) }
        let held = try parsed("m=image 4000 udptl t38", "c=IN IP4 0.0.0.0")
        #expect(throws: NegotiationError.noAddress) { try session.acceptImage(held) }
    }
}
