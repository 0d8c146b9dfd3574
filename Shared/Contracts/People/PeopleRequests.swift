/// Who calls? Answers nil for a number nobody has. Fetched ahead, while the call waits.
public struct FindCustomerByNumber: BusRequest, Equatable {
    public typealias Reply = CustomerCard?
    public static let name = "crm.find_customer_by_number"
    public let number: String
    public init(number: String) { self.number = number }
}

/// Who is this customer? Answers nil for an id that nobody has.
public struct FindCustomer: BusRequest, Equatable {
    public typealias Reply = CustomerCard?
    public static let name = "crm.find_customer"
    public let customerID: CustomerID
    public init(customerID: CustomerID) { self.customerID = customerID }
}

/// Whose each access number is, in parts and in the order of the numbers: what a copy begins with that then follows
/// ``AccessNumberChanged``. Facts are kept for days, numbers for years.
public struct CopyAccessNumbers: BusRequest, Equatable {
    public typealias Reply = StatePart<AccessNumberOwner>
    public static let name = "crm.copy_access_numbers"
    /// The last number of the part before; nil for the first part.
    public let after: String?
    public init(after: String?) { self.after = after }
}

/// An access number and its tenant.
public struct AccessNumberOwner: Codable, Sendable, Equatable {
    public let number: String
    public let tenant: TenantID

    public init(number: String, tenant: TenantID) {
        self.number = number
        self.tenant = tenant
    }
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
