import Foundation

/// Scenarios of sipp for the interop matrix, put together of steps. sipp follows them to the letter: whatever comes otherwise
/// ends it with an error.
struct SippScenario {
    private var steps = ""
    private var sequence = 0
    private let variables: [String]
    /// From, To and the Request-URI of requests in the call.
    private var from: String
    private var to: String
    private var target = "[next_url]"

    /// Of one who calls `number`.
    init(calling number: String, from caller: String) {
        from = "<sip:\(caller)@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]"
        to = "<sip:\(number)@[remote_ip]:[remote_port]>"
        target = "sip:\(number)@[remote_ip]:[remote_port]"
        variables = []
    }

    /// Of a telephone that is called: the header fields of the INVITE are the other way round in its own requests.
    init() {
        from = "[$called];tag=[pid]sipp[call_number]"
        to = "[$caller]"
        variables = ["called", "caller"]
    }

    var text: String {
        let known = variables.isEmpty ? "" : "<Reference variables=\"\(variables.joined(separator: ","))\"/>"
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"interop\">\n\(steps)\(known)</scenario>\n"
    }

    static func sound(_ direction: String, version: Int) -> String {
        """
        v=0
        o=sipp 1 \(version) IN IP4 [local_ip]
        s=-
        c=IN IP4 [media_ip]
        t=0 0
        m=audio [media_port] RTP/AVP 8
        a=rtpmap:8 PCMA/8000
        a=\(direction)

        """
    }

    /// - Parameter body: with its type, as `application/sdp`.
    mutating func send(_ method: String, _ headers: [String] = [], _ type: String = "", _ body: String = "") {
        if method != "ACK" { sequence += 1 }
        let way = "SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
        var lines = [
            "\(method) \(target) SIP/2.0", "Via: \(way)", "From: \(from)", "To: \(to)", "Call-ID: [call_id]",
            "CSeq: \(sequence) \(method)", "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>",
            "Max-Forwards: 70",
        ]
        lines += headers
        if !type.isEmpty { lines.append("Content-Type: \(type)") }
        lines += ["Content-Length: [len]", "", body]
        let repeats = method == "ACK" ? "" : " retrans=\"500\""
        steps += "<send\(repeats)><![CDATA[\n" + lines.joined(separator: "\n") + "]]></send>\n"
    }

    /// - Parameter pattern: what has to stand in the message, as a regular expression.
    mutating func expect(response: Int, with pattern: String? = nil, opensDialog: Bool = false) {
        let check = pattern.map {
            "<action><ereg regexp=\"\($0)\" search_in=\"msg\" check_it=\"true\" assign_to=\"seen\"/></action>"
        }
        let seen = pattern == nil ? "" : "<Reference variables=\"seen\"/>"
        steps +=
            "<recv response=\"\(response)\"\(opensDialog ? " rrs=\"true\"" : "") timeout=\"25000\">\(check ?? "")</recv>\n"
        steps += seen
    }

    mutating func mayHear(_ responses: Int...) {
        for response in responses { steps += "<recv response=\"\(response)\" optional=\"true\"/>\n" }
    }

    /// - Parameter patiently: it may take as long as it likes.
    mutating func expect(request: String, opensDialog: Bool = false, patiently: Bool = false) {
        let limit = patiently ? "" : " timeout=\"25000\""
        let actions =
            opensDialog
            ? """
            <action><ereg regexp=".*" search_in="hdr" header="To:" check_it="true" assign_to="called"/>\
            <ereg regexp=".*" search_in="hdr" header="From:" check_it="true" assign_to="caller"/></action>
            """ : ""
        steps +=
            "<recv request=\"\(request)\"\(opensDialog ? " rrs=\"true\"" : "")\(limit)>\(actions)</recv>\n"
    }

    /// Answers what came last.
    mutating func answer(_ status: String, _ body: String = "", isInvite: Bool = false) {
        let tag = isInvite ? ";tag=[pid]sipp[call_number]" : ""
        var lines = [
            "SIP/2.0 \(status)", "[last_Via:]", "[last_From:]", "[last_To:]\(tag)", "[last_Call-ID:]", "[last_CSeq:]",
        ]
        if isInvite { lines.append("Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>") }
        if !body.isEmpty { lines.append("Content-Type: application/sdp") }
        lines += ["Content-Length: [len]", "", body]
        steps += "<send><![CDATA[\n" + lines.joined(separator: "\n") + "]]></send>\n"
    }

    /// Waits until its ringing is called off, and says so.
    mutating func isCalledOff() {
        steps += """
            <recv request="CANCEL"><action><ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" \
            assign_to="number"/></action></recv>

            """
        answer("200 OK")
        let lines = [
            "SIP/2.0 487 Request Terminated", "[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]sipp[call_number]",
            "[last_Call-ID:]", "CSeq: [$number] INVITE", "Content-Length: 0", "",
        ]
        steps += "<send retrans=\"500\"><![CDATA[\n" + lines.joined(separator: "\n") + "]]></send>\n"
        expect(request: "ACK")
    }

    /// Anything else that sipp can do, as it writes it.
    mutating func act(_ element: String) { steps += element + "\n" }

    mutating func pause(_ milliseconds: Int) { steps += "<pause milliseconds=\"\(milliseconds)\"/>\n" }

    /// Once the dialog stands, requests go to where the peer's Contact says.
    mutating func isInDialog() {
        guard target != "[next_url]" else { return }
        target = "[next_url]"
        to += "[peer_tag_param]"
    }

    /// Hold, retrieve, refresh: the same from either side.
    mutating func holdsAndRefreshes() {
        for (version, (ours, theirs)) in [("sendonly", "recvonly"), ("sendrecv", "sendrecv")].enumerated() {
            send("INVITE", [], "application/sdp", Self.sound(ours, version: version + 2))
            mayHear(100)
            expect(response: 200, with: "a=\(theirs)")
            send("ACK")
        }
        send("UPDATE", ["Supported: timer", "Session-Expires: 90;refresher=uac"])
        expect(response: 200, with: "Session-Expires: 90;refresher=uac")
    }
}

