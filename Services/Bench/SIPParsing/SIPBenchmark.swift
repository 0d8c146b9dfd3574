import Foundation
import SDP
import SIP

/// How many INVITEs one core parses in a second, beside what only looking at their bytes costs in the same run.
///
/// Measured is CPU time, so that others on the machine hardly matter.
struct SIPBenchmark {
    /// For each figure.
    let seconds: Double

    /// - Throws: ``BenchFailure`` if a sample is not a message.
    func run(_ report: inout Report) throws {
        let samples = SampleMessages.all
        for sample in samples where Self.parse(sample.bytes) == nil {
            throw BenchFailure("The sample “\(sample.name)” cannot be parsed.")
        }
        let messages = samples.map(\.bytes)
        let bytes = messages.reduce(0) { $0 + $1.count } / messages.count
        let parsed = rate(messages) { Self.parse($0) ?? 0 }
        let whole = rate(messages, Self.parseWithDescription)
        let scanned = rate(messages, Self.scan)
        report.add("INVITEs parsed, all kinds", parsed, "/s per core")
        for sample in samples {
            let rate = rate([sample.bytes]) { Self.parse($0) ?? 0 }
            report.add("· \(sample.name), \(sample.bytes.count) bytes", rate, "/s per core")
        }
        report.add("INVITEs parsed with their SDP", whole, "/s per core")
        report.add("the same bytes scanned only", scanned, "/s per core")
        report.add("time of parsing, scanning = 1", scanned / parsed, "times")
        report.add("bytes parsed", parsed * Double(bytes) / 1e6, "MB/s per core")
    }

    /// How often `work` is done with one of the messages after the other in a second of CPU time.
    private func rate(_ messages: [[UInt8]], _ work: ([UInt8]) -> Int) -> Double {
        var sink = 0
        func round(_ times: Int) {
            for _ in 0..<times {
                for message in messages { sink = sink &+ work(message) }
            }
        }
        round(200)
        var done = 0
        let began = Self.now()
        while Self.now() - began < seconds {
            round(100)
            done += 100 * messages.count
        }
        let used = Self.now() - began
        // So that nothing is optimised away.
        if sink == .min { print(sink) }
        return Double(done) / used
    }

    /// Nil if it is not a request.
    @inline(never)
    private static func parse(_ bytes: [UInt8]) -> Int? {
        guard case .request(let request) = try? SIPParser.parse(bytes) else { return nil }
        return request.callID.utf8.count &+ request.body.count
    }

    /// With the session description that it carries.
    @inline(never)
    private static func parseWithDescription(_ bytes: [UInt8]) -> Int {
        guard case .request(let request) = try? SIPParser.parse(bytes),
            let description = try? SessionDescription(parsing: request.body)
        else { return 0 }
        return description.media.count
    }

    /// The least that anybody must do who takes a message in: look at each byte once, for the ends of lines.
    @inline(never)
    private static func scan(_ bytes: [UInt8]) -> Int {
        var lines = 0
        for byte in bytes where byte == UInt8(ascii: "\n") { lines &+= 1 }
        return lines
    }

    /// CPU time of this process, in seconds; nothing else is at work in it.
    private static func now() -> Double { Double(clock()) / 1e6 }
}
