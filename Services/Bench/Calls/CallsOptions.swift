import ArgumentParser
import Foundation

/// How big the house is that `calls` measures, and how fast callers come.
struct CallsOptions: ParsableArguments {
    @Option(help: "How many agents; 100 by default.") var agents: Int?
    @Option(help: "Calls a second; may be given several times, in the order of the steps.") var rate: [Double] = []
    @Option(help: "Seconds that callers come at each rate; 15 by default.") var seconds: Double?
    @Option(help: "Seconds that each caller talks; 1 by default.") var talk: Double?
    @Flag(help: "Callers come into line at once; without it they are asked for a key first.") var direct = false
    @Flag(help: "Do not record the talks' sound, which others do only when asked to.") var unrecorded = false
    @Option(help: "An Asterisk of this machine, its program's path: the same callers call it as well, after the suite.")
    var asterisk: String?

    func validate() throws {
        guard (agents.map { (1...2_000).contains($0) }) ?? true, rate.allSatisfy({ $0 > 0 && $0 <= 1_000 }),
            (seconds.map { $0 > 0 && $0 <= 3_600 }) ?? true, (talk.map { $0 > 0 && $0 <= 60 }) ?? true
        else {
            throw ValidationError("Agents 1 to 2000, rates up to 1000, seconds up to 3600, talk up to 60.")
        }
        if let asterisk, !FileManager.default.isExecutableFile(atPath: asterisk) {
            throw ValidationError("--asterisk: \(asterisk) is no program.")
        }
    }

    func size(isQuick: Bool) -> CallsSize {
        CallsSize(
            agents: agents ?? (isQuick ? 6 : 100), rates: rate.isEmpty ? Self.rates(isQuick: isQuick) : rate,
            seconds: seconds ?? (isQuick ? 5 : 15), talk: talk ?? 1, isDirect: direct, isRecorded: !unrecorded,
            tellsDelay: !isQuick, asterisk: asterisk)
    }

    private static func rates(isQuick: Bool) -> [Double] {
        isQuick ? [2] : [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 180, 200]
    }
}

/// What ``CallsOptions`` come to.
struct CallsSize: Sendable {
    let agents: Int
    let rates: [Double]
    let seconds: Double
    let talk: Double
    /// Whether callers come into line at once, without a menu.
    let isDirect: Bool
    /// Whether the sound of each talk is recorded, as a tenant's rule says unless it is changed.
    let isRecorded: Bool
    /// Whether it is measured as well how soon an agent who becomes free is called.
    let tellsDelay: Bool
    /// The path of an Asterisk that is measured as well; nil for none.
    let asterisk: String?
}
