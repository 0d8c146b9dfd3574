/// How a queue stands, once a second while anybody waits or works in it. Published by acd.
public struct QueueTicked: Signal, Equatable {
    public static let topic = "queue.ticked"
    public let figures: QueueFigures
    public var subject: String { figures.queueID.rawValue }
    public init(figures: QueueFigures) { self.figures = figures }
}

/// Why a call went to an agent. Published by acd for each decision.
public struct RoutingDecided: Fact, Equatable {
    /// One agent who was looked at.
    public struct Candidate: Codable, Sendable, Equatable {
        public let agentID: AgentID
        public let idleSince: Timestamp
        /// What the queue's strategy compares: calls answered today, microseconds talked today, when he had his last turn, his
        /// place in the order. Nil where idle time alone counts.
        public let measure: Int64?
        /// Why not him; nil for the chosen one.
        public let passedOver: String?

        public init(agentID: AgentID, idleSince: Timestamp, measure: Int64? = nil, passedOver: String?) {
            self.agentID = agentID
            self.idleSince = idleSince
            self.measure = measure
            self.passedOver = passedOver
        }
    }

    public static let topic = "routing.decided"
    public let callID: CallID
    public let queueID: QueueID
    public let agentID: AgentID
    public let offer: Int
    public let rule: String
    /// What a draw was made of, if agents are drawn.
    public let seed: Int64?
    /// How many steps of the queue's widening the call had taken.
    public let widened: Int?
    /// The queue whose agents take the call because its own could not, and why; else nil.
    public let overflowQueueID: QueueID?
    public let overflowReason: OverflowReason?
    public let waitedMicroseconds: Int64
    /// At most 20, the chosen one first.
    public let candidates: [Candidate]
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, queueID: QueueID, agentID: AgentID, offer: Int, rule: String, seed: Int64? = nil,
        widened: Int? = nil,
        overflowQueueID: QueueID? = nil, overflowReason: OverflowReason? = nil,
        waitedMicroseconds: Int64, candidates: [Candidate]
    ) {
        self.callID = callID
        self.queueID = queueID
        self.agentID = agentID
        self.offer = offer
        self.rule = rule
        self.seed = seed
        self.widened = widened
        self.overflowQueueID = overflowQueueID
        self.overflowReason = overflowReason
        self.waitedMicroseconds = waitedMicroseconds
        self.candidates = candidates
    }
}

/// What else was decided of a call: its queue did not take it, another's agents do, less is asked for. Published by acd.
public struct RoutingNoted: Fact, Equatable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The queue takes no more callers, and nobody takes them instead.
        case refused
        /// The agents of `otherQueueID` take the call.
        case overflowed
        /// So many steps of the queue's widening were taken by then.
        case widened
    }

    public static let topic = "routing.noted"
    public let callID: CallID
    public let queueID: QueueID
    public let kind: Kind
    /// An ``OverflowReason``, where there is one.
    public let reason: String?
    public let otherQueueID: QueueID?
    public let step: Int?
    /// In the queue, at that moment.
    public let waiting: Int
    public let agentsReady: Int
    public let waitedMicroseconds: Int64
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, queueID: QueueID, kind: Kind, reason: String? = nil, otherQueueID: QueueID? = nil,
        step: Int? = nil, waiting: Int, agentsReady: Int, waitedMicroseconds: Int64
    ) {
        self.callID = callID
        self.queueID = queueID
        self.kind = kind
        self.reason = reason
        self.otherQueueID = otherQueueID
        self.step = step
        self.waiting = waiting
        self.agentsReady = agentsReady
        self.waitedMicroseconds = waitedMicroseconds
    }
}
