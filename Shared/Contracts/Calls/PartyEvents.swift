/// What somebody is to a call besides its customer and the agent who handles it.
public enum CallPartyRole: String, Codable, Sendable, CaseIterable {
    /// The agent asks him while the customer waits.
    case consulted
    /// Talks with the customer and the agent.
    case joined
    /// The call becomes his as soon as he answers.
    case target
    /// Supervisors: hears; is heard by the agent only; talks with all.
    case listening, whispering, barging
    /// A supervisor whose call it becomes as soon as he answers.
    case takingOver
    /// Takes a parked call back as soon as he answers.
    case pickingUp
    /// His telephone rings for a call for which others ring as well: whoever answers first has it.
    case offered

    /// Whether it is a supervisor who goes wherever the agent goes.
    public var isWatching: Bool { self == .listening || self == .whispering || self == .barging }
}

/// Somebody in a call besides its customer and the agent who handles it.
public struct CallParty: Codable, Sendable, Equatable {
    /// By which he is named when he is to be removed.
    public let legID: LegID
    /// Nil for a number outside.
    public let agentID: AgentID?
    public let number: String?
    public let role: CallPartyRole
    /// Whether he has answered.
    public let isUp: Bool

    public init(legID: LegID, agentID: AgentID?, number: String?, role: CallPartyRole, isUp: Bool) {
        self.legID = legID
        self.agentID = agentID
        self.number = number
        self.role = role
        self.isUp = isUp
    }
}

/// Somebody besides customer and agent came into a call, left it, answered or changed his role. Published by cti.
public struct CallPartiesChanged: Fact, Equatable {
    public static let topic = "call.parties_changed"
    public let callID: CallID
    /// Who handles the call.
    public let agentID: AgentID?
    /// Everybody besides customer and agent, as it is now.
    public let parties: [CallParty]
    /// The queue that the agent waits in to ask somebody there.
    public let asksQueue: QueueID?
    /// All whom it concerns, also those who have just left.
    public let agents: [AgentID]
    /// The customer has left, and the others talk on. Nil for no.
    public let customerLeft: Bool?
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, agentID: AgentID?, parties: [CallParty], asksQueue: QueueID?, agents: [AgentID],
        customerLeft: Bool? = nil
    ) {
        self.callID = callID
        self.agentID = agentID
        self.parties = parties
        self.asksQueue = asksQueue
        self.agents = agents
        self.customerLeft = customerLeft
    }
}

/// How a call came to somebody else.
public enum CallTransferKind: String, Codable, Sendable, CaseIterable {
    /// The agent was free at once.
    case blind
    /// After he had asked.
    case attended
    /// The customer stayed with the agent until the other had answered.
    case confirmed
    /// A supervisor took it.
    case takenOver
    /// The agent left a conference; the others talk on.
    case left
    /// Back from being parked.
    case pickedUp
}

/// A call is somebody else's now, or on its way to him. Published by cti.
public struct CallTransferred: Fact, Equatable {
    public static let topic = "call.transferred"
    public let callID: CallID
    public let kind: CallTransferKind
    /// Whose it was; nil for a parked call.
    public let from: AgentID?
    /// One of these.
    public let toAgent: AgentID?
    public let toQueue: QueueID?
    public let toNumber: String?
    public let toFlow: FlowID?
    public let transferredAt: Timestamp
    /// Both agents.
    public let agents: [AgentID]
    public var subject: String { callID.rawValue }

    public init(
        callID: CallID, kind: CallTransferKind, from: AgentID?, toAgent: AgentID? = nil, toQueue: QueueID? = nil,
        toNumber: String? = nil, toFlow: FlowID? = nil, transferredAt: Timestamp
    ) {
        self.callID = callID
        self.kind = kind
        self.from = from
        self.toAgent = toAgent
        self.toQueue = toQueue
        self.toNumber = toNumber
        self.toFlow = toFlow
        self.transferredAt = transferredAt
        agents = [from, toAgent].compactMap { $0 }
    }
}

/// A customer waits with music until any agent takes him back. Published by cti.
public struct CallParked: Fact, Equatable {
    public static let topic = "call.parked"
    public let callID: CallID
    /// Who parked him.
    public let agentID: AgentID
    /// The short number by which agents name the place.
    public let slot: Int
    public var subject: String { callID.rawValue }

    public init(callID: CallID, agentID: AgentID, slot: Int) {
        self.callID = callID
        self.agentID = agentID
        self.slot = slot
    }
}

/// What goes with a call (随路数据) was changed while it is up. Published by cti.
public struct CallDataChanged: Fact, Equatable {
    public static let topic = "call.data_changed"
    public let callID: CallID
    /// Who changed it.
    public let user: UserID
    /// All of it, by name.
    public let attributes: [String: String]
    /// Who has the call before him.
    public let agents: [AgentID]
    public var subject: String { callID.rawValue }

    public init(callID: CallID, user: UserID, attributes: [String: String], agents: [AgentID]) {
        self.callID = callID
        self.user = user
        self.attributes = attributes
        self.agents = agents
    }
}
