/// INVITEs as they come to a contact centre, one of a kind.
enum SampleMessages {
    struct Sample: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    static let all = [
        Sample(name: "carrier", bytes: wire(carrier)), Sample(name: "office phone", bytes: wire(officePhone)),
        Sample(name: "browser", bytes: wire(browser)), Sample(name: "through proxies", bytes: wire(throughProxies)),
        Sample(name: "compact", bytes: wire(compact)),
    ]

    private static func wire(_ text: String) -> [UInt8] {
        let (head, body) = parts(of: text)
        let sdp = body.replacing("\n", with: "\r\n")
        return Array(head.replacing("LENGTH", with: "\(sdp.utf8.count)").replacing("\n", with: "\r\n").utf8)
            + Array("\r\n\r\n".utf8) + Array(sdp.utf8)
    }

    private static func parts(of text: String) -> (head: String, body: String) {
        guard let gap = text.firstRange(of: "\n\n") else { return (text, "") }
        return (String(text[..<gap.lowerBound]), String(text[gap.upperBound...]) + "\n")
    }

    private static let carrier = """
        INVITE sip:+861088880001@203.0.113.10:5060;user=phone SIP/2.0
        Via: SIP/2.0/UDP 198.51.100.21:5060;branch=z9hG4bK1d3f8a20c4e5b;rport
        Max-Forwards: 69
        From: <sip:+8613800000001@198.51.100.21;user=phone>;tag=SDkv2d201-00a8c1f2
        To: <sip:+861088880001@203.0.113.10;user=phone>
        Call-ID: SDkv2d201-9f8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d-06a3e10
        CSeq: 1 INVITE
        Contact: <sip:+8613800000001@198.51.100.21:5060;transport=udp>
        Allow: INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, OPTIONS, INFO
        Supported: 100rel, timer
        Session-Expires: 1800
        P-Asserted-Identity: <sip:+8613800000001@198.51.100.21;user=phone>
        Content-Type: application/sdp
        Content-Length: LENGTH

        v=0
        o=- 1718000000 1718000000 IN IP4 198.51.100.21
        s=-
        c=IN IP4 198.51.100.22
        t=0 0
        m=audio 26412 RTP/AVP 8 0 18 101
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:18 G729/8000
        a=fmtp:18 annexb=no
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=ptime:20
        a=sendrecv
        """

    private static let officePhone = """
        INVITE sip:4001@demo.example.com SIP/2.0
        Via: SIP/2.0/TCP 192.168.10.57:52814;branch=z9hG4bK-524287-1---7d2c3f4a5b6c7d8e;rport;alias
        Max-Forwards: 70
        From: "王强" <sip:1002@demo.example.com>;tag=4f2d9e11
        To: <sip:4001@demo.example.com>
        Call-ID: 91b3f9c0-5b1e-4d77-8a53-0f6c51b0a2de
        CSeq: 2 INVITE
        Contact: <sip:1002@192.168.10.57:52814;transport=tcp;ob>;+sip.instance="<urn:uuid:4f9b1c52-8a77-4bb1-b12a-6f3b0a9d7c11>"
        Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE
        Supported: replaces, norefersub, extended-refer, timer, outbound, path
        User-Agent: Yealink SIP-T46U 108.86.0.20
        Allow-Events: presence, kpml, talk
        Authorization: Digest username="1002", realm="demo", nonce="MTcxODAwMDAwMDpmMGUxZDJjM2I0YTU5Njg3", uri="sip:4001@demo.example.com", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, qop=auth, cnonce="0a4f113b", nc=00000001
        Content-Type: application/sdp
        Content-Length: LENGTH

        v=0
        o=- 20021 20021 IN IP4 192.168.10.57
        s=SDP data
        c=IN IP4 192.168.10.57
        t=0 0
        m=audio 11780 RTP/AVP 9 0 8 101
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=ptime:20
        a=sendrecv
        """

