import Contracts

/// What a flow does for the caller beside leading him on: his messages, his answers, his place for a callback, the way out of
/// a queue.
extension CallState {
    /// A step of the flow that is not about where the call goes.
    mutating func serve(_ step: FlowRun.Step) -> [CallAction] {
        switch step {
        case .record(let wish): return record(wish)
        case .awaitSilence(let seconds): return [awaitSilence(seconds)]
        case .endRecording: return endFlowRecording()
        case .playRecording(let then):
            let own = recordings.last.map { [Prompt.recording($0)] } ?? []
            return [.command(customerLeg, [play(own + then, .flow, stops: true)])]
        case .leaveVoicemail(let wish, let microseconds): return voicemailLeft(wish, microseconds)
        case .surveyed(let question, let key, let score):
            return [
                .publish(
                    .surveyAnswered(
                        CallSurveyAnswered(
                            callID: callID, agentID: agentID, queueID: queueID, question: question, key: key,
                            score: score, answeredAt: now)))
            ]
        case .ask(let question, let step): return [.ask(task(question, step), step: step)]
        case .passed, .play, .startTimer, .queue, .transfer, .receiveFax, .recognize, .joinConference, .leaveConference,
            .hangUp:
            return []
        }
    }

    // MARK: Recordings

    private mutating func record(_ wish: FlowRecording) -> [CallAction] {
        let id = RecordingID(rawValue: "\(callID.rawValue)-r\(recordings.count + 1)")
        recording = id
        recordings.append(id)
        (isRecordingPaused, isRecordingByHand) = (nil, nil)
        if let attribute = wish.attribute {
            run?.remember(attribute, id.rawValue)
            if let run { attributes.merge(run.attributes) { _, new in new } }
        }
        let about = RecordingAbout(
            direction: direction, customerNumber: customerNumber, line: accessNumber, agentID: wish.agentID,
            queueID: wish.queueID, campaignID: campaignID)
        let commands = [
            LegCommand.record(id, of: callID, customer: customerLeg, agent: nil), .describeRecording(id, about),
        ]
        return [.command(customerLeg, commands)] + (wish.silenceSeconds.map { [awaitSilence($0)] } ?? [])
    }

    /// The ear that tells a person from a machine tells as well when somebody has fallen silent.
    private func awaitSilence(_ seconds: Int) -> CallAction {
        let silence = min(max(seconds, 1), 60) * 1_000
        let ear = AnswerDetection(
            initialSilence: silence, silenceAfterGreeting: silence, longestGreeting: 60_000, mostWords: 50,
            longest: 60_000, awaitsEndOfGreeting: false)
        return .command(customerLeg, [.detectAnswer(ear)])
    }

    private mutating func endFlowRecording() -> [CallAction] {
        guard let recording else { return [] }
        self.recording = nil
        return [.command(customerLeg, [.stopRecording(recording)])]
    }

    private func voicemailLeft(_ wish: FlowRecording, _ microseconds: Int64) -> [CallAction] {
        guard let id = recordings.last else { return [] }
        return [
            .publish(
                .voicemailLeft(
                    VoicemailLeft(
                        recordingID: id, callID: callID, queueID: wish.queueID, agentID: wish.agentID,
                        customerNumber: customerNumber, accessNumber: accessNumber, leftAt: now,
                        durationMicroseconds: microseconds, attributes: attributes)))
        ]
    }

    /// The caller hung up while the flow had him: what he has said counts.
    mutating func lastWords() -> [CallAction] {
        guard phase == .inFlow, let flow, var run else { return [] }
        let steps = run.handle(.callerGone, in: FlowScene(program: flow, now: now, call: callID.rawValue))
        self.run = run
        return steps.flatMap { serve($0) }
    }

    // MARK: Asking others

    private func task(_ question: FlowQuestion, _ step: Int) -> FlowTask {
        switch question {
        case .callback(let queue, let number, let priority, let skills):
            // Who has waited in that queue keeps his place.
            let place = lastPlace.flatMap { $0.wish.queueID == queue ? $0 : nil }
            return .callback(
                RequestCallback(
                    callID: callID, queueID: queue, number: number, enqueuedAt: place?.enqueuedAt ?? now,
                    priority: priority ?? place?.wish.priority ?? 100, skills: skills ?? place?.wish.skills ?? [],
                    attributes: attributes, called: accessNumber))
        case .customer(let number): return .customer(number: number)
        case .earlierCall(let number, let hours): return .earlierCall(number: number, withinHours: hours)
        case .request(let request):
            return .request(request, idempotencyKey: "\(callID.rawValue).\(run?.flowID.rawValue ?? "").\(step)")
        }
    }

    // MARK: Keys

    mutating func pressed(_ key: String) -> [CallAction] {
        switch phase {
        case .inFlow: flowInput(.digit(key))
        case .waiting, .offered: leaveByKey(key)
        default: []
        }
    }

    /// The caller chooses to wait no longer; a telephone that rings for him stops.
    private mutating func leaveByKey(_ key: String) -> [CallAction] {
        guard let place, place.isFromFlow, place.wish.keys?.contains(key) == true else { return [] }
        var actions: [CallAction] = []
        if phase == .offered {
            if let peer { actions.append(.command(peer.legID, [.hangUp(.local)])) }
            actions += endOffer(.callerGone)
            peer = nil
        }
        return actions + [.dequeue] + returnToFlow(.leftByKey(key), because: "leftByKey")
    }
}

/// What is asked of somebody else for a flow, with all that he needs.
enum FlowTask: Equatable, Sendable {
    case callback(RequestCallback)
    case customer(number: String)
    case earlierCall(number: String, withinHours: Int)
    case request(FlowRequest, idempotencyKey: String)
}
