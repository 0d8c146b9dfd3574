/// How one side of a call behaves: told what happened, it says what to do. Pure; the clock and the network are elsewhere.
protocol CallScript: Sendable {
    mutating func handle(_ input: ScriptInput) -> [ScriptAction]
}

/// What happens to a scripted call.
enum ScriptInput: Equatable, Sendable {
    /// The INVITE has come, or gone out.
    case began
    /// Both sides agree that there is a call.
    case answered
    /// The switch asks the phone to answer (`Event: talk`).
    case asked
    /// The tone that was waited for sounds.
    case heard
    case alarm(Alarm)
}

/// What a script may wait for.
enum Alarm: Equatable, Sendable {
    case answer, keys, patience, hangUp
}

/// What a script wants done.
enum ScriptAction: Equatable, Sendable {
    case ring
    case answer
    case reject(Int)
    case hangUp
    case wake(Alarm, after: Duration)
    case play(Sound)
    /// Keys, sent as telephone-events (RFC 4733).
    case press(String)
}
