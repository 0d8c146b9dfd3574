/// What a customer's matter comes by. Voice is cti's; all else is routed as work.
public enum Medium: String, Codable, Sendable, CaseIterable {
    case voice, chat, sms, mail
    /// Of another system, as a complaint to be answered.
    case ticket
}

/// A customer's matter that is no call: a chat, a mail, a ticket of another system.
public struct WorkID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Whose matter it is, as far as is known.
public struct WorkCustomer: Codable, Sendable, Equatable {
    public let customerID: CustomerID?
    public let name: String?
    /// A telephone number, a mail address, or what he is called where he writes.
    public let address: String?

    public init(customerID: CustomerID?, name: String?, address: String?) {
        self.customerID = customerID
        self.name = name
        self.address = address
    }
}

/// A customer's matter waits for an agent. Published by acd.
public struct WorkEntered: Fact, Equatable {
    public static let topic = "work.entered"
    public let workID: WorkID
    public let medium: Medium
    public let queueID: QueueID
    public let enteredAt: Timestamp
    public var subject: String { workID.rawValue }

    public init(workID: WorkID, medium: Medium, queueID: QueueID, enteredAt: Timestamp) {
        self.workID = workID
        self.medium = medium
        self.queueID = queueID
        self.enteredAt = enteredAt
    }
}

/// An agent is asked to take a matter, as he is rung for a call; also what his screen pops. Published by acd.
public struct WorkOffered: Fact, Equatable {
    public static let topic = "work.offered"
    public let workID: WorkID
    public let medium: Medium
    public let agentID: AgentID
    public let queueID: QueueID
    /// Counts the offers, so that a late answer matches nothing.
    public let offer: Int
    public let customer: WorkCustomer?
    public let title: String
    /// Where it is dealt with.
    public let link: String?
    public let attributes: [String: String]
    public let enteredAt: Timestamp
    /// He is asked no longer than until then.
    public let expiresAt: Timestamp
    public var subject: String { workID.rawValue }

    public init(
        workID: WorkID, medium: Medium, agentID: AgentID, queueID: QueueID, offer: Int, customer: WorkCustomer?,
        title: String, link: String?, attributes: [String: String], enteredAt: Timestamp, expiresAt: Timestamp
    ) {
        self.workID = workID
        self.medium = medium
        self.agentID = agentID
        self.queueID = queueID
        self.offer = offer
        self.customer = customer
        self.title = title
        self.link = link
        self.attributes = attributes
        self.enteredAt = enteredAt
        self.expiresAt = expiresAt
    }
}

/// An offer of a matter is over. Published by acd.
public struct WorkOfferEnded: Fact, Equatable {
    public static let topic = "work.offer_ended"
    public let workID: WorkID
    public let agentID: AgentID
    public let offer: Int
    /// `answered` if he took it, `busy` if a call came between, `callerGone` if it was called off.
    public let outcome: OfferOutcome
    public var subject: String { workID.rawValue }

    public init(workID: WorkID, agentID: AgentID, offer: Int, outcome: OfferOutcome) {
        self.workID = workID
        self.agentID = agentID
        self.offer = offer
        self.outcome = outcome
    }
}

/// What an agent has in hand changed: he began it, a call or another matter interrupts it, he goes on with it, or it waits for
/// another agent again. Published by acd.
public struct WorkProgressed: Fact, Equatable {
    public enum Step: String, Codable, Sendable, CaseIterable { case accepted, interrupted, resumed, givenBack }

    public static let topic = "work.progressed"
    public let workID: WorkID
    public let medium: Medium
    public let agentID: AgentID
    public let queueID: QueueID
    public let step: Step
    /// The call that interrupts it.
    public let callID: CallID?
    public let at: Timestamp
    public var subject: String { workID.rawValue }

    public init(
        workID: WorkID, medium: Medium, agentID: AgentID, queueID: QueueID, step: Step, callID: CallID?, at: Timestamp
    ) {
        self.workID = workID
        self.medium = medium
        self.agentID = agentID
        self.queueID = queueID
        self.step = step
        self.callID = callID
        self.at = at
    }
}

/// A customer's matter is dealt with, or was called off. Published by acd.
public struct WorkEnded: Fact, Equatable {
    public static let topic = "work.ended"
    public let workID: WorkID
    public let medium: Medium
    public let queueID: QueueID
    /// Who had it last.
    public let agentID: AgentID?
    public let isDone: Bool
    public let disposition: String?
    public let note: String?
    public let enteredAt: Timestamp
    public let acceptedAt: Timestamp?
    public let endedAt: Timestamp
    /// How often it was interrupted.
    public let interruptions: Int
    public var subject: String { workID.rawValue }

    public init(
        workID: WorkID, medium: Medium, queueID: QueueID, agentID: AgentID?, isDone: Bool, disposition: String?,
        note: String?, enteredAt: Timestamp, acceptedAt: Timestamp?, endedAt: Timestamp, interruptions: Int
    ) {
        self.workID = workID
        self.medium = medium
        self.queueID = queueID
        self.agentID = agentID
        self.isDone = isDone
        self.disposition = disposition
        self.note = note
        self.enteredAt = enteredAt
        self.acceptedAt = acceptedAt
        self.endedAt = endedAt
        self.interruptions = interruptions
    }
}
