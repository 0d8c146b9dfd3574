import Contracts
import Synchronization

/// What media-server tells of its legs and recordings.
final class LegWatch: Sendable {
    private struct State {
        var answered: Set<String> = []
        var ended: Set<String> = []
        var causes: Set<String> = []
        var recordings = 0
        var problems: [String] = []
    }

    private let state = Mutex(State())

    var answered: Int { state.withLock { $0.answered.count } }
    var ended: Int { state.withLock { $0.ended.count } }
    /// Why legs ended.
    var causes: String { state.withLock { $0.causes.sorted().joined(separator: ", ") } }
    /// Recordings that are whole on disk.
    var recordings: Int { state.withLock { $0.recordings } }
    /// What was wrong with a recording, each once.
    var problems: [String] { state.withLock { $0.problems } }

    /// Before the next round.
    func reset() { state.withLock { $0 = State() } }

    func hear(_ event: Envelope) {
        state.withLock { state in
            switch event.type {
            case LegAnswered.topic: state.answered.insert(event.subject)
            case LegEnded.topic:
                state.ended.insert(event.subject)
                let end = try? event.decode(LegEnded.self)
                state.causes.insert("\(end?.cause.rawValue ?? "?") \(end?.sipStatus ?? 200)")
            case RecordingClosed.topic:
                state.recordings += 1
                let problem = (try? event.decode(RecordingClosed.self))?.problem
                if let problem, !state.problems.contains(problem) { state.problems.append(problem) }
            default: break
            }
        }
    }
}
