import Foundation

/// sipp as callers who hang up as soon as they are answered.
struct SippCaller {
    let media: MediaProcess
    let rate: Int
    let count: Int
    /// A directory for its files.
    let place: String

    private static let program = "/usr/bin/sipp"

    /// - Throws: ``BenchFailure`` if sipp is not there, takes too long, or tells nothing.
    func run(within limit: Double) async throws -> SippCounts {
        guard FileManager.default.isExecutableFile(atPath: Self.program) else {
            throw BenchFailure("\(Self.program) is not there: install the package sip-tester.")
        }
        let scenario = "\(place)/caller.xml"
        let statistics = "\(place)/caller.csv"
        try? FileManager.default.removeItem(atPath: statistics)
        try Self.scenario(soundPort: media.carrierPorts.lowerBound)
            .write(toFile: scenario, atomically: true, encoding: .utf8)
        let child = try await Child.start(
            [
                Self.program, "127.0.0.1:\(media.sipPort)", "-sf", scenario, "-s", "1000", "-i", "127.0.0.1", "-p",
                "\(media.carrierPort)", "-r", "\(rate)", "-m", "\(count)", "-l", "\(rate * 10)", "-nostdin", "-aa",
                "-recv_timeout", "10000", "-trace_stat", "-stf", statistics, "-fd", "1", "-buff_size", "4194304",
            ],
            environment: ["TERM": "dumb"], output: "\(place)/caller.log")
        do {
            _ = try await child.finish(within: limit)
        } catch {
            await child.stop()
            throw error
        }
        await child.stop()
        let table = (try? String(contentsOfFile: statistics, encoding: .utf8)) ?? ""
        guard let counts = SippCounts(table) else {
            throw BenchFailure("sipp told nothing. \(child.words.suffix(300))")
        }
        return counts
    }

    private static func scenario(soundPort: Int) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="caller">
          <send retrans="500"><![CDATA[
            INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:13800000000@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>
            Call-ID: [call_id]
            CSeq: 1 INVITE
            Contact: <sip:caller@[local_ip]:[local_port]>
            Max-Forwards: 70
            Content-Type: application/sdp
            Content-Length: [len]

            v=0
            o=caller 1 1 IN IP4 [local_ip]
            s=-
            c=IN IP4 [local_ip]
            t=0 0
            m=audio \(soundPort) RTP/AVP 8 101
            a=rtpmap:8 PCMA/8000
            a=rtpmap:101 telephone-event/8000
          ]]></send>
          <recv response="100" optional="true"/>
          <recv response="180" optional="true"/>
          <recv response="200" rrs="true"/>
        \(request("ACK", sequence: 1, isRepeated: false))
        \(request("BYE", sequence: 2, isRepeated: true))
          <recv response="200"/>
        </scenario>

        """
    }

    private static func request(_ method: String, sequence: Int, isRepeated: Bool) -> String {
        """
          <send\(isRepeated ? " retrans=\"500\"" : "")><![CDATA[
            \(method) [next_url] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:13800000000@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
            To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
            Call-ID: [call_id]
            CSeq: \(sequence) \(method)
            Max-Forwards: 70
            Content-Length: 0
          ]]></send>
        """
    }
}

/// What sipp has counted, from the last line of its statistics.
struct SippCounts: Equatable, Sendable {
    let created: Int
    let successful: Int
    let failed: Int
    let retransmissions: Int
    /// Calls begun in a second, over the whole time.
    let rate: Double

    /// - Parameter table: Names in the first line, figures in the others, apart by semicolons. Nil if it is not that.
    init?(_ table: String) {
        let lines = table.split(separator: "\n").map { $0.split(separator: ";", omittingEmptySubsequences: false) }
        guard let names = lines.first, let last = lines.dropFirst().last else { return nil }
        let figures = Dictionary(zip(names.map(String.init), last.map(String.init))) { first, _ in first }
        guard let created = figures["TotalCallCreated"].flatMap({ Int($0) }),
            let successful = figures["SuccessfulCall(C)"].flatMap({ Int($0) }),
            let failed = figures["FailedCall(C)"].flatMap({ Int($0) }),
            let retransmissions = figures["Retransmissions(C)"].flatMap({ Int($0) }),
            let rate = figures["CallRate(C)"].flatMap({ Double($0) })
        else { return nil }
        self.created = created
        self.successful = successful
        self.failed = failed
        self.retransmissions = retransmissions
        self.rate = rate
    }
}