extension SippScenario {
    /// Calls, presses the keys by INFO, holds, refreshes, and waits to be hung up.
    static func customer(number: String, from: String, keys: String) -> SippScenario {
        var scenario = SippScenario(calling: number, from: from)
        let timer = ["Supported: timer", "Session-Expires: 90;refresher=uac"]
        scenario.send("INVITE", timer, "application/sdp", sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, with: "Session-Expires: 90;refresher=uac", opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.pause(500)
        for key in keys {
            scenario.send("INFO", [], "application/dtmf-relay", "Signal=\(key)\nDuration=160\n")
            scenario.expect(response: 200)
        }
        scenario.holdsAndRefreshes()
        scenario.expect(request: "BYE")
        scenario.answer("200 OK")
        return scenario
    }

    /// Is called, holds, refreshes, asks to be replaced, and is hung up.
    static func telephone(transferringTo number: String) -> SippScenario {
        var scenario = SippScenario()
        scenario.expect(request: "INVITE", opensDialog: true)
        scenario.answer("180 Ringing", isInvite: true)
        scenario.answer("200 OK", sound("sendrecv", version: 1), isInvite: true)
        scenario.expect(request: "ACK")
        scenario.pause(500)
        scenario.holdsAndRefreshes()
        // Until the agent is known to talk.
        scenario.pause(2_000)
        scenario.send("REFER", ["Refer-To: <sip:\(number)@[remote_ip]:[remote_port]>"])
        scenario.expect(response: 202)
        for _ in 0..<2 {
            scenario.expect(request: "NOTIFY")
            scenario.answer("200 OK")
        }
        scenario.expect(request: "BYE")
        scenario.answer("200 OK")
        return scenario
    }

    /// Registers from the port that the telephone will listen on.
    static func registration(_ phone: String, tenant: String, password: String, seconds: Int = 60) -> String {
        let message = { (sequence: Int, credentials: String) in
            """
            <send retrans="500"><![CDATA[
              REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
              Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
              From: <sip:\(phone)@\(tenant)>;tag=[pid]sipp[call_number]
              To: <sip:\(phone)@\(tenant)>
              Call-ID: [call_id]
              CSeq: \(sequence) REGISTER
              Contact: <sip:\(phone)@[local_ip]:[local_port]>
              Max-Forwards: 70
              Expires: \(seconds)\(credentials)
              Content-Length: 0

            ]]></send>

            """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <scenario name="registration">
            \(message(1, ""))<recv response="401" auth="true"/>
            \(message(2, "\n  [authentication username=\(phone) password=\(password)]"))<recv response="200"/>
            </scenario>
            """
    }
}

/// sipp that runs one scenario once.
enum Sipp {
    /// What did not go as a scenario says.
    static func errors(_ place: URL) -> String {
        (try? String(contentsOf: place.appendingPathComponent("errors.log"), encoding: .utf8)) ?? ""
    }

    /// Ends with 0 when all went as the scenario says. What did not is in `errors.log`.
    /// - Parameter isTied: it runs as long as the test process, for any number of calls.
    static func start(
        _ scenario: String, _ name: String, transport: String = "udp", port: Int? = nil, calls number: String? = nil,
        mediaPort: Int = 16_400, isTied: Bool = false, _ suite: RunningSuite, _ place: URL
    ) throws -> RunningProgram {
        let file = place.appendingPathComponent("\(name).xml")
        try scenario.write(to: file, atomically: true, encoding: .utf8)
        var options = [
            "sipp", "-sf", file.path, "-i", "127.0.0.1", "-mp", "\(mediaPort)", "-nostdin", "-trace_err", "-error_file",
            place.appendingPathComponent("errors.log").path, "-t",
            transport == "tcp" ? "t1" : "u1",
        ]
        if !isTied { options += ["-m", "1", "-timeout", "60"] }
        if let port { options += ["-p", "\(port)"] }
        if let number { options += ["-s", number] }
        options.append("127.0.0.1:\(suite.places.sipPort)")
        return try RunningProgram(
            isTied ? RunningProgram.tied(options) : options, directory: place,
            output: place.appendingPathComponent("\(name).log"))
    }
}
