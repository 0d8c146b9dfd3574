/// Who began the call.
public enum CallDirection: String, Codable, Sendable { case inbound, outbound }

/// A call exists. Published by cti.
public struct CallStarted: Fact, Equatable {
    public static let topic = "call.started"
    public let callID: CallID
    public let direction: CallDirection
    /// The customer's number.
    public let customerNumber: String
    /// The access number dialled (inbound) or shown (outbound).
    public let accessNumber: String
    public let flowID: FlowID?
    public let campaignID: CampaignID?
    public let attemptID: AttemptID?
    public let startedAt: Timestamp
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, direction: CallDirection, customerNumber: String, accessNumber: String, flowID: FlowID?,
        campaignID: CampaignID?, attemptID: AttemptID?, startedAt: Timestamp
    ) {
        self.callID = callID
        self.direction = direction
        self.customerNumber = customerNumber
        self.accessNumber = accessNumber
        self.flowID = flowID
        self.campaignID = campaignID
        self.attemptID = attemptID
        self.startedAt = startedAt
    }
}

/// The call waits for an agent. Published by cti.
public struct CallQueued: Fact, Equatable {
    public static let topic = "call.queued"
    public let callID: CallID
    public let queueID: QueueID
    public let queuedAt: Timestamp
    public var subject: String { callID.rawValue }

    public init(callID: CallID, queueID: QueueID, queuedAt: Timestamp) {
        self.callID = callID
        self.queueID = queueID
        self.queuedAt = queuedAt
    }
}

/// An agent's telephone rings for the call; also what the agent's screen pops. Published by cti.
public struct CallOffered: Fact, Equatable {
    public static let topic = "call.offered"
    public let callID: CallID
    public let agentID: AgentID
    public let queueID: QueueID?
    public let direction: CallDirection
    public let customerNumber: String
    public let accessNumber: String
    /// What the IVR learnt on the way (随路数据), by name.
    public let attributes: [String: String]
    /// Rings no longer than until then.
    public let expiresAt: Timestamp
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, agentID: AgentID, queueID: QueueID?, direction: CallDirection, customerNumber: String,
        accessNumber: String, attributes: [String: String], expiresAt: Timestamp
    ) {
        self.callID = callID
        self.agentID = agentID
        self.queueID = queueID
        self.direction = direction
        self.customerNumber = customerNumber
        self.accessNumber = accessNumber
        self.attributes = attributes
        self.expiresAt = expiresAt
    }
}

/// What became of an offer.
public enum OfferOutcome: String, Codable, Sendable {
    case answered, noAnswer, rejected, busy, callerGone, agentGone, failed
    /// Other telephones rang for the call as well, and one of them answered.
    case answeredElsewhere
}

/// An offer is over. Published by cti.
public struct CallOfferEnded: Fact, Equatable {
    public static let topic = "call.offer_ended"
    public let callID: CallID
    public let agentID: AgentID
    public let outcome: OfferOutcome
    /// What the agent said who declined it, if he said anything.
    public let reason: String?
    public var subject: String { callID.rawValue }

    public init(callID: CallID, agentID: AgentID, outcome: OfferOutcome, reason: String? = nil) {
        self.callID = callID
        self.agentID = agentID
        self.outcome = outcome
        self.reason = reason
    }
}

/// Customer and agent talk. Published by cti.
public struct CallAnswered: Fact, Equatable {
    public static let topic = "call.answered"
    public let callID: CallID
    public let agentID: AgentID
    public let queueID: QueueID?
    public let answeredAt: Timestamp
    public var subject: String { callID.rawValue }

    public init(callID: CallID, agentID: AgentID, queueID: QueueID?, answeredAt: Timestamp) {
        self.callID = callID
        self.agentID = agentID
        self.queueID = queueID
        self.answeredAt = answeredAt
    }
}

/// The customer was put on hold, or taken back. Published by cti.
public struct CallHoldChanged: Fact, Equatable {
    public static let topic = "call.hold_changed"
    public let callID: CallID
    public let agentID: AgentID
    public let isHeld: Bool
    public var subject: String { callID.rawValue }

