/// Who calls? Answers nil for a number nobody has. Fetched ahead, while the call waits.
public struct FindCustomerByNumber: BusRequest, Equatable {
    public typealias Reply = CustomerCard?
    public static let name = "crm.find_customer_by_number"
    public let number: String
    public init(number: String) { self.number = number }
}

/// The public keys that access tokens are signed with, as a JWKS document.
public struct FetchTokenKeys: BusRequest, Equatable {
    public typealias Reply = TokenKeys
    public static let name = "crm.fetch_token_keys"
    public init() {}
}

/// What ``FetchTokenKeys`` answers.
public struct TokenKeys: Codable, Sendable, Equatable {
    /// RFC 7517, as text.
    public let jwks: String
    public init(jwks: String) { self.jwks = jwks }
}
