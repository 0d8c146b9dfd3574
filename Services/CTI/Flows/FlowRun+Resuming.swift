import Contracts

/// Time that is over, and a new owner who goes on where the former one was.
extension FlowRun {
    mutating func timeIsOver(in scene: FlowScene) -> [Step] {
        switch waits {
        case .keys: timedOut(in: scene)
        case .recording: recordingTimedOut(in: scene)
        case .answer: answered(.failed, in: scene)
        case .speech: recognizeTimedOut(in: scene)
        case .prompt, .queue, .transfer, .fax, .conference, .nothing: []
        }
    }

    /// Does the present node once more: after a take-over nobody knows how much of it was heard.
    mutating func resume(in scene: FlowScene) -> [Step] {
        switch waits {
        case .recording where taking?.beganAt != nil: return takePassages() + goOnRecording(in: scene)
        case .recording:
            waits = .prompt
            return resume(in: scene)
        case .answer: return askAgain(in: scene)
        case .prompt where script != nil, .keys where script != nil: return takePassages() + resumeScript(in: scene)
        case .prompt, .keys, .conference, .speech:
            let steps = enter(node, in: scene)
            // He came to this node once only.
            passages = Array(passages.dropFirst())
            return takePassages() + steps
        case .queue, .transfer, .fax, .nothing: return []
        }
    }

    mutating func takePassages() -> [Step] {
        defer { passages = [] }
        return passages.isEmpty ? [] : [.passed(passages)]
    }
}
