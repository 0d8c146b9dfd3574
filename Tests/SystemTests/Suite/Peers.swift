import Foundation

/// sipp as a customer: calls the demo's number, presses 1 four seconds after the answer, sends back whatever it hears, and
/// hangs up after `talk` seconds.
struct SippCaller {
    static func scenario(talk: Int) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="customer">
          <send retrans="500"><![CDATA[
            INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:[$number]@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>
            Call-ID: [call_id]
            CSeq: 1 INVITE
            Contact: <sip:customer@[local_ip]:[local_port]>
            Max-Forwards: 70
            Content-Type: application/sdp
            Content-Length: [len]

            v=0
            o=customer 1 1 IN IP4 [local_ip]
            s=-
            c=IN IP4 [media_ip]
            t=0 0
            m=audio [media_port] RTP/AVP 8
            a=rtpmap:8 PCMA/8000
          ]]></send>
          <recv response="100" optional="true"/>
          <recv response="180" optional="true"/>
          <recv response="183" optional="true"/>
          <recv response="200" rrs="true"/>
          <send><![CDATA[
            ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:[$number]@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            CSeq: 1 ACK
            Max-Forwards: 70
            Content-Length: 0
          ]]></send>
          <pause milliseconds="4000"/>
          <send retrans="500"><![CDATA[
            INFO sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:[$number]@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            CSeq: 2 INFO
            Max-Forwards: 70
            Content-Type: application/dtmf-relay
            Content-Length: [len]

            Signal=1
            Duration=160
          ]]></send>
          <recv response="200"/>
          <pause milliseconds="\(talk * 1000)"/>
          <send retrans="500"><![CDATA[
            BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:[$number]@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            CSeq: 3 BYE
            Max-Forwards: 70
            Content-Length: 0
          ]]></send>
          <recv response="200"/>
        </scenario>
        """
    }

    /// Starts one call from `number`. Ends with 0 when it went as the scenario says.
    static func call(from number: String, talk: Int, suite: RunningSuite, place: URL) throws -> RunningProgram {
        let scenario = place.appendingPathComponent("customer.xml")
        let text = Self.scenario(talk: talk).replacingOccurrences(of: "[$number]", with: number)
        try text.write(to: scenario, atomically: true, encoding: .utf8)
        return try RunningProgram(
            [
                "sipp", "-sf", scenario.path, "-s", suite.places.number, "-i", "127.0.0.1", "-m", "1", "-rtp_echo",
                "-mp", "16000", "-nostdin", "-timeout", "\(talk + 40)",
                "-trace_err",
                "-error_file", place.appendingPathComponent("sipp-errors.log").path,
                "127.0.0.1:\(suite.places.sipPort)",
            ], directory: place, output: place.appendingPathComponent("sipp.log"))
    }
}

/// baresip as an agent's telephone: registers, answers at once, and plays a tone of 880 Hz.
struct BaresipPhone {
    /// - Parameter transport: `udp`, `tcp` or `tls`; with TLS it believes the suite's own certificate only.
    static func start(
        _ phone: String, transport: String, suite: RunningSuite, place: URL
    ) throws -> RunningProgram {
        let port = transport == "tls" ? suite.places.sipTLSPort : suite.places.sipPort
        let tone = place.appendingPathComponent("tone.wav")
        try toneFile(880).write(to: tone)
        let configuration = """
            audio_player aufile,\(place.appendingPathComponent("heard.wav").path)
            audio_source aufile,\(tone.path)
            rtp_ports 17000-17999
            module_path /usr/lib/baresip/modules
            module g711.so
            module aufile.so
            module_tmp account.so
            module_app menu.so
            sip_cafile \(suite.places.state)/sip-tls/certificate.pem
            """
        let account = """
            <sip:\(phone)*demo@127.0.0.1:\(port);transport=\(transport)>;auth_user=\(phone);auth_pass=\(suite.password);regint=60;\
            answermode=auto;audio_codecs=PCMA/8000/1
            """
        try (configuration + "\n").write(to: place.appendingPathComponent("config"), atomically: true, encoding: .utf8)
        try (account + "\n").write(to: place.appendingPathComponent("accounts"), atomically: true, encoding: .utf8)
        try "".write(to: place.appendingPathComponent("contacts"), atomically: true, encoding: .utf8)
        return try RunningProgram(
            ["baresip", "-f", place.path], directory: place, output: place.appendingPathComponent("baresip.log"))
    }

    /// Ten minutes would be much; half a minute is more than any test talks.
    static func toneFile(_ frequency: Double) -> Data {
        var samples = Data()
        for index in 0..<(8000 * 30) {
            let value = Int16(8000 * sin(2 * .pi * frequency * Double(index) / 8000))
            withUnsafeBytes(of: value.littleEndian) { samples.append(contentsOf: $0) }
        }
        func word(_ value: UInt32) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
        func half(_ value: UInt16) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
        let length = UInt32(samples.count)
        let head = Data("RIFF".utf8) + word(36 + length) + Data("WAVEfmt ".utf8) + word(16)
        let format = half(1) + half(1) + word(8000) + word(16000) + half(2) + half(16)
        return head + format + Data("data".utf8) + word(length) + samples
    }
}
