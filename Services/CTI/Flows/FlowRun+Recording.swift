import Contracts

/// What is to be recorded of a caller.
struct FlowRecording: Equatable, Sendable {
    /// Holds its id.
    var attribute: String?
    var silenceSeconds: Int?
    /// Whose box it is for.
    var queueID: QueueID?
    var agentID: AgentID?
}

/// The caller is recorded:
///
///     prompts ─▶ beep ─▶ sound ─ key, silence, time ─▶ review ─ 1 ─▶ kept      3: he hears it
///                 ▲                                      │ 2
///                 └──────────────────────────────────────┘
extension FlowRun {
    /// How far the recording of the present node is.
    struct Taking: Codable, Sendable, Equatable {
        enum Stage: String, Codable, Sendable { case prompts, beep, sound, review }
        var stage: Stage
        /// When the caller could speak.
        var beganAt: Timestamp?
        var microseconds: Int64 = 0
    }

    private func presentRecord(in scene: FlowScene) -> FlowNode.Record? {
        switch present(in: scene) {
        case .record(let record), .voicemail(let record): record
        default: nil
        }
    }

    private func isVoicemail(in scene: FlowScene) -> Bool {
        if case .voicemail = present(in: scene) { true } else { false }
    }

    private func recording(_ record: FlowNode.Record) -> FlowRecording {
        let agent = expand(record.agent ?? "")
        return FlowRecording(
            attribute: record.attribute, silenceSeconds: record.silenceSeconds,
            queueID: record.queue.map { QueueID(rawValue: $0) },
            agentID: AgentID.isAcceptable(agent) ? AgentID(rawValue: agent) : nil)
    }

    mutating func prepare(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        waits = .recording
        typedAhead = ""
        let prompts = heard(record.prompts ?? [], in: scene)
        guard !prompts.isEmpty else { return beep(record, in: scene) }
        taking = Taking(stage: .prompts)
        return [.play(prompts, stopsOnDigit: true)]
    }

    private mutating func beep(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        guard record.beep ?? true else { return beginSound(record, in: scene) }
        taking = Taking(stage: .beep)
        return [.play([.file("beep")], stopsOnDigit: false)]
    }

    private mutating func beginSound(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        taking = Taking(stage: .sound, beganAt: scene.now)
        step += 1
        return [.record(recording(record)), .startTimer(step: step, seconds: record.maximumSeconds ?? 120)]
    }

    mutating func recordingPlayed(in scene: FlowScene) -> [Step] {
        guard let record = presentRecord(in: scene) else { return [] }
        switch taking?.stage {
        case .prompts: return beep(record, in: scene)
        case .beep: return beginSound(record, in: scene)
        case .review: return listen(nil)
        case .sound, nil: return []
        }
    }

    mutating func pressedRecording(_ digit: String, in scene: FlowScene) -> [Step] {
        guard let record = presentRecord(in: scene) else { return [] }
        switch taking?.stage {
        case .sound where digit == record.finishKey ?? "#": return endSound(record, in: scene)
        case .review where digit == "2": return beep(record, in: scene)
        case .review where digit == "3":
            step += 1
            return [.playRecording(then: [FlowPhrase.review(language: language(in: scene))])]
        case .review where digit == "1": return keep(record, in: scene)
        default: return []
        }
    }

    mutating func heard(_ result: AnswerResult, in scene: FlowScene) -> [Step] {
        guard waits == .recording, taking?.stage == .sound, let record = presentRecord(in: scene) else { return [] }
        switch result {
        // He speaks on.
        case .machine, .unsure: return record.silenceSeconds.map { [.awaitSilence(seconds: $0)] } ?? []
        case .human, .silence, .fax, .specialTone, .busyTone, .congestionTone: return endSound(record, in: scene)
        }
    }

    mutating func recordingTimedOut(in scene: FlowScene) -> [Step] {
        guard let record = presentRecord(in: scene) else { return [] }
        return taking?.stage == .review ? keep(record, in: scene) : endSound(record, in: scene)
    }

    private func length(at now: Timestamp) -> Int64 {
        guard let taking else { return 0 }
        return taking.stage == .sound
            ? max(0, taking.beganAt.map { now.microseconds(since: $0) } ?? 0) : taking.microseconds
    }

    private func isEnough(_ length: Int64, _ record: FlowNode.Record) -> Bool {
        length >= Int64(record.minimumSeconds ?? 1) * 1_000_000
    }

    private mutating func endSound(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        guard taking?.stage == .sound else { return [] }
        let length = length(at: scene.now)
        guard isEnough(length, record) else {
            taking = nil
            return [.endRecording] + go("onFailed", to: record.onFailed ?? record.next, in: scene)
        }
        step += 1
        taking = Taking(stage: .review, beganAt: taking?.beganAt, microseconds: length)
        guard record.review == true else { return [.endRecording] + keep(record, in: scene) }
        return [.endRecording, askReview(in: scene)]
    }

    private func askReview(in scene: FlowScene) -> Step {
        .play([FlowPhrase.review(language: language(in: scene))], stopsOnDigit: true)
    }

    private mutating func keep(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        let left = voicemail(record, in: scene)
        taking = nil
        return left + go("next", to: record.next, in: scene)
    }

    private func voicemail(_ record: FlowNode.Record, in scene: FlowScene) -> [Step] {
        let length = length(at: scene.now)
        guard isVoicemail(in: scene), isEnough(length, record) else { return [] }
        return [.leaveVoicemail(recording(record), microseconds: length)]
    }

    /// What he has said is left, though he hung up rather than press a key.
    mutating func callerGone(in scene: FlowScene) -> [Step] {
        if script != nil { return farewell(in: scene) }
        guard waits == .recording, taking?.stage == .sound || taking?.stage == .review,
            let record = presentRecord(in: scene)
        else { return [] }
        defer { taking = nil }
        return voicemail(record, in: scene)
    }

    /// A new owner: the media server records on; the time, and the ear for silence, are set anew.
    mutating func goOnRecording(in scene: FlowScene) -> [Step] {
        guard let record = presentRecord(in: scene), let taking else { return [] }
        guard taking.stage == .sound else { return [askReview(in: scene)] }
        let left = Int64(record.maximumSeconds ?? 120) - length(at: scene.now) / 1_000_000
        return [.startTimer(step: step, seconds: Int(max(1, left)))]
            + (record.silenceSeconds.map { [.awaitSilence(seconds: $0)] } ?? [])
    }
}
