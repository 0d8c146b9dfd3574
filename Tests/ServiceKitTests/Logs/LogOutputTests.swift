import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct LogOutputTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        var first: String { all.withLock { $0.first ?? "" } }
    }

    private func logger(_ format: LogFormat, _ lines: Lines, level: Logger.Level = .info) -> Logger {
        Logger(label: "acd") { label in
            LogOutput(label: label, format: format, level: level) { line in lines.all.withLock { $0.append(line) } }
        }
    }

    @Test func `a line for machines is one JSON object`() throws {
        let lines = Lines()
        var log = logger(.json, lines)
        log[metadataKey: "call.id"] = "c1"
        log.warning("a \"bell\"\nbroke\u{1}", metadata: ["bell.id": "b1"])
        let fields = try JSONDecoder().decode([String: String].self, from: Data(lines.first.utf8))
        #expect(fields["message"] == "a \"bell\"\nbroke\u{1}")
        #expect(fields["level"] == "warning" && fields["service"] == "acd")
        #expect(fields["call.id"] == "c1" && fields["bell.id"] == "b1" && fields["time"] != nil)
        #expect(lines.first.filter { $0 == "\n" }.count == 1)
    }

    @Test func `a line for eyes is one line whatever it holds`() {
        let lines = Lines()
        logger(.text, lines).info("call offered", metadata: ["agent.id": "amy", "x": "1\n2"])
        #expect(lines.first.hasSuffix("info acd call offered agent.id=amy x=1\\n2\n"))
    }

    @Test func `journald gets the priority in front`() {
        let lines = Lines()
        logger(.journal, lines).error("lost")
        #expect(lines.first.hasPrefix("<3>{"))
    }

    @Test func `what is below the level is not written`() {
        let lines = Lines()
        logger(.text, lines, level: .warning).info("hush")
        #expect(lines.first.isEmpty)
    }
}
