/// Whether what is said in a call is recorded just now.
public enum CallRecordingState: String, Codable, Sendable, CaseIterable { case off, on, paused }

/// Recording began, paused, went on or stopped, by itself or by an agent's hand. Published by cti.
public struct CallRecordingChanged: Fact, Equatable {
    public static let topic = "call.recording_changed"
    public let callID: CallID
    public let agentID: AgentID
    public let recordingID: RecordingID
    public let state: CallRecordingState
    public var subject: String { callID.rawValue }

    public init(callID: CallID, agentID: AgentID, recordingID: RecordingID, state: CallRecordingState) {
        self.callID = callID
        self.agentID = agentID
        self.recordingID = recordingID
        self.state = state
    }
}
