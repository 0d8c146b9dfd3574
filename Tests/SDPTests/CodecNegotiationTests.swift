import SDP
import Testing

@Suite struct CodecNegotiationTests {
    private static let all: [AudioCodec] = [.pcma, .pcmu, .g722, .opus, .gsm]

    private static func offer(_ formats: String, _ lines: String...) throws -> SessionDescription {
        let text = """
            v=0
            o=a 1 1 IN IP4 1.2.3.4
            s=-
            c=IN IP4 1.2.3.4
            t=0 0
            m=audio 4000 RTP/AVP \(formats)
            \(lines.map { "a=\($0)" }.joined(separator: "\n"))

            """
        return try SessionDescription(parsing: text)
    }

    @Test func `what is offered says each codec's number, clock and wishes`() {
        var session = Words.session(Self.all)
        let audio = session.offer().media.first
        #expect(audio?.formats == ["8", "0", "9", "111", "3", "101", "110"])
        let lines = audio?.attributes.map { "\($0.name):\($0.value ?? "")" } ?? []
        #expect(lines.contains("rtpmap:9 G722/8000"))
        #expect(lines.contains("rtpmap:111 opus/48000/2"))
        #expect(lines.contains("fmtp:111 maxplaybackrate=16000;minptime=10;useinbandfec=1"))
        #expect(lines.contains("rtpmap:110 telephone-event/48000"))
        #expect(lines.contains("rtpmap:3 GSM/8000"))
    }

    @Test func `G.729 is offered without annex B`() {
        var session = Words.session([.g729])
        let audio = session.offer().media.first
        #expect(audio?.attributes.contains { $0.value == "18 annexb=no" } == true)
    }

    @Test func `the other side's order counts among what we speak`() throws {
        var session = Words.session(Self.all)
        let offer = try Self.offer("18 9 8", "rtpmap:9 G722/8000")
        #expect(try session.answer(offer).agreed.codec == .g722)
        var narrow = Words.session([.pcmu, .pcma])
        #expect(try narrow.answer(offer).agreed.codec == .pcma)
    }

    @Test func `G.722 is 8000 by name, and what calls it 16000 is another`() throws {
        var session = Words.session([.g722])
        #expect(try session.answer(Self.offer("9")).agreed.codec == .g722)
        #expect(throws: NegotiationError.noCommonCodec) {
            try session.answer(Self.offer("96", "rtpmap:96 G722/16000"))
        }
    }

    @Test func `Opus keeps the other side's number and wishes, and keys in its clock`() throws {
        var session = Words.session(Self.all)
        let (answer, agreed) = try session.answer(
            Self.offer(
                "96 0 97 98", "rtpmap:96 opus/48000/2", "fmtp:96 useinbandfec=1; maxplaybackrate=8000",
                "rtpmap:97 telephone-event/8000", "rtpmap:98 telephone-event/48000"))
        #expect(agreed.codec == .opus)
        #expect(agreed.payloadType == 96)
        #expect(agreed.parameters.isSet("useinbandfec"))
        #expect(agreed.parameters["maxplaybackrate"] == "8000")
        #expect(agreed.telephoneEventPayloadType == 98)
        #expect(agreed.telephoneEventClockRate == 48_000)
        #expect(answer.media.first?.formats == ["96", "98"])
    }

    @Test func `keys in another clock are better than none`() throws {
        var session = Words.session(Self.all)
        let agreed = try session.answer(
            Self.offer("96 97", "rtpmap:96 opus/48000/2", "rtpmap:97 telephone-event/8000")
        ).agreed
        #expect(agreed.telephoneEventPayloadType == 97)
        #expect(agreed.telephoneEventClockRate == 8_000)
    }

    @Test func `comfort noise is taken when it is offered`() throws {
        var session = Words.session()
        let (answer, agreed) = try session.answer(Self.offer("8 13"))
        #expect(agreed.comfortNoisePayloadType == 13)
        #expect(answer.media.first?.formats == ["8", "13"])
        #expect(try session.answer(Self.offer("8")).agreed.comfortNoisePayloadType == nil)
    }

    @Test(arguments: [(5, 10), (10, 10), (20, 20), (30, 30), (60, 60), (200, 60)])
    func `packets are as long as the other side wishes, between 10 and 60 ms`(wished: Int, agreed: Int) throws {
        var session = Words.session()
        #expect(try session.answer(Self.offer("8", "ptime:\(wished)")).agreed.packetTime == agreed)
    }

    @Test func `packets are no longer than the other side can take, and as the codec is cut`() throws {
        var session = Words.session(Self.all)
        #expect(try session.answer(Self.offer("8", "ptime:60", "maxptime:30")).agreed.packetTime == 30)
        #expect(try session.answer(Self.offer("3", "ptime:30")).agreed.packetTime == 20)
        #expect(try session.answer(Self.offer("96", "rtpmap:96 opus/48000/2", "ptime:30")).agreed.packetTime == 20)
    }

    @Test func `what one leg speaks is offered first to the other`() {
        #expect(Self.all.preferring(.gsm) == [.gsm, .pcma, .pcmu, .g722, .opus])
        #expect(Self.all.preferring(.g729) == Self.all)
        #expect(Self.all.preferring(nil) == Self.all)
    }

    @Test func `an offer in a running call keeps the numbers agreed on`() throws {
        var session = Words.session(Self.all)
        _ = try session.answer(
            Self.offer("96 101", "rtpmap:96 opus/48000/2", "rtpmap:101 telephone-event/48000"))
        let again = session.offer().media.first
        #expect(again?.formats.prefix(1) == ["96"])
        #expect(again?.payloadFormats.filter { $0.payloadType == 101 }.map(\.clockRate) == [48_000])
    }

    @Test func `two of ours agree on any of them`() throws {
        for codec in AudioCodec.allCases {
            var caller = AudioSession(address: "203.0.113.5", port: 30_000, sessionID: 9, codecs: [codec])
            var callee = Words.session(Self.all + [.g729])
            let (answer, called) = try callee.answer(caller.offer())
            #expect(called.codec == codec)
            #expect(try caller.accept(answer).codec == codec)
        }
    }
}
