import Contracts
import Foundation
public import Logging

/// How log lines look: for eyes on a terminal, for machines otherwise.
public enum LogFormat: String, Sendable, CaseIterable {
    case text, json
    /// JSON behind the `<6>` that journald takes the priority from.
    case journal

    /// A terminal gets text, journald its priorities, everything else JSON lines.
    public static func suited(to descriptor: Int32, environment: [String: String]) -> LogFormat {
        if isatty(descriptor) == 1 { return .text }
        return environment["JOURNAL_STREAM"] == nil ? .json : .journal
    }
}

/// Writes log lines, each with one `write(2)`, so that lines of threads and processes never mix.
public struct LogOutput: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    public init(
        label: String, format: LogFormat, level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = writeToStandardError
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let given = event.metadata { all.merge(given) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let line = LogLine(
            time: .now(), level: event.level, label: label, message: event.message.description, metadata: all)
        switch format {
        case .text: write(line.text)
        case .json: write(line.json)
        case .journal: write("<\(line.priority)>\(line.json)")
        }
    }
}

/// One line of the log, before it is written.
struct LogLine {
    let time: Timestamp
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// `12:00:01.234 info acd call offered agent.id=amy call.id=c1`
    var text: String {
        var line = "\(TimeText.clock(time)) \(level) \(label) \(message)"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        return (line.utf8.contains(0x0a) ? line.replacingOccurrences(of: "\n", with: "\\n") : line) + "\n"
    }

    /// One JSON object: time, level, service, message, then the metadata as fields.
    var json: String {
        var fields = [
            ("time", TimeText.whole(time)), ("level", level.rawValue), ("service", label),
            ("message", message),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { fields.append((key, "\(value)")) }
        return "{" + fields.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}\n"
    }

    /// As syslog counts.
    var priority: Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}

/// The text as a JSON string.
func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 == 0x7f }) else {
        return "\"\(text)\""
    }
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{0}"..<" ", "\u{7f}":
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// One `write(2)` to descriptor 2. What cannot be written is dropped: logging never stops the work.
@Sendable public func writeToStandardError(_ line: String) {
    var line = line
    line.withUTF8 { bytes in
        guard let start = bytes.baseAddress else { return }
        _ = Foundation.write(2, start, bytes.count)
    }
}
