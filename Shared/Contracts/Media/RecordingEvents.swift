/// What is known of a recording beside its sound.
public struct RecordingAbout: Codable, Sendable, Equatable {
    public let direction: CallDirection?
    /// The customer's.
    public let customerNumber: String?
    /// The access number dialled (inbound) or shown (outbound).
    public let line: String?
    public let agentID: AgentID?
    public let queueID: QueueID?
    public let campaignID: CampaignID?
    /// When the agent answered.
    public let answeredAt: Timestamp?
    /// An agent asked for it; else every talk is recorded.
    public let isByHand: Bool

    public init(
        direction: CallDirection? = nil, customerNumber: String? = nil, line: String? = nil, agentID: AgentID? = nil,
        queueID: QueueID? = nil, campaignID: CampaignID? = nil, answeredAt: Timestamp? = nil, isByHand: Bool = false
    ) {
        self.direction = direction
        self.customerNumber = customerNumber
        self.line = line
        self.agentID = agentID
        self.queueID = queueID
        self.campaignID = campaignID
        self.answeredAt = answeredAt
        self.isByHand = isByHand
    }
}

/// A recording is whole on disk. Published by media-server.
public struct RecordingClosed: Fact, Equatable {
    public static let topic = "recording.closed"
    public let recordingID: RecordingID
    public let callID: CallID
    /// The server that holds it.
    public let instance: InstanceID
    public let startedAt: Timestamp
    public let durationMicroseconds: Int64
    public let bytes: Int64
    /// A sentence, if it could not be written whole.
    public let problem: String?
    public var subject: String { recordingID.rawValue }

    public init(
        recordingID: RecordingID, callID: CallID, instance: InstanceID, startedAt: Timestamp,
        durationMicroseconds: Int64, bytes: Int64, problem: String?
    ) {
        self.recordingID = recordingID
        self.callID = callID
        self.instance = instance
        self.startedAt = startedAt
        self.durationMicroseconds = durationMicroseconds
        self.bytes = bytes
        self.problem = problem
    }
}

/// A recording is in its format in its place, its hash taken, and was read back. Published by media-server.
public struct RecordingVerified: Fact, Equatable {
    public static let topic = "recording.verified"
    public let recordingID: RecordingID
    public let callID: CallID
    public let instance: InstanceID
    /// As `wav-alaw`.
    public let format: String
    /// Of the sound file, before it was sealed, in hexadecimal.
    public let sha256: String
    public let isSealed: Bool
    public var subject: String { recordingID.rawValue }

    public init(
        recordingID: RecordingID, callID: CallID, instance: InstanceID, format: String, sha256: String, isSealed: Bool
    ) {
        self.recordingID = recordingID
        self.callID = callID
        self.instance = instance
        self.format = format
        self.sha256 = sha256
        self.isSealed = isSealed
    }
}

/// An alarm: a call should have been recorded, and nothing of it is there. Published by media-server.
public struct RecordingMissing: Fact, Equatable {
    public static let topic = "recording.missing"
    public let recordingID: RecordingID
    public let callID: CallID
    /// Since when it has been expected.
    public let expectedAt: Timestamp
    public var subject: String { recordingID.rawValue }

    public init(recordingID: RecordingID, callID: CallID, expectedAt: Timestamp) {
        self.recordingID = recordingID
        self.callID = callID
        self.expectedAt = expectedAt
    }
}

/// Somebody did something with a recording: for the audit. Published by media-server.
public struct RecordingHandled: Fact, Equatable {
    public enum Act: String, Codable, Sendable, CaseIterable {
        case played, exported, marked, unmarked, backedUp, moved, deleted
        /// Its days were over.
        case expired
    }

    public static let topic = "recording.handled"
    public let recordingID: RecordingID
    public let act: Act
    /// Nil for the media server itself.
    public let by: UserID?
    public var subject: String { recordingID.rawValue }

    public init(recordingID: RecordingID, act: Act, by: UserID?) {
        self.recordingID = recordingID
        self.act = act
        self.by = by
    }
}

/// An alarm, or its end: a place where recordings lie takes no more. Published by media-server.
public struct RecordingPlaceChanged: Fact, Equatable {
    public enum Place: String, Codable, Sendable { case recordings, backup }

    public static let topic = "recording.place_changed"
    public let instance: InstanceID
    public let place: Place
    /// Recordings cannot be written there.
    public let isFull: Bool
    /// In words for an operator.
    public let problem: String?
    public var subject: String { "\(instance)" }

    public init(instance: InstanceID, place: Place, isFull: Bool, problem: String?) {
        self.instance = instance
        self.place = place
        self.isFull = isFull
        self.problem = problem
    }
}
