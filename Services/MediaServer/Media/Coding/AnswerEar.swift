import Contracts

/// Cuts what a leg says into the frames that ``AnswerClassifier`` takes, with silence for what does not come.
///
/// Unchecked: it is touched by the thread that the leg belongs to, and moves with it.
final class AnswerEar: @unchecked Sendable {
    private static let frameSamples = 160
    /// What is this late does not come any more; microseconds.
    private static let patience: Int64 = 300_000

    private var classifier: AnswerClassifier
    private let frame = UnsafeMutableBufferPointer<Int16>.allocate(capacity: frameSamples)
    private var held = 0
    private let beganAt: Int64
    /// How much it has heard.
    private(set) var milliseconds = 0

    init(_ detection: AnswerDetection, at now: Int64) {
        classifier = AnswerClassifier(detection)
        beganAt = now
    }

    deinit { frame.deallocate() }

    var isDone: Bool { classifier.isDone }

    /// - Returns: what was found; mostly nothing.
    func take(_ samples: UnsafeBufferPointer<Int16>) -> [AnswerClassifier.Finding] {
        var findings: [AnswerClassifier.Finding] = []
        for sample in samples {
            frame[held] = sample
            held += 1
            guard held == Self.frameSamples else { continue }
            held = 0
            if let finding = listen(UnsafeBufferPointer(frame)) { findings.append(finding) }
        }
        return findings
    }

    /// Who sends nothing is silent.
    func catchUp(at now: Int64) -> [AnswerClassifier.Finding] {
        var findings: [AnswerClassifier.Finding] = []
        while !isDone, now - beganAt - Int64(milliseconds) * 1_000 > Self.patience {
            if let finding = listen(UnsafeBufferPointer(rebasing: frame[..<0])) { findings.append(finding) }
        }
        return findings
    }

    private func listen(_ frame: UnsafeBufferPointer<Int16>) -> AnswerClassifier.Finding? {
        milliseconds += 20
        return classifier.take(frame)
    }
}
