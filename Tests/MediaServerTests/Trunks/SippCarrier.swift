import Foundation
import Synchronization
import Testing

/// sipp as a carrier's gateway: another program's idea of SIP, on a port of its own.
final class SippCarrier {
    static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/bin", "/usr/local/bin"]).map { "\($0)/sipp" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    private static let ports = Mutex<Int>(19_000)
    static func port() -> Int {
        ports.withLock { port in
            port += 2
            return port
        }
    }

    let port: Int
    private let process: Process
    private let ended: AsyncStream<Int32>

    /// - Parameters:
    ///   - scenario: XML; nil for sipp's own that answers calls.
    ///   - calls: after so many it ends.
    init(port: Int = SippCarrier.port(), _ scenario: String? = nil, calls: Int = 1, _ arguments: [String] = []) throws {
        self.port = port
        process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.path))
        var what = ["-sn", "uas"]
        if let scenario {
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).xml")
            try Data(scenario.utf8).write(to: file)
            what = ["-sf", file.path]
        }
        process.arguments =
            what + ["-p", "\(port)", "-m", "\(calls)", "-i", "127.0.0.1", "-nostdin", "-timeout", "50s"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        let (ended, told) = AsyncStream.makeStream(of: Int32.self)
        self.ended = ended
        process.terminationHandler = {
            told.yield($0.terminationStatus)
            told.finish()
        }
        try process.run()
    }

    /// Its exit status: 0 if every call went as its scenario says.
    func status() async -> Int32? {
        for await status in ended { return status }
        return nil
    }

    func kill() async {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        _ = await status()
    }
}

extension SippCarrier {
    private static func scenario(_ steps: String) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<scenario name=\"carrier\">\n\(steps)\n</scenario>"
    }

    private static func respond(_ status: String, _ headers: String = "", next: String? = nil) -> String {
        """
        <send\(next.map { " next=\"\($0)\"" } ?? "")><![CDATA[
        SIP/2.0 \(status)
        [last_Via:]
        [last_From:]
        [last_To:];tag=[call_number]
        [last_Call-ID:]
        [last_CSeq:]
        \(headers)Content-Length: 0

        ]]></send>
        """
    }

    /// Takes no call.
    static func refusing(_ status: String) -> String {
        scenario("<recv request=\"INVITE\" />\n\(respond(status))\n<recv request=\"ACK\" />")
    }

    /// Only says that it is there.
    static let answeringOptions = scenario("<recv request=\"OPTIONS\" />\n\(respond("200 OK"))")

    /// A registrar that wants a password, and gives less time than is asked for.
    static func registrar(_ user: String, _ password: String) -> String {
        scenario(
            """
            <recv request="REGISTER" />
            \(respond("401 Unauthorized", "WWW-Authenticate: Digest realm=\"carrier.test\", nonce=\"47ebe028cda119c35d4877b383027d28da013815\", algorithm=MD5\n"))
            <recv request="REGISTER">
            <action>
            <verifyauth assign_to="right" username="\(user)" password="\(password)" />
            </action>
            </recv>
            <nop hide="true" test="right" next="good" />
            \(respond("403 Forbidden", next: "done"))
            <label id="good" />
            \(respond("200 OK", "Contact: <sip:\(user)@127.0.0.1>;expires=120\nExpires: 120\n"))
            <label id="done" />
            <timewait milliseconds="100" />
            """)
    }
}
