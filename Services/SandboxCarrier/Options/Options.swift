import ArgumentParser
import Foundation

/// Where to listen and whom to talk to.
struct NetworkOptions: ParsableArguments {
    @Option(help: "Where the carrier listens, UDP and TCP.") var listen = HostPort("127.0.0.1", 5_070)
    @Option(name: .customLong("switch"), help: "The telephone switch (the media-server).")
    var exchange = HostPort("127.0.0.1", 5_060)
    @Option(help: "The ports for sound.") var rtpPorts = PortBounds(30_000...39_999)
    @Flag(
        help:
            "Writes into each packet when it was sent, and tells how long packets took from one of its calls to another."
    )
    var stamp = false
    @Option(help: "Says which of these tones each party hears, whenever that changes, such as 440,880.")
    var watchTones = ToneList()
    @Flag(help: "At the end, prints a summary of all calls that came in, as JSON.") var totals = false
}

/// The callers.
struct CallerOptions: ParsableArguments {
    @Option(help: "How many callers call in a minute.") var callsPerMinute: Double?
    @Flag(help: "One call; prints how it went as one line of JSON.") var once = false
    @Option(help: "The number that is called.") var to: String?
    @Option(help: "The callers' own numbers.") var from = NumberRange(13_800_000_000, count: 10_000)
    @Option(help: "The keys a caller presses; a comma waits in between.") var keys = ""
    @Option(help: "Seconds from the answer to the keys, and between groups of keys.") var keysAfter = 3.0
    @Option(help: "Seconds a caller talks.") var talk = SecondsRange(10...30)
    @Option(help: "Seconds a caller waits for the talk to begin.") var patience = 60.0
    @Option(help: "The tone a caller sounds like, in hertz.") var tone = 440
    @Option(help: "The talk begins when this tone is heard, in hertz (a phone's tone); without it, at the answer.")
    var hears: Int?
    @Option(help: "What random choices start from.") var seed: UInt64 = 1

    var isWanted: Bool { once || callsPerMinute != nil }

    func validate() throws {
        if isWanted, to == nil { throw ValidationError("Callers need --to, the number they call.") }
        if let callsPerMinute, !(callsPerMinute > 0 && callsPerMinute <= 60_000) {
            throw ValidationError("--calls-per-minute must be between 0 and 60000.")
        }
        guard (0...3_600).contains(keysAfter), (0...86_400).contains(patience), Self.tones.contains(tone),
            hears.map(Self.tones.contains) ?? true
        else { throw ValidationError("Times are seconds; tones are from 50 to 3900 hertz.") }
    }

    static let tones = 50...3_900

    func callers() -> Callers? {
        guard let to else { return nil }
        return Callers(
            to: to, from: from, keys: keys, keysAfter: .seconds(keysAfter), talk: talk, patience: .seconds(patience),
            tone: tone, hears: hears, random: SeededRandom(seed: seed))
    }
}

/// The telephones.
struct PhoneOptions: ParsableArguments {
    @Option(help: "Their extensions, such as 1001-1010.") var phones: NumberRange?
    @Option(help: "The tenant they register with.") var tenant = "demo"
    @Option(help: "A file with their password; without it, the environment's SANDBOX_PASSWORD.")
    var passwordFile: String?
    @Option(help: "Their password, for throw-away tries: everybody on the machine sees it in the list of processes.")
    var password: String?
    @Option(help: "Where they listen, UDP and TCP.") var phonesListen = HostPort("127.0.0.1", 5_080)
    @Option(help: "Seconds of ringing, or `never`: only when the switch asks (NOTIFY, Event: talk).")
    var answerAfter = AnswerAfter(.milliseconds(1_500))
    @Option(help: "The tone a phone sounds like, in hertz.") var phoneTone = 880
    @Option(help: "Seconds until a phone hangs up; without it, never.") var phoneHangsUpAfter: Double?
    @Flag(help: "Says when each phone is called, in microseconds since 1970.") var tellInvitations = false

    func validate() throws {
        if let phones {
            _ = try secret()
            guard phones.count <= 2_000 else { throw ValidationError("--phones: at most 2000.") }
        }
        guard CallerOptions.tones.contains(phoneTone), (0...86_400).contains(phoneHangsUpAfter ?? 0) else {
            throw ValidationError("Times are seconds; tones are from 50 to 3900 hertz.")
        }
    }

    /// What the telephones register with.
    /// - Throws: `ValidationError`
    func secret(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws -> String {
        var text = password ?? environment["SANDBOX_PASSWORD"] ?? ""
        if let passwordFile {
            guard let data = FileManager.default.contents(atPath: passwordFile) else {
                throw ValidationError("--password-file: \(passwordFile) cannot be read.")
            }
            text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        guard !text.isEmpty else {
            throw ValidationError("--phones needs their password: --password-file, or SANDBOX_PASSWORD.")
        }
        return text
    }

    func settings(registrar: HostPort) throws -> PhoneBank.Settings? {
        guard let phones else { return nil }
        let script = PhoneScript(
            answerAfter: answerAfter.delay, tone: phoneTone, hangsUpAfter: phoneHangsUpAfter.map { .seconds($0) })
        return PhoneBank.Settings(
            extensions: phones.all, tenant: tenant, password: try secret(), registrar: registrar, script: script)
    }
}

/// Load, for benchmarks.
struct LoadOptions: ParsableArguments {
    @Option(help: "Make this many calls, print a summary as JSON, and end.") var loadCalls: Int?
    @Option(help: "How many calls stand at once.") var concurrent = 50
    @Option(help: "How many calls begin in a second at most.") var callsPerSecond = 50.0

    func validate(to: String?) throws {
        guard let loadCalls else { return }
        guard loadCalls > 0, (1...Exchange.callLimit).contains(concurrent), callsPerSecond > 0 else {
            throw ValidationError("--load-calls, --concurrent and --calls-per-second must be above 0.")
        }
        if to == nil { throw ValidationError("--load-calls needs --to, the number that is called.") }
    }
}
