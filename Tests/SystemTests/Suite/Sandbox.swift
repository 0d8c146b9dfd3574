import Foundation

/// The sandbox carrier's telephones and callers, beside a suite that runs. Each listens and sounds on ports of its own.
enum Sandbox {
    /// Telephones of `tenant`, which register; `answerAfter` in seconds, or `never`: when the agent answers on the page.
    static func phones(
        _ extensions: String, tenant: String = "demo", answerAfter: String, isTied: Bool = false,
        ports: ClosedRange<Int>? = nil, suite: RunningSuite, place: URL
    ) throws -> RunningProgram {
        try start(
            "phones",
            [
                "--phones", extensions, "--tenant", tenant, "--password-file", suite.places.passwordFile,
                "--answer-after", answerAfter,
                "--phones-listen", "127.0.0.1:0",
            ], ports: ports ?? 30_000...30_999, isTied: isTied, suite, place)
    }

    /// The carrier that the demo's trunk leads to, with its magic numbers.
    static func carrier(suite: RunningSuite, place: URL) throws -> RunningProgram {
        try start("carrier", [], ports: 32_100...32_499, listen: suite.places.carrierPort, isTied: true, suite, place)
    }

    /// One caller, who talks from the agent's first sound until he is hung up, for a minute at most.
    static func caller(from: String, to: String, keys: String, suite: RunningSuite, place: URL) throws -> RunningProgram
    {
        try start(
            "caller",
            ["--once", "--from", "\(from)-\(from)", "--to", to, "--keys", keys, "--hears", "880", "--talk", "60"],
            ports: 31_000...31_099, suite, place)
    }

    /// One telephone that answers at once with a tone of its own, and tells which tones it hears. It ends with the tests: one
    /// that lived on would guess at the next suite's password until that telephone is locked.
    static func voice(
        _ phone: String, tone: Int, tenant: String, suite: RunningSuite, place: URL
    ) throws -> RunningProgram {
        let first = 32_100 + (Int(phone) ?? 0) % 100 * 10
        return try start(
            "voice-\(phone)",
            [
                "--phones", phone, "--tenant", tenant, "--password-file", suite.places.passwordFile,
                "--answer-after", "0", "--phone-tone", "\(tone)", "--watch-tones", tones,
                "--phones-listen", "127.0.0.1:0",
            ], ports: first...(first + 9), isTied: true, suite, place)
    }

    /// A customer of 440 Hz who talks for as long as he is let, and tells which tones he hears.
    static func customer(from: String, to: String, suite: RunningSuite, place: URL) throws -> RunningProgram {
        try start(
            "customer-\(from.suffix(4))",
            ["--once", "--from", "\(from)-\(from)", "--to", to, "--talk", "600", "--watch-tones", tones],
            ports: 32_300...32_399, suite, place)
    }

    /// The same, who presses `key` every so many seconds, and tells which tones he hears.
    static func customer(
        from: String, to: String, pressing key: String, every seconds: Double, talk: Int = 60, suite: RunningSuite,
        place: URL
    ) throws -> RunningProgram {
        let keys = Array(repeating: key, count: 40).joined(separator: ",")
        return try start(
            "presser-\(from.suffix(4))",
            [
                "--once", "--from", "\(from)-\(from)", "--to", to, "--talk", "\(talk)", "--keys", keys, "--keys-after",
                "\(seconds)", "--watch-tones", tones,
            ], ports: 33_000...33_099, suite, place)
    }

    /// The same with a tone of his own, who presses `keys` so many seconds after the answer; a comma waits as long again.
    static func member(
        from: String, to: String, tone: Int, keys: String, after seconds: Double, ports: Int, suite: RunningSuite,
        place: URL
    ) throws -> RunningProgram {
        try start(
            "member-\(from.suffix(4))",
            [
                "--once", "--from", "\(from)-\(from)", "--to", to, "--talk", "300", "--tone", "\(tone)", "--keys", keys,
                "--keys-after", "\(seconds)", "--watch-tones", tones,
            ], ports: ports...(ports + 9), suite, place)
    }

    /// Those that somebody in a test may sound like.
    private static let tones = "440,660,880,1000,1320"

    /// So many callers at once, who talk until they are told to end; then it says in JSON how their calls went.
    static func callers(
        _ count: Int, to: String, ports: Int = 31_100, suite: RunningSuite, place: URL
    ) throws -> RunningProgram {
        try start(
            "callers",
            [
                "--load-calls", "\(count)", "--concurrent", "\(count)", "--calls-per-second", "10", "--to", to,
                "--hears", "880", "--talk", "900", "--patience", "1800",
            ], ports: ports...(ports == 31_100 ? 32_099 : ports + 59), suite, place)
    }

    /// Customers one after the other, each for two seconds from the answer; then it says in JSON how their calls went.
    static func load(
        _ count: Int, perSecond: Int, to: String, suite: RunningSuite, place: URL
    ) throws -> RunningProgram {
        try start(
            "load",
            [
                "--load-calls", "\(count)", "--concurrent", "50", "--calls-per-second", "\(perSecond)", "--to", to,
                "--talk", "2",
            ], ports: 32_500...32_999, suite, place)
    }

    private static func start(
        _ name: String, _ options: [String], ports: ClosedRange<Int>, listen: Int = 0, isTied: Bool = false,
        _ suite: RunningSuite,
        _ place: URL
    ) throws -> RunningProgram {
        let offset = suite.places.sipPort - 5_060
        let network = [
            "--listen", "127.0.0.1:\(listen)", "--switch", "127.0.0.1:\(suite.places.sipPort)", "--rtp-ports",
            "\(ports.lowerBound + offset)-\(ports.upperBound + offset)",
        ]
        let command = [suite.binary("sandbox-carrier")] + network + options
        return try RunningProgram(
            isTied ? RunningProgram.tied(command) : command, directory: place,
            output: place.appendingPathComponent("\(name).log"))
    }
}
