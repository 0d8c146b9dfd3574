import Foundation

/// How the one call of `--once` went.
struct OnceReport: Encodable {
    let answered: Bool
    let heardPackets: Int
    /// In hertz, steps of ten.
    let heardTones: [Int]
    /// As telephone-events.
    let heardKeys: String
    /// Seconds from answer to end.
    let duration: Double
    let ended: String

    var isGood: Bool { answered && heardPackets > 0 }

    static func call(_ to: String, _ callers: Callers, _ carrier: Carrier, at destination: HostPort) async -> OnceReport
    {
        var callers = callers
        var (number, plan) = callers.next()
        plan.keepsSound = true
        return OnceReport(await carrier.call(to, from: number, at: destination, plan))
    }

    init(_ outcome: CallOutcome) {
        answered = outcome.wasAnswered
        heardPackets = outcome.sound.received
        heardTones = DominantTones.of(outcome.sound.heard, outcome.sound.law)
        heardKeys = outcome.sound.keys
        duration = (outcome.duration / .seconds(1) * 1_000).rounded() / 1_000
        ended = outcome.ended
    }

    var json: String { encoded(self) }
}

/// One line of JSON.
func encoded(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The reports hold numbers and text only, which always encode.
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
}
