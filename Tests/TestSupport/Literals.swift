public import Contracts

// Identifiers as string literals, in tests only: in services an identifier comes from somewhere.
extension Identifier {
    public init(stringLiteral value: String) { self.init(rawValue: value) }
}

extension TenantID: ExpressibleByStringLiteral {}
extension UserID: ExpressibleByStringLiteral {}
extension AgentID: ExpressibleByStringLiteral {}
extension CallID: ExpressibleByStringLiteral {}
extension LegID: ExpressibleByStringLiteral {}
extension QueueID: ExpressibleByStringLiteral {}
extension FlowID: ExpressibleByStringLiteral {}
extension CampaignID: ExpressibleByStringLiteral {}
extension AttemptID: ExpressibleByStringLiteral {}
extension CustomerID: ExpressibleByStringLiteral {}
extension FaxID: ExpressibleByStringLiteral {}
extension RecordingID: ExpressibleByStringLiteral {}
extension TrunkID: ExpressibleByStringLiteral {}
extension PhoneID: ExpressibleByStringLiteral {}
extension PreviewID: ExpressibleByStringLiteral {}
