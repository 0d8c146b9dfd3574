/// An address of a trunk answers no more, or again. Published by media-server for the platform (tenant `*`), by each
/// instance for itself.
public struct TrunkStateChanged: Fact, Equatable {
    public static let topic = "trunk.state_changed"
    public let trunkID: TrunkID
    /// Such as `udp:192.0.2.7:5060`.
    public let address: String
    public let isAddressUp: Bool
    /// Whether any of the trunk's addresses answers.
    public let isTrunkUp: Bool
    public let instance: InstanceID
    public var subject: String { trunkID.rawValue }

    public init(trunkID: TrunkID, address: String, isAddressUp: Bool, isTrunkUp: Bool, instance: InstanceID) {
        self.trunkID = trunkID
        self.address = address
        self.isAddressUp = isAddressUp
        self.isTrunkUp = isTrunkUp
        self.instance = instance
    }
}

/// A tenant wanted to call out, and its dial policy forbids it: an alarm against toll fraud. Published by media-server, at once
/// for the first of a kind and then every ten seconds for as many as came meanwhile.
public struct DialRefused: Fact, Equatable {
    public static let topic = "dial.refused"
    /// Why, for programs: `number_not_allowed`, `caller_id_not_allowed`, `too_many_calls`, `too_fast`, `minutes_used_up`,
    /// `money_used_up`.
    public let reason: String
    /// How many since it was last told.
    public let count: Int
    /// One of them, E.164 where it can be, without its last four digits.
    public let example: String
    public var subject: String { reason }

    public init(reason: String, count: Int, example: String) {
        self.reason = reason
        self.count = count
        self.example = example
    }
}

/// How a call found its way out.
public struct RouteRecord: Codable, Sendable, Equatable {
    /// What was called, E.164 where it can be.
    public let number: String
    /// Whose number it is and where, if the number ranges know.
    public let carrier: String?
    public let region: String?
    /// Ten-thousandths of the platform's currency a minute, of the route that was taken last.
    public var cost: Int
    /// In the order they were tried.
    public var tries: [RouteTry]
    /// Routes that would have served the number and could not be taken.
    public var passedOver: [RoutePassedOver]

    public init(
        number: String, carrier: String?, region: String?, cost: Int, tries: [RouteTry], passedOver: [RoutePassedOver]
    ) {
        self.number = number
        self.carrier = carrier
        self.region = region
        self.cost = cost
        self.tries = tries
        self.passedOver = passedOver
    }
}

/// One try to reach a number.
public struct RouteTry: Codable, Sendable, Equatable {
    /// Nil while there are no routes, and every trunk is one.
    public let route: String?
    public let trunkID: TrunkID
    /// Such as `udp:192.0.2.7:5060`.
    public let address: String
    /// `under way`, `reached`, `no response`, `unreachable`, or the final status, such as `503`.
    public var outcome: String

    public init(route: String?, trunkID: TrunkID, address: String, outcome: String) {
        self.route = route
        self.trunkID = trunkID
        self.address = address
        self.outcome = outcome
    }
}

/// A route that was not taken, and why.
public struct RoutePassedOver: Codable, Sendable, Equatable {
    public let route: String?
    public let trunkID: TrunkID
    /// `trunkFull`, `trunkTooFast`, `trunkDown`, and others: see `RouteVerdict` of media-server.
    public let reason: String

    public init(route: String?, trunkID: TrunkID, reason: String) {
        self.route = route
        self.trunkID = trunkID
        self.reason = reason
    }
}
