/// Legs of one media-server in the order of their ids, for people who look at them: of a tenant, or of all.
public struct ShowLegs: BusRequest, Equatable {
    public typealias Reply = ShownLegs
    public static let name = "media-server.show_legs"
    /// Nil for every tenant.
    public let tenant: TenantID?
    /// Only this one.
    public let legID: LegID?
    /// Only those behind it.
    public let after: LegID?
    public let limit: Int

    public init(tenant: TenantID?, legID: LegID? = nil, after: LegID? = nil, limit: Int) {
        self.tenant = tenant
        self.legID = legID
        self.after = after
        self.limit = limit
    }
}

/// What ``ShowLegs`` answers.
public struct ShownLegs: Codable, Sendable, Equatable {
    public let legs: [ShownLeg]
    public init(legs: [ShownLeg]) { self.legs = legs }
}

/// A leg as people are shown it: without what cti keeps with it.
public struct ShownLeg: Codable, Sendable, Equatable {
    public let legID: LegID
    public let tenant: TenantID
    public let instance: InstanceID
    public let state: LegSnapshot.State
    /// We called.
    public let isOutbound: Bool
    public let from: String
    public let to: String
    public let trunkID: TrunkID?
    public let phoneID: PhoneID?
    public let bridgedWith: LegID?
    public let room: CallID?
    public let role: RoomRole?
    public let arrivedAt: Timestamp
    public let answeredAt: Timestamp?
    /// The Call-ID of its SIP dialog.
    public let sipCallID: String?
    public let recordings: [RecordingID]
    /// How a call through a trunk has found its way so far.
    public let route: RouteRecord?

    public init(
        legID: LegID, tenant: TenantID, instance: InstanceID, state: LegSnapshot.State, isOutbound: Bool, from: String,
        to: String, trunkID: TrunkID?, phoneID: PhoneID?, bridgedWith: LegID?, room: CallID?, role: RoomRole?,
        arrivedAt: Timestamp, answeredAt: Timestamp?, sipCallID: String?, recordings: [RecordingID], route: RouteRecord?
    ) {
        self.legID = legID
        self.tenant = tenant
        self.instance = instance
        self.state = state
        self.isOutbound = isOutbound
        self.from = from
        self.to = to
        self.trunkID = trunkID
        self.phoneID = phoneID
        self.bridgedWith = bridgedWith
        self.room = room
        self.role = role
        self.arrivedAt = arrivedAt
        self.answeredAt = answeredAt
        self.sipCallID = sipCallID
        self.recordings = recordings
        self.route = route
    }
}

/// Tells a media-server to take no new calls, or to take them again; or only asks.
///
/// While it drains, new calls are refused (SIP 503, `Failure.unavailable`); calls that are up go on whole, with the legs that they
/// still need.
public struct DrainMediaServer: BusRequest, Equatable {
    public typealias Reply = DrainState
    public static let name = "media-server.drain"
    /// Nil only asks.
    public let isDraining: Bool?
    public init(isDraining: Bool?) { self.isDraining = isDraining }
}

/// What ``DrainMediaServer`` answers.
public struct DrainState: Codable, Sendable, Equatable {
    public let instance: InstanceID
    public let isDraining: Bool
    public let legs: Int
    /// It takes no new calls, and has none any more: it may be stopped.
    public let isDrained: Bool

    public init(instance: InstanceID, isDraining: Bool, legs: Int) {
        self.instance = instance
        self.isDraining = isDraining
        self.legs = legs
        isDrained = isDraining && legs == 0
    }
}
