import Foundation
import ServiceKit

/// What an operator sets for faxes.
///
/// - `faxes.directory` (path, default /var/lib/carillon/faxes): where documents lie, sealed as recordings are.
/// - `fax.worker` (path, default `fax-worker` beside the media-server's own program): the program of a worker.
/// - `fax.lines` (int, default 8): how many faxes are sent at a time.
/// - `fax.pages` (int, default 100), `fax.megabytes` (int, default 20): how large a document may be that is sent.
/// - `fax.attempts` (int, default 3), `fax.pause.seconds` (int, default 120): how many calls a fax is tried, and how long it
///   waits between two, unless its request says otherwise.
/// - `fax.ring.seconds` (int, default 45): how long a machine may ring.
/// - `fax.minutes` (int, default 60): a fax that lasts longer is ended.
struct FaxConfiguration: Sendable {
    var directory = "/var/lib/carillon/faxes"
    var program: String
    var lines = 8
    var mostPages = 100
    var mostBytes = 20 << 20
    var attempts = 3
    var pauseSeconds = 120
    var ringSeconds = 45
    var longest: Duration = .seconds(3_600)

    init(program: String) { self.program = program }

    init(_ settings: Settings) throws {
        directory = try settings.string("faxes.directory", default: "/var/lib/carillon/faxes")
        program = try settings.string("fax.worker", default: Self.besideUs)
        lines = try settings.int("fax.lines", default: 8, in: 1...1_000)
        mostPages = try settings.int("fax.pages", default: 100, in: 1...1_000)
        mostBytes = try settings.int("fax.megabytes", default: 20, in: 1...200) << 20
        attempts = try settings.int("fax.attempts", default: 3, in: 1...10)
        pauseSeconds = try settings.int("fax.pause.seconds", default: 120, in: 1...86_400)
        ringSeconds = try settings.int("fax.ring.seconds", default: 45, in: 5...600)
        longest = .seconds(try settings.int("fax.minutes", default: 60, in: 1...600) * 60)
    }

    private static var besideUs: String {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("fax-worker").path
    }
}
