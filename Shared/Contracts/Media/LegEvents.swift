/// A caller's INVITE was accepted from a trunk, or a phone dialled. Published by media-server; nothing is answered until
/// the owner of the tenant's calls commands it.
public struct LegArrived: Fact, Equatable {
    public static let topic = "leg.arrived"
    public let legID: LegID
    /// Calling number as received, E.164 where the trunk gives it.
    public let from: String
    /// The access number dialled, or what a phone dialled.
    public let to: String
    public let trunkID: TrunkID?
    /// Set when an agent's phone dials.
    public let phoneID: PhoneID?
    /// What came with the call (随路数据): of a visitor's of a web site, what its page said. Nil for nothing.
    public let attributes: [String: String]?

    public var subject: String { legID.rawValue }

    public init(
        legID: LegID, from: String, to: String, trunkID: TrunkID?, phoneID: PhoneID? = nil,
        attributes: [String: String]? = nil
    ) {
        self.legID = legID
        self.from = from
        self.to = to
        self.trunkID = trunkID
        self.phoneID = phoneID
        self.attributes = attributes
    }
}

/// The far end rings. Published by media-server, and once more when the far end begins to be heard before it answers.
public struct LegRinging: Fact, Equatable {
    public static let topic = "leg.ringing"
    public let legID: LegID
    /// Early media: a ring-back tone or an announcement of the far end's own comes, and the leg may be bridged to hear it.
    /// Nil from a media-server that knows none.
    public let hasSound: Bool?
    public var subject: String { legID.rawValue }

    public init(legID: LegID, hasSound: Bool = false) {
        self.legID = legID
        self.hasSound = hasSound
    }
}

/// Media may flow: the far end answered, or our answer was acknowledged. Published by media-server.
public struct LegAnswered: Fact, Equatable {
    public static let topic = "leg.answered"
    public let legID: LegID
    public var subject: String { legID.rawValue }
    public init(legID: LegID) { self.legID = legID }
}

/// A key was pressed. Published by media-server once per key, when it is released.
public struct LegDigit: Fact, Equatable {
    public static let topic = "leg.digit"
    public let legID: LegID
    /// One of `0-9*#A-D`.
    public let digit: String
    public var subject: String { legID.rawValue }

    public init(legID: LegID, digit: String) {
        self.legID = legID
        self.digit = digit
    }
}

/// An agent's telephone asks for the other side of its call to be led elsewhere (REFER). Published by media-server; cti
/// decides: it hangs the leg up when the transfer is under way, or says `refuseTransfer`.
public struct LegTransferAsked: Fact, Equatable {
    public static let topic = "leg.transfer_asked"
    public let legID: LegID
    /// Where to, as it was dialled.
    public let number: String
    /// The telephone's other leg, whose far side is to be joined with this one's (an attended transfer); nil for a blind one.
    public let consultation: LegID?
    public var subject: String { legID.rawValue }

    public init(legID: LegID, number: String, consultation: LegID? = nil) {
        self.legID = legID
        self.number = number
        self.consultation = consultation
    }
}

/// A playback ended: at its end, by a key, by a command, or because it could not be played. Published by media-server.
public struct LegPlayFinished: Fact, Equatable {
    public enum Outcome: String, Codable, Sendable { case finished, interrupted, stopped, failed }

    public static let topic = "leg.play_finished"
    public let legID: LegID
    /// The number given with the command.
    public let playID: Int
    public let outcome: Outcome
    public var subject: String { legID.rawValue }

    public init(legID: LegID, playID: Int, outcome: Outcome) {
        self.legID = legID
        self.playID = playID
        self.outcome = outcome
    }
}

/// The leg is gone. Published by media-server exactly once for each time that a leg was made: one whose telephone was busy with
/// a call of ours is made again under its name. After a BYE of ours it is told when the far end has answered that, a second
/// later at the latest.
public struct LegEnded: Fact, Equatable {
    public static let topic = "leg.ended"
    public let legID: LegID
    public let cause: EndCause
    /// The final SIP status if the leg was never answered, as 486.
    public let sipStatus: Int?
    /// How a call through a trunk found its way; nil for other legs, and from a media-server that knows no routes.
    public let route: RouteRecord?
    /// Why a number that we called could not be reached, more finely; nil if it was reached, and for legs that came in.
    public let failure: DialFailure?
    public var subject: String { legID.rawValue }

    public init(
        legID: LegID, cause: EndCause, sipStatus: Int? = nil, route: RouteRecord? = nil, failure: DialFailure? = nil
    ) {
        self.legID = legID
        self.cause = cause
        self.sipStatus = sipStatus
        self.route = route
        self.failure = failure
    }
}

/// Why a number could not be reached, in the classes that number screening uses, as far as signalling and tones tell them.
public enum DialFailure: String, Codable, Sendable, CaseIterable {
    case busy, unreachable
    /// Calls to it, or from us, are barred.
    case barred
    case forwarded, switchedOff
    /// There is no such number, or not any more.
    case empty
    case networkBusy, noAnswer, other
}

/// Why a leg ended, or is to be ended.
public enum EndCause: String, Codable, Sendable, CaseIterable {
    /// The far end hung up, or gave up before an answer.
    case remote
    /// We hung up by command.
    case local
    case busy, noAnswer, rejected, notFound, unavailable, congestion, mediaTimeout, failed
}

/// A phone's registration came or went. Published by media-server.
public struct PhoneRegistrationChanged: Fact, Equatable {
    public static let topic = "phone.registration_changed"
    public let phoneID: PhoneID
    public let isRegistered: Bool
    public var subject: String { phoneID.rawValue }

    public init(phoneID: PhoneID, isRegistered: Bool) {
        self.phoneID = phoneID
        self.isRegistered = isRegistered
    }
}
