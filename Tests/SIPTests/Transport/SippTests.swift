import Foundation
import Logging
import Synchronization
import Testing

@testable import SIP

/// Another program's idea of SIP, from both sides.
@Suite(.serialized, .enabled(if: Sipp.path != nil, "sipp is not installed: apt-get install sip-tester"))
struct SippTests {
    let log = Logger(label: "test")

    @Test(arguments: [("u1", SIPTransportKind.udp), ("t1", .tcp)])
    func `sipp calls, is answered, and hangs up`(mode: String, transport: SIPTransportKind) async throws {
        let counts = EventCounts()
        let handlers = SIPEndpointHandlers(invite: { incoming in
            incoming.call.ring()
            incoming.call.answer(.sdp(Sipp.answer))
            return { _, event in counts.note(event) }
        })
        let endpoint = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(transport, "127.0.0.1", 0)]), handlers: handlers, log: log)
        let port = try #require(endpoint.locals.first).port
        let status = try await Sipp.run([
            "-sn", "uac", "127.0.0.1:\(port)", "-t", mode, "-m", "200", "-r", "200", "-d", "50",
        ])
        #expect(status == 0)
        #expect(counts.of("confirmed") == 200)
        #expect(counts.of("ended byPeer") == 200)
        let statistics = await endpoint.statistics()
        #expect(statistics.calls == 0)
        await endpoint.stop()
    }

    @Test func `sipp gives up, and the call is cancelled`() async throws {
        let counts = EventCounts()
        let handlers = SIPEndpointHandlers(invite: { incoming in
            incoming.call.ring()
            return { _, event in counts.note(event) }
        })
        let endpoint = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)]), handlers: handlers, log: log)
        let port = try #require(endpoint.locals.first).port
        let scenario = try Sipp.write(Sipp.cancelling)
        defer { try? FileManager.default.removeItem(atPath: scenario) }
        let status = try await Sipp.run(["-sf", scenario, "127.0.0.1:\(port)", "-m", "20", "-r", "50"])
        #expect(status == 0)
        #expect(counts.of("ended cancelled") == 20)
        await endpoint.stop()
    }

    @Test func `sipp answers a call of ours`() async throws {
        let endpoint = try await SIPEndpoint.start(
            SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)]), handlers: SIPEndpointHandlers(),
            log: log)
        let port = try await unusedPort()
        async let status = Sipp.run(["-sn", "uas", "-p", "\(port)", "-m", "20"])
        let counts = EventCounts()
        // The first INVITEs may come before sipp listens; they are repeated.
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let (events, handler) = SIPCall.events()
                    let call = endpoint.invite(
                        SIPInvite(
                            uri: SIPURI(user: "\(number)", host: "127.0.0.1", port: port),
                            from: NameAddress(uri: SIPURI(user: "me", host: "127.0.0.1")), offer: .sdp(Sipp.answer)),
                        handler: handler)
                    for await event in events {
                        counts.note(event)
                        if case .answered = event { call.hangUp() }
                    }
                }
            }
        }
        #expect(counts.of("answered 200") == 20)
        #expect(counts.of("ended byUs") == 20)
        let exitStatus = try await status
        #expect(exitStatus == 0)
        await endpoint.stop()
    }
}

/// Counts events from any thread.
final class EventCounts: Sendable {
    private let counts = LockedCounts()

    func note(_ event: SIPCallEvent) { counts.add(name(event)) }
    func of(_ name: String) -> Int { counts.value(name) }
}

/// A dictionary behind a lock.
final class LockedCounts: Sendable {
    private let values = Mutex<[String: Int]>([:])

    func add(_ name: String) { values.withLock { $0[name, default: 0] += 1 } }
    func value(_ name: String) -> Int { values.withLock { $0[name] ?? 0 } }
}

/// The sipp program.
enum Sipp {
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/bin", "/usr/local/bin"]).map { "\($0)/sipp" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// - Returns: its exit status: 0 if every call went as its scenario says.
    static func run(_ arguments: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = arguments + ["-i", "127.0.0.1", "-nostdin", "-timeout", "40s", "-timeout_error"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    static func write(_ scenario: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xml")
        try scenario.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    static let answer = """
        v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n
        """

    static let cancelling = """
        <?xml version="1.0" encoding="UTF-8" ?>
        <scenario name="cancel">
        <send retrans="500"><![CDATA[
        INVITE sip:bob@[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <sip:sipp@[local_ip]>;tag=[call_number]
        To: <sip:bob@[remote_ip]>
        Call-ID: [call_id]
        CSeq: 1 INVITE
        Contact: <sip:sipp@[local_ip]:[local_port]>
        Max-Forwards: 70
        Content-Length: 0

        ]]></send>
        <recv response="100" optional="true"></recv>
        <recv response="180"></recv>
        <send retrans="500"><![CDATA[
        CANCEL sip:bob@[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-3]
        From: <sip:sipp@[local_ip]>;tag=[call_number]
        To: <sip:bob@[remote_ip]>
        Call-ID: [call_id]
        CSeq: 1 CANCEL
        Max-Forwards: 70
        Content-Length: 0

        ]]></send>
        <recv response="200"></recv>
        <recv response="487"></recv>
        <send><![CDATA[
        ACK sip:bob@[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-6]
        From: <sip:sipp@[local_ip]>;tag=[call_number]
        To: <sip:bob@[remote_ip]>[peer_tag_param]
        Call-ID: [call_id]
        CSeq: 1 ACK
        Max-Forwards: 70
        Content-Length: 0

        ]]></send>
        </scenario>
        """
}
