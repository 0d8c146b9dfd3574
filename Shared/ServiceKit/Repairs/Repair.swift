public import Contracts

/// Something that two services did not agree on, or that had no owner, and that was put right by itself. An operator lists
/// them: each is a fault that somebody would have noticed without it.
public struct Repair: Codable, Sendable, Equatable {
    public let repairedAt: Timestamp
    /// Who found it.
    public let instance: String
    /// What was wrong and is not any more, in a few words.
    public let what: String
    /// `*` if it belongs to none.
    public let tenant: TenantID
    /// The call, leg or agent that it is about; empty for none.
    public let subject: String

    public init(repairedAt: Timestamp, instance: InstanceID, what: String, tenant: TenantID?, subject: String) {
        self.repairedAt = repairedAt
        self.instance = instance.description
        self.what = what
        self.tenant = tenant ?? .all
        self.subject = subject
    }

    init(repairedAt: Timestamp, instance: String, what: String, tenant: TenantID, subject: String) {
        self.repairedAt = repairedAt
        self.instance = instance
        self.what = what
        self.tenant = tenant
        self.subject = subject
    }
}
