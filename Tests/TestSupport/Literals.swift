public import Contracts

// Identifiers as string literals, in tests only: in services an identifier comes from somewhere.
extension Identifier {
    public init(stringLiteral value: String) { self.init(rawValue: value) }
}

extension TenantID: @retroactive ExpressibleByStringLiteral {}
extension UserID: @retroactive ExpressibleByStringLiteral {}
extension AgentID: @retroactive ExpressibleByStringLiteral {}
extension CallID: @retroactive ExpressibleByStringLiteral {}
extension LegID: @retroactive ExpressibleByStringLiteral {}
extension QueueID: @retroactive ExpressibleByStringLiteral {}
extension FlowID: @retroactive ExpressibleByStringLiteral {}
extension CampaignID: @retroactive ExpressibleByStringLiteral {}
extension AttemptID: @retroactive ExpressibleByStringLiteral {}
extension CustomerID: @retroactive ExpressibleByStringLiteral {}
extension RecordingID: @retroactive ExpressibleByStringLiteral {}
extension TrunkID: @retroactive ExpressibleByStringLiteral {}
extension PhoneID: @retroactive ExpressibleByStringLiteral {}