    private static let browser = """
        INVITE sip:4001@demo.example.com SIP/2.0
        Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;rport
        Max-Forwards: 70
        To: <sip:4001@demo.example.com>
        From: "李梅" <sip:1001@demo.example.com>;tag=asdyka899
        Call-ID: asidkj3ss2uhd7t1p0
        CSeq: 1 INVITE
        Contact: <sip:uk3n6q5j@df7jal23ls0d.invalid;transport=ws;ob>
        Allow: ACK,CANCEL,INVITE,MESSAGE,BYE,OPTIONS,INFO,NOTIFY,REFER
        Supported: outbound,replaces
        User-Agent: SIP.js/0.21.2
        Content-Type: application/sdp
        Content-Length: LENGTH

        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        a=extmap-allow-mixed
        a=msid-semantic: WMS 7f3c5c1e-0f3f-44f5-9a7b-aa2b1c7d9f10
        m=audio 54400 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 192.0.2.33
        a=rtcp:9 IN IP4 0.0.0.0
        a=candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 network-id 1
        a=candidate:1853887674 1 udp 1518280447 192.0.2.33 54400 typ srflx raddr 192.168.0.196 rport 46243 generation 0
        a=ice-ufrag:4ZcD
        a=ice-pwd:2/1muCWoOi3uLifh0NuRHlZV
        a=ice-options:trickle
        a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=sendrecv
        a=msid:7f3c5c1e-0f3f-44f5-9a7b-aa2b1c7d9f10 2d1f0c9e
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6
        """

    private static let throughProxies = """
        INVITE sip:+861088880001@203.0.113.10:5060;transport=udp SIP/2.0
        Record-Route: <sip:203.0.113.5;lr=on;ftag=as58f4201b;did=a41.c4d1>
        Record-Route: <sip:203.0.113.4;r2=on;lr=on;ftag=as58f4201b>
        Record-Route: <sip:198.51.100.4;transport=tcp;r2=on;lr=on;ftag=as58f4201b>
        Via: SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKcydzigwkX;i=4a1
        Via: SIP/2.0/UDP 203.0.113.4:5060;rport=5060;received=203.0.113.4;branch=z9hG4bK8e5a.2bb3f7d6.1
        Via: SIP/2.0/TCP 198.51.100.77:44022;rport=44022;received=198.51.100.77;branch=z9hG4bK-d8754z-1f0c3b5a
        Max-Forwards: 67
        From: "Emma Clarke" <sip:+442079460000@carrier.example.net>;tag=as58f4201b
        To: <sip:+861088880001@carrier.example.net>
        Contact: <sip:+442079460000@198.51.100.77:44022;transport=tcp>
        Call-ID: 12013223@198.51.100.77
        CSeq: 102 INVITE
        User-Agent: Asterisk PBX 20.5.0
        Date: Sat, 13 Nov 2021 23:29:00 GMT
        Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE
        Supported: replaces, timer
        Diversion: <sip:+442079461111@carrier.example.net>;reason=unconditional;counter=1
        P-Charging-Vector: icid-value=1a2b3c4d5e;icid-generated-at=198.51.100.77
        Remote-Party-ID: "Emma Clarke" <sip:+442079460000@carrier.example.net>;party=calling;privacy=off;screen=no
        X-Account: 88123
        Content-Type: application/sdp
        Content-Length: LENGTH

        v=0
        o=root 1821 1821 IN IP4 198.51.100.77
        s=session
        c=IN IP4 198.51.100.77
        t=0 0
        m=audio 11424 RTP/AVP 0 8 3 101
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:3 GSM/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-16
        a=silenceSupp:off - - - -
        a=ptime:20
        a=sendrecv
        """

    private static let compact = """
        INVITE sip:1003@203.0.113.10 SIP/2.0
        v: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bKnashds8
        f: <sip:1002@192.0.2.4>;tag=1928301774
        t: <sip:1003@203.0.113.10>
        i: a84b4c76e66710@192.0.2.4
        CSeq: 314159 INVITE
        m: <sip:1002@192.0.2.4>
        Max-Forwards: 70
        c: application/sdp
        l: LENGTH

        v=0
        o=- 1 1 IN IP4 192.0.2.4
        s=-
        c=IN IP4 192.0.2.4
        t=0 0
        m=audio 49172 RTP/AVP 8
        a=rtpmap:8 PCMA/8000
        """
}
