import Contracts

/// One contact with a customer from its first second to the end of the after-call work: what is counted and searched.
struct ContactRecord: Codable, Sendable, Equatable {
    let callID: CallID
    let direction: CallDirection
    let customerNumber: String
    let accessNumber: String
    let flowID: FlowID?
    let campaignID: CampaignID?
    let attemptID: AttemptID?
    let queueID: QueueID?
    let agentID: AgentID?
    let startedAt: Timestamp
    /// Null while the call is up.
    let endedAt: Timestamp?
    let reason: CallEndReason?
    let disposition: String?
    let attributes: [String: String]
    var segments: [CallSegment] = []
    var recordings: [RecordingSummary] = []
    var totals = ContactTotals()
    /// What the agent noted after the call.
    var note: String?
    /// What the customer answered about how he was served.
    var surveys: [SurveyAnswer] = []

    /// Whom crm knew the customer as; nil for nobody.
    var customerID: CustomerID?

    /// Where the caller was when the call came to its end without anybody having talked with him (呼损); nil for a call that was
    /// served, by an agent or by the flow alone, is up, or was made by us.
    var lostIn: CallSegment.Kind?

    var placeOfLoss: CallSegment.Kind? {
        guard direction == .inbound, endedAt != nil, !segments.contains(where: { $0.kind == .talk }) else { return nil }
        // A flow that ends a call which never waited has served it.
        guard reason != .flowEnded || queueID != nil else { return nil }
        return segments.last { $0.kind != .afterCallWork }?.kind ?? .ivr
    }
}

/// What is known of a recording without opening it.
struct RecordingSummary: Codable, Sendable, Equatable {
    let recordingID: RecordingID
    let instance: String
    let durationMicroseconds: Int64
    let bytes: Int64
    let problem: String?
}

/// How long each thing took, in microseconds. Without after-call work they add up to `call`.
struct ContactTotals: Codable, Sendable, Equatable {
    var call: Int64 = 0
    var dial: Int64 = 0
    var ivr: Int64 = 0
    var queue: Int64 = 0
    var ring: Int64 = 0
    var talk: Int64 = 0
    var hold: Int64 = 0
    var afterCallWork: Int64 = 0
    /// Whether the segments leave no gap, do not overlap, and add up to the call.
    var addsUp = true

    init() {}

    init(of segments: [CallSegment], from startedAt: Timestamp, to endedAt: Timestamp?) {
        var position = startedAt
        for segment in segments {
            let length = max(0, segment.endedAt.microseconds(since: segment.startedAt))
            add(length, to: segment.kind)
            guard segment.kind != .afterCallWork else { continue }
            if segment.startedAt != position { addsUp = false }
            position = segment.endedAt
        }
        call = max(0, (endedAt ?? position).microseconds(since: startedAt))
        if let endedAt, position != endedAt { addsUp = false }
    }

    private mutating func add(_ length: Int64, to kind: CallSegment.Kind) {
        switch kind {
        case .dial: dial &+= length
        case .ivr: ivr &+= length
        case .queue: queue &+= length
        case .ring: ring &+= length
        case .talk: talk &+= length
        case .hold: hold &+= length
        case .afterCallWork: afterCallWork &+= length
        }
    }
}
