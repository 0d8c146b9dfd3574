/// An agent's telephone.
struct PhoneScript: CallScript {
    /// Nil: only when the switch asks.
    let answerAfter: Duration?
    let tone: Int
    let hangsUpAfter: Duration?
    private var isRinging = true

    init(answerAfter: Duration?, tone: Int, hangsUpAfter: Duration? = nil) {
        self.answerAfter = answerAfter
        self.tone = tone
        self.hangsUpAfter = hangsUpAfter
    }

    mutating func handle(_ input: ScriptInput) -> [ScriptAction] {
        switch input {
        case .began: begin()
        case .asked, .alarm(.answer): answer()
        case .answered: hangsUpAfter.map { [.wake(.hangUp, after: $0)] } ?? []
        case .alarm(.hangUp): [.hangUp]
        default: []
        }
    }

    private mutating func begin() -> [ScriptAction] {
        let start: [ScriptAction] = [.play(.tone(tone)), .ring]
        switch answerAfter {
        case .some(.zero): return start + answer()
        case .some(let delay): return start + [.wake(.answer, after: delay)]
        case nil: return start
        }
    }

    private mutating func answer() -> [ScriptAction] {
        guard isRinging else { return [] }
        isRinging = false
        return [.answer]
    }
}
