/// What a pause leaves in the recording.
enum PauseRest: String, Codable, Sendable, CaseIterable {
    /// As long as the pause was, so that the recording stays in step with the call.
    case silence
    /// Nothing.
    case cut
}

/// A pause as the recording's row has it.
struct RecordingPause: Codable, Sendable, Equatable {
    /// Where it lies in the sound.
    let atMilliseconds: Int64
    /// How long the call went on without being recorded.
    let milliseconds: Int64
    let leaves: PauseRest
}

/// When a recording took nothing in, by the clock in samples.
struct RecordingPauses: Equatable, Sendable {
    private struct Span: Equatable, Sendable {
        let start: Int64
        var end: Int64?
        let rest: PauseRest
    }

    /// Further ones are one long pause: better too little than a card number.
    static let maximum = 1_000

    private var spans: [Span] = []

    mutating func pause(at time: Int64, leaving rest: PauseRest) {
        if let last = spans.last, last.end == nil { return }
        guard spans.count < Self.maximum else {
            spans[spans.count - 1].end = nil
            return
        }
        spans.append(Span(start: max(time, spans.last?.end ?? time), end: nil, rest: rest))
    }

    mutating func resume(at time: Int64) {
        guard let last = spans.last, last.end == nil, spans.count < Self.maximum else { return }
        spans[spans.count - 1].end = max(time, last.start)
    }

    /// What is to be done with the sound from a position on, and up to where.
    func stretch(from position: Int64, to end: Int64) -> (rest: PauseRest?, end: Int64) {
        for span in spans {
            let last = span.end ?? .max
            guard position < last else { continue }
            if position >= span.start { return (span.rest, min(end, last)) }
            return (nil, min(end, span.start))
        }
        return (nil, end)
    }

    /// Where the pauses lie in the sound of a recording that went from here to there.
    func places(from start: Int64, to end: Int64) -> [RecordingPause] {
        var cut: Int64 = 0
        return spans.compactMap { span in
            let (first, last) = (max(span.start, start), min(span.end ?? end, end))
            guard last > first else { return nil }
            defer { if span.rest == .cut { cut += last - first } }
            return RecordingPause(
                atMilliseconds: (first - start - cut) / 8, milliseconds: (last - first) / 8, leaves: span.rest)
        }
    }
}