    public init(callID: CallID, agentID: AgentID, isHeld: Bool) {
        self.callID = callID
        self.agentID = agentID
        self.isHeld = isHeld
    }
}

/// A stretch of a call in which one thing happened. The segments of a call leave no gap and do not overlap, so that they
/// add up to its length; after-call work alone comes behind its end.
public struct CallSegment: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable, CaseIterable { case dial, ivr, queue, ring, talk, hold, afterCallWork }

    public let kind: Kind
    public let startedAt: Timestamp
    public let endedAt: Timestamp
    public let queueID: QueueID?
    public let agentID: AgentID?
    /// Why it ended, in one word: `answered`, `noAnswer`, `customerHungUp`, …
    public let reason: String

    public init(
        kind: Kind, startedAt: Timestamp, endedAt: Timestamp, queueID: QueueID? = nil, agentID: AgentID? = nil,
        reason: String
    ) {
        self.kind = kind
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.queueID = queueID
        self.agentID = agentID
        self.reason = reason
    }
}

/// How a call came to its end.
public enum CallEndReason: String, Codable, Sendable, CaseIterable {
    case customerHungUp, agentHungUp, flowEnded, abandoned, busy, noAnswer, rejected, notFound, unavailable, transferred
    case systemFailed
    /// A number that we called was answered, but not by a person.
    case machine, fax
}

/// For whom a number was called: the agent who dialled it or was rung for it, and the queue that its answer was to go to.
public struct CalledFor: Codable, Sendable, Equatable {
    public let agentID: AgentID?
    public let queueID: QueueID?

    public init(agentID: AgentID?, queueID: QueueID?) {
        self.agentID = agentID
        self.queueID = queueID
    }
}

/// A call is over. Carries all that reporting needs, so that the record is whole even if every earlier fact were late.
/// Published by cti exactly once per call; after a take-over possibly again with the same content.
public struct CallEnded: Fact, Equatable {
    public static let topic = "call.ended"
    public let callID: CallID
    public let direction: CallDirection
    public let customerNumber: String
    public let accessNumber: String
    public let flowID: FlowID?
    public let campaignID: CampaignID?
    public let attemptID: AttemptID?
    public let startedAt: Timestamp
    public let endedAt: Timestamp
    public let reason: CallEndReason
    public let segments: [CallSegment]
    /// The agent who talked last.
    public let agentID: AgentID?
    public let queueID: QueueID?
    public let recordings: [RecordingID]
    public let attributes: [String: String]
    /// Of a number that was called, whoever answered; nil if we called nobody.
    public let calledFor: CalledFor?
    /// Whom crm knows the customer as; nil for nobody.
    public let customerID: CustomerID?
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, direction: CallDirection, customerNumber: String, accessNumber: String, flowID: FlowID?,
        campaignID: CampaignID?, attemptID: AttemptID?, startedAt: Timestamp, endedAt: Timestamp, reason: CallEndReason,
        segments: [CallSegment], agentID: AgentID?, queueID: QueueID?, recordings: [RecordingID],
        attributes: [String: String], calledFor: CalledFor? = nil, customerID: CustomerID? = nil
    ) {
        self.calledFor = calledFor
        self.customerID = customerID
        self.callID = callID
        self.direction = direction
        self.customerNumber = customerNumber
        self.accessNumber = accessNumber
        self.flowID = flowID
        self.campaignID = campaignID
        self.attemptID = attemptID
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.reason = reason
        self.segments = segments
        self.agentID = agentID
        self.queueID = queueID
        self.recordings = recordings
        self.attributes = attributes
    }
}

/// The agent is done with a call. Published by cti.
public struct AfterCallWorkEnded: Fact, Equatable {
    public static let topic = "call.after_call_work_ended"
    public let callID: CallID
    public let agentID: AgentID
    public let startedAt: Timestamp
    public let endedAt: Timestamp
    /// What became of the call, if the agent said so.
    public let disposition: String?
    /// What else he had to say.
    public let note: String?
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, agentID: AgentID, startedAt: Timestamp, endedAt: Timestamp, disposition: String?,
        note: String? = nil
    ) {
        self.callID = callID
        self.agentID = agentID
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.disposition = disposition
        self.note = note
    }
}
