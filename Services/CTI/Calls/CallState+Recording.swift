import Contracts

/// What an agent wants of the recording of his call.
enum RecordingWish: String, Codable, Sendable, CaseIterable { case start, stop, pause, resume }

/// Recording: from the first word of every talk by itself, or when the agent says so, as the tenant's rule is. What was
/// begun by itself can be paused, for a card number, but not stopped.
extension CallState {
    var recordingState: CallRecordingState {
        guard recording != nil else { return .off }
        return isRecordingPaused == true ? .paused : .on
    }

    /// A talk begins.
    mutating func recordTalk(with peer: Peer) -> [LegCommand] {
        isRecordingPaused = nil
        return isRecordedByHandOnly == true ? [] : beginRecording(with: peer, byHand: false)
    }

    private mutating func beginRecording(with peer: Peer, byHand: Bool) -> [LegCommand] {
        let id = RecordingID(rawValue: "\(callID.rawValue)-r\(recordings.count + 1)")
        recording = id
        recordings.append(id)
        isRecordingPaused = nil
        isRecordingByHand = byHand ? true : nil
        return [
            .record(id, of: callID, customer: customerLeg, agent: peer.legID),
            .describeRecording(
                id,
                RecordingAbout(
                    direction: direction, customerNumber: customerNumber, line: accessNumber, agentID: peer.agentID,
                    queueID: queueID, campaignID: campaignID, answeredAt: now, isByHand: byHand)),
        ]
    }

    mutating func record(by agent: AgentID, _ wish: RecordingWish) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .talking || phase == .held else {
            return [.refuse(Failure(.conflict, "Only a call that is talked on is recorded.", code: "notTalking"))]
        }
        guard isCustomerGone != true else {
            return [.refuse(Failure(.conflict, "The customer has left: nothing is recorded.", code: "customerLeft"))]
        }
        switch wish {
        case .start:
            guard recording == nil else { return [] }
            let commands = beginRecording(with: peer, byHand: true)
            return tell(agent, commands)
        case .stop: return stopRecording(by: agent)
        case .pause: return setPaused(true, by: agent)
        case .resume: return setPaused(false, by: agent)
        }
    }

    private mutating func stopRecording(by agent: AgentID) -> [CallAction] {
        guard let recording else { return [] }
        guard isRecordingByHand == true else {
            return [
                .refuse(
                    Failure(
                        .conflict, "Every call is recorded here; the recording can be paused.", code: "alwaysRecorded"))
            ]
        }
        self.recording = nil
        isRecordingPaused = nil
        return [.command(customerLeg, [.stopRecording(recording)])] + told(recording, agent)
    }

    /// What the others say after the customer has left is not recorded.
    mutating func endRecordingWithCustomer() -> [CallAction] {
        guard let recording, let peer else { return [] }
        self.recording = nil
        isRecordingPaused = nil
        isRecordingByHand = nil
        return [.command(peer.legID, [.stopRecording(recording)])] + (peer.agentID.map { told(recording, $0) } ?? [])
    }

    private mutating func setPaused(_ isPaused: Bool, by agent: AgentID) -> [CallAction] {
        guard let recording else {
            return [.refuse(Failure(.conflict, "The call is not recorded.", code: "notRecorded"))]
        }
        guard (isRecordingPaused ?? false) != isPaused else { return [] }
        isRecordingPaused = isPaused ? true : nil
        return [.command(customerLeg, [isPaused ? .pauseRecording(recording) : .resumeRecording(recording)])]
            + told(recording, agent)
    }

    private func tell(_ agent: AgentID, _ commands: [LegCommand]) -> [CallAction] {
        [.command(customerLeg, commands)] + (recording.map { told($0, agent) } ?? [])
    }

    private func told(_ recording: RecordingID, _ agent: AgentID) -> [CallAction] {
        [
            .publish(
                .recordingChanged(
                    CallRecordingChanged(
                        callID: callID, agentID: agent, recordingID: recording, state: recordingState)))
        ]
    }

    /// For the agent's page, when a talk begins.
    func recordingTold() -> [CallAction] {
        guard let recording, let agent = peer?.agentID else { return [] }
        return told(recording, agent)
    }
}
