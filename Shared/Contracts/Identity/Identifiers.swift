/// One company on the platform. `*` stands for all of them and is held by operators only.
public struct TenantID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A person who signs in.
public struct UserID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A person who handles contacts; the same text as the person's ``UserID``.
public struct AgentID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One conversation, however many legs.
public struct CallID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One SIP dialog of a call.
public struct LegID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A line that callers wait in.
public struct QueueID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// An IVR flow.
public struct FlowID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A set of numbers to be called for one purpose.
public struct CampaignID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// One try to reach one number of a campaign.
public struct AttemptID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A person outside, known to the tenant.
public struct CustomerID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// The recording of one call.
public struct RecordingID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A connection to a carrier.
public struct TrunkID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// An agent's telephone: its extension, unique in its tenant.
public struct PhoneID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

extension TenantID {
    /// Every tenant: what an operator's token and cross-tenant work name.
    public static let all = TenantID(rawValue: "*")
}

extension AgentID {
    public init(_ user: UserID) { self.init(rawValue: user.rawValue) }
}
