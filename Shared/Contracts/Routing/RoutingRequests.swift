/// A call that waits, as cti knows it and acd lines it up.
public struct WaitingCall: Codable, Sendable, Equatable {
    public let tenant: TenantID
    public let callID: CallID
    public let queueID: QueueID
    /// 0 to 1000, higher first.
    public let priority: Int
    /// Kept whatever happens, so that nobody loses his place.
    public let enqueuedAt: Timestamp
    /// Skills asked for beside the queue's own, as `english` or with a level from 1 to 9 as `english:3`.
    public let skills: [String]
    /// Not offered to these again until nobody else is left.
    public let refusedBy: [AgentID]
    /// True for who has no flow to go back to, such as a customer transferred here: no limit refuses him.
    public let mustBeTaken: Bool?
    /// Whom the caller is to have if he can be had: the customer's own agent, or the one he talked with last.
    public let wants: WantedAgent?
    /// What is known of the caller, for the queue's rules of priority: what the IVR learnt, and the numbers as `caller` and
    /// `called`. Nil from a cti that tells none.
    public let attributes: [String: String]?
    /// The customer's own agent (归属坐席), if the customer is known and has one.
    public let ownerID: AgentID?

    public init(
        tenant: TenantID, callID: CallID, queueID: QueueID, priority: Int, enqueuedAt: Timestamp, skills: [String],
        refusedBy: [AgentID] = [], mustBeTaken: Bool? = nil, wants: WantedAgent? = nil,
        attributes: [String: String]? = nil, ownerID: AgentID? = nil
    ) {
        self.tenant = tenant
        self.callID = callID
        self.queueID = queueID
        self.priority = priority
        self.enqueuedAt = enqueuedAt
        self.skills = skills
        self.refusedBy = refusedBy
        self.mustBeTaken = mustBeTaken
        self.wants = wants
        self.attributes = attributes
        self.ownerID = ownerID
    }
}

/// One agent of the queue whom a caller waits for, a while.
public struct WantedAgent: Codable, Sendable, Equatable {
    public let agentID: AgentID
    /// For so long from when the call was lined up; then any agent will do. 0 to 3600.
    public let seconds: Int

    public init(agentID: AgentID, seconds: Int) {
        self.agentID = agentID
        self.seconds = seconds
    }
}

/// Why a queue takes no more callers.
public enum OverflowReason: String, Codable, Sendable, CaseIterable {
    /// As many wait as may.
    case queueFull
    case nobodySignedIn
    /// The estimate is above the queue's limit.
    case waitTooLong
}

/// cti → acd: put the call in line. Asking again changes nothing but its data.
/// - Throws: `Failure.notFound` if there is no such queue; `Failure.conflict` with an ``OverflowReason`` as its code if the
///   queue takes no more callers.
public struct EnqueueCall: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "acd.enqueue_call"
    public let call: WaitingCall
    public init(call: WaitingCall) { self.call = call }
}

/// cti → acd: the call does not wait any more (the caller hung up, or left by key).
public struct DequeueCall: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "acd.dequeue_call"
    public let callID: CallID
    public init(callID: CallID) { self.callID = callID }
}

/// acd → cti: ring this agent for this call. cti refuses with `Failure.conflict` if the agent is not ready or the call
/// does not wait; acd then takes the truth from the message's snapshot or the next fact.
public struct OfferCall: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.offer_call"
    public let callID: CallID
    public let agentID: AgentID
    public let queueID: QueueID
    /// Counts the offers of this call, so that a late end matches nothing.
    public let offer: Int
    public let ringSeconds: Int
    public let afterCallWorkSeconds: Int
    /// The caller hears a ring-back tone instead of music while the agent's telephone rings. Nil for no.
    public let ringsBack: Bool?
    /// Other agents may ring for the same call: whoever answers first has it, and the others' offers end as
    /// `answeredElsewhere`. Nil for no.
    public let ringsBeside: Bool?

    public init(
        callID: CallID, agentID: AgentID, queueID: QueueID, offer: Int, ringSeconds: Int, afterCallWorkSeconds: Int,
        ringsBack: Bool? = nil, ringsBeside: Bool? = nil
    ) {
        self.ringsBeside = ringsBeside
        self.ringsBack = ringsBack
        self.callID = callID
        self.agentID = agentID
        self.queueID = queueID
        self.offer = offer
        self.ringSeconds = ringSeconds
        self.afterCallWorkSeconds = afterCallWorkSeconds
    }
}

/// cti → acd: what became of an offer. On anything but `answered`, `callerGone` and `answeredElsewhere` the call still
/// waits, or rings at others.
public struct OfferEnded: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "acd.offer_ended"
    public let callID: CallID
    public let agentID: AgentID
    public let offer: Int
    public let outcome: OfferOutcome

    public init(callID: CallID, agentID: AgentID, offer: Int, outcome: OfferOutcome) {
        self.callID = callID
        self.agentID = agentID
        self.offer = offer
        self.outcome = outcome
    }
}

