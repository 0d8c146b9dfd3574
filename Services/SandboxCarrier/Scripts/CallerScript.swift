/// Someone who calls in: presses keys, talks, and hangs up.
struct CallerScript: CallScript {
    private enum Phase { case calling, waiting, talking, over }

    /// Pressed one group after the other; a comma parts them.
    var keys = ""
    var keysAfter: Duration = .seconds(3)
    var talk: Duration
    /// How long to wait for the talk to begin.
    var patience: Duration = .seconds(60)
    var tone = 440
    /// The talk begins when somebody who sounds like this is heard; without it, at the answer.
    var waitsForVoice = false

    private var phase = Phase.calling
    private var pressed = 0

    init(talk: Duration) { self.talk = talk }

    mutating func handle(_ input: ScriptInput) -> [ScriptAction] {
        switch (input, phase) {
        case (.began, .calling): [.play(.tone(tone)), .wake(.patience, after: patience)]
        case (.answered, .calling): answered()
        case (.heard, .waiting): beginTalk()
        case (.alarm(.keys), .waiting), (.alarm(.keys), .talking): press()
        case (.alarm(.patience), .calling), (.alarm(.patience), .waiting), (.alarm(.hangUp), .talking): hangUp()
        default: []
        }
    }

    private var groups: [Substring] { keys.split(separator: ",") }

    private mutating func answered() -> [ScriptAction] {
        phase = .waiting
        return (groups.isEmpty ? [] : [.wake(.keys, after: keysAfter)]) + (waitsForVoice ? [] : beginTalk())
    }

    private mutating func beginTalk() -> [ScriptAction] {
        phase = .talking
        return [.wake(.hangUp, after: talk)]
    }

    private mutating func press() -> [ScriptAction] {
        guard let group = groups.dropFirst(pressed).first else { return [] }
        pressed += 1
        return [.press(String(group))] + (pressed < groups.count ? [.wake(.keys, after: keysAfter)] : [])
    }

    private mutating func hangUp() -> [ScriptAction] {
        phase = .over
        return [.hangUp]
    }
}
