/// Someone on the public network who is called: what the number plan says.
struct CalleeScript: CallScript {
    static let ringing: Duration = .seconds(1)
    static let shortCall: Duration = .seconds(5)

    let plan: NumberPlan

    mutating func handle(_ input: ScriptInput) -> [ScriptAction] {
        switch input {
        case .began: begin()
        case .alarm(.answer): [.answer]
        case .answered where plan == .hangsUp: [.wake(.hangUp, after: Self.shortCall)]
        case .alarm(.hangUp): [.hangUp]
        default: []
        }
    }

    private func begin() -> [ScriptAction] {
        switch plan {
        case .talks: [.ring, .play(.melody), .wake(.answer, after: Self.ringing)]
        case .answeringMachine: [.ring, .play(.machine), .wake(.answer, after: Self.ringing)]
        case .hangsUp: [.play(.melody), .answer]
        case .doesNotAnswer: [.ring]
        case .busy: [.reject(486)]
        case .rejects: [.reject(603)]
        case .doesNotExist: [.reject(404)]
        }
    }
}