/// acd → cti: tell the waiting caller his place, and how long he will wait. Ignored if he is being offered.
public struct AnnouncePosition: BusRequest, Equatable {
    public typealias Reply = Done
    public static let name = "cti.announce_position"
    public let callID: CallID
    /// 1 is next.
    public let position: Int
    /// Nil if he is not to be told, or nobody can say.
    public let estimatedSeconds: Int?

    public init(callID: CallID, position: Int, estimatedSeconds: Int? = nil) {
        self.callID = callID
        self.position = position
        self.estimatedSeconds = estimatedSeconds
    }
}

/// acd → cti: everything a new owner of the shard needs. Addressed to the shard's owner.
public struct SnapshotShard: BusRequest, Equatable {
    public typealias Reply = ShardSnapshot
    public static let name = "cti.snapshot_shard"
    public let shard: Shard
    public init(shard: Shard) { self.shard = shard }
}

/// What ``SnapshotShard`` answers: true at `number` of `stream`.
public struct ShardSnapshot: Codable, Sendable, Equatable {
    public let waiting: [WaitingCall]
    /// Calls that ring at an agent: the offer and the call's place.
    public let offered: [OfferedCall]
    public let agents: [AgentSnapshot]
    public let stream: String
    public let number: UInt64

    public init(
        waiting: [WaitingCall], offered: [OfferedCall], agents: [AgentSnapshot], stream: String, number: UInt64
    ) {
        self.waiting = waiting
        self.offered = offered
        self.agents = agents
        self.stream = stream
        self.number = number
    }
}

/// A call that rings at an agent.
public struct OfferedCall: Codable, Sendable, Equatable {
    public let call: WaitingCall
    public let agentID: AgentID
    public let offer: Int

    public init(call: WaitingCall, agentID: AgentID, offer: Int) {
        self.call = call
        self.agentID = agentID
        self.offer = offer
    }
}

/// How a queue stands right now.
public struct QueueStatus: BusRequest, Equatable {
    public typealias Reply = QueueFigures
    public static let name = "acd.queue_status"
    public let queueID: QueueID
    public init(queueID: QueueID) { self.queueID = queueID }
}

/// Who is free for some of a tenant's queues: for the dialer, which dials one number for one agent, however many of its
/// queues he works in.
public struct FreeAgents: BusRequest, Equatable {
    public typealias Reply = FreeAgentFigures
    public static let name = "acd.free_agents"
    public let queueIDs: [QueueID]
    public init(queueIDs: [QueueID]) { self.queueIDs = queueIDs }
}

/// What ``FreeAgents`` answers. A queue that nobody set up is not in it.
public struct FreeAgentFigures: Codable, Sendable, Equatable {
    /// Agents who are alike: of the queues that were asked about, they serve just these.
    public struct Group: Codable, Sendable, Equatable {
        public let queueIDs: [QueueID]
        public let ready: Int

        public init(queueIDs: [QueueID], ready: Int) {
            self.queueIDs = queueIDs
            self.ready = ready
        }
    }

    /// How many wait in a queue.
    public struct Line: Codable, Sendable, Equatable {
        public let queueID: QueueID
        public let waiting: Int

        public init(queueID: QueueID, waiting: Int) {
            self.queueID = queueID
            self.waiting = waiting
        }
    }

    /// Each ready agent is in one of them.
    public let groups: [Group]
    public let lines: [Line]

    public init(groups: [Group], lines: [Line]) {
        self.groups = groups
        self.lines = lines
    }
}

/// What ``QueueStatus`` answers, and what the queue's tick carries.
public struct QueueFigures: Codable, Sendable, Equatable {
    public let queueID: QueueID
    public let waiting: Int
    public let offered: Int
    /// When the one who waits longest came; nil if nobody waits.
    public let longestSince: Timestamp?
    public let agentsReady: Int
    public let agentsBusy: Int
    public let agentsPaused: Int
    /// How long who came now would wait; nil if nobody is there to answer.
    public let estimatedWaitMicroseconds: Int64?
    /// How far off such estimates were lately, either way; nil before the first caller who waited was answered.
    public let estimateErrorMicroseconds: Int64?
    /// How many are to be called back, and hold a place; not counted as waiting.
    public let callbacks: Int?
    public let serviceLevel: ServiceLevelFigures?
    /// Chats, mails, tickets and the like that wait; not counted as waiting. Nil for none.
    public let work: Int?

    public init(
        queueID: QueueID, waiting: Int, offered: Int, longestSince: Timestamp?, agentsReady: Int, agentsBusy: Int,
        agentsPaused: Int, estimatedWaitMicroseconds: Int64? = nil, estimateErrorMicroseconds: Int64? = nil,
        callbacks: Int? = nil, serviceLevel: ServiceLevelFigures? = nil, work: Int? = nil
    ) {
        self.work = work
        self.queueID = queueID
        self.waiting = waiting
        self.offered = offered
        self.longestSince = longestSince
        self.agentsReady = agentsReady
        self.agentsBusy = agentsBusy
        self.agentsPaused = agentsPaused
        self.estimatedWaitMicroseconds = estimatedWaitMicroseconds
        self.estimateErrorMicroseconds = estimateErrorMicroseconds
        self.callbacks = callbacks
        self.serviceLevel = serviceLevel
    }
}
