import Foundation

/// This media-server's figures beside those of other servers, as far as they were measured in this run.
///
/// The others' are given figures: measured on another day on one machine of two cores, over loopback, G.711 in packets of 20 ms,
/// CPU time of the server's process only. They say what can be expected, not who is faster today.
struct Comparison: Sendable {
    private static let others = [
        ["Asterisk", "0.131 / 0.100 / 0.114", "0.241 / 0.213 / 0.192", "about 1 000"],
        ["FreeSWITCH", "0.164 / 0.169 / 0.151", "0.177 / 0.211 / 0.198", "about 290"],
        ["rtpengine 10.5, in userspace", "0.057 / – / 0.054, 0.045 at 500", "0.058", "–"],
        ["floor: a C thread, epoll, recv and sendto, writes recordings", "0.038 / – / 0.027", "0.028", "–"],
        ["floor: one socket, recvmmsg and sendmmsg", "0.038 / – / 0.025, 0.023 at 500", "–", "–"],
        ["Kamailio 5.6 as a proxy, no sound", "–", "–", "≥ 2 300"],
    ]

    private let own: [String]

    /// Nil if nothing was measured that others were measured by.
    init?(_ reports: [Report]) {
        let found = reports.flatMap(\.measurements)
        func value(_ what: String, _ format: String = "%.3f") -> String? {
            found.first { $0.what == what }.map { String(format: format, $0.value) }
        }
        func cost(_ kind: String) -> String {
            let values = [50, 100, 200].map { value("\($0) calls \(kind), media-server") }
            guard values.contains(where: { $0 != nil }) else { return "–" }
            let many = value("500 calls \(kind), media-server").map { ", \($0) at 500" } ?? ""
            return values.map { $0 ?? "–" }.joined(separator: " / ") + many
        }
        own = ["media-server, now", cost("bridged"), cost("recorded"), value(AnswersBenchmark.rate, "%.0f") ?? "–"]
        guard own.dropFirst().contains(where: { $0 != "–" }) else { return nil }
    }

    var text: String {
        let table = Table(
            header: [
                "server", "bridged, CPU s/call-minute at 50 / 100 / 200 calls", "recorded as well",
                "calls answered and ended a second",
            ], rows: [own] + Self.others)
        return "\(table.text)\nThe others' figures are given ones, of another day on another machine of two cores."
    }
}
