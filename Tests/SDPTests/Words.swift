import SDP

/// Short words for these tests.
enum Words {
    /// What a common telephone offers.
    static let telephoneOffer = """
        v=0\r
        o=- 1234 7 IN IP4 192.0.2.7\r
        s=call\r
        c=IN IP4 192.0.2.7\r
        b=AS:64\r
        t=0 0\r
        a=tool:phone\r
        m=audio 4000/2 RTP/AVP 18 0 8 96\r
        a=rtpmap:18 G729/8000\r
        a=rtpmap:0 PCMU/8000\r
        a=rtpmap:8 PCMA/8000\r
        a=rtpmap:96 telephone-event/8000\r
        a=fmtp:96 0-15\r
        a=ptime:30\r
        a=rtcp:4009\r
        a=sendrecv\r
        m=video 4002 RTP/AVP 97\r
        a=rtpmap:97 H264/90000\r

        """

    static func session(_ codecs: [AudioCodec] = [.pcma, .pcmu]) -> AudioSession {
        AudioSession(address: "198.51.100.1", port: 20_000, sessionID: 400, codecs: codecs)
    }

    static func parsed(_ text: String) throws -> SessionDescription { try SessionDescription(parsing: text) }
}
