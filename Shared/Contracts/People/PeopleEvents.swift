/// A tenant exists, or its name or state changed. Published by crm.
public struct TenantChanged: Fact, Equatable {
    public static let topic = "tenant.changed"
    public let tenantID: TenantID
    public let name: String
    public let isActive: Bool
    public var subject: String { tenantID.rawValue }

    public init(tenantID: TenantID, name: String, isActive: Bool) {
        self.tenantID = tenantID
        self.name = name
        self.isActive = isActive
    }
}

/// A person was added, changed or removed. Published by crm.
public struct UserChanged: Fact, Equatable {
    public static let topic = "user.changed"
    public let userID: UserID
    public let name: String
    public let roles: [String]
    public let isActive: Bool
    public var subject: String { userID.rawValue }

    public init(userID: UserID, name: String, roles: [String], isActive: Bool) {
        self.userID = userID
        self.name = name
        self.roles = roles
        self.isActive = isActive
    }
}

/// An access number belongs to the envelope's tenant from now on; or to nobody. Published by crm.
public struct AccessNumberChanged: Fact, Equatable {
    public static let topic = "access_number.changed"
    /// As the trunk sends it, E.164 without separators where it can be.
    public let number: String
    public let isAssigned: Bool
    public var subject: String { number }

    public init(number: String, isAssigned: Bool) {
        self.number = number
        self.isAssigned = isAssigned
    }
}

/// A customer was added, changed or removed. Published by crm.
public struct CustomerChanged: Fact, Equatable {
    public static let topic = "customer.changed"
    public let customer: CustomerCard
    public let isRemoved: Bool
    public var subject: String { customer.customerID.rawValue }

    public init(customer: CustomerCard, isRemoved: Bool) {
        self.customer = customer
        self.isRemoved = isRemoved
    }
}

/// What an agent sees of a customer when a call comes in.
public struct CustomerCard: Codable, Sendable, Equatable {
    public let customerID: CustomerID
    public let name: String
    public let numbers: [String]
    public let isVIP: Bool
    /// The tenant's own fields, by name.
    public let fields: [String: String]
    /// The agent whose customer this is (归属坐席); nil for nobody's.
    public let ownerID: AgentID?

    public init(
        customerID: CustomerID, name: String, numbers: [String], isVIP: Bool, fields: [String: String],
        ownerID: AgentID? = nil
    ) {
        self.customerID = customerID
        self.name = name
        self.numbers = numbers
        self.isVIP = isVIP
        self.fields = fields
        self.ownerID = ownerID
    }
}
