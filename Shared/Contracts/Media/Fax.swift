/// One fax, sent or received, however many calls it took.
public struct FaxID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// How a fax travels.
public enum FaxTransport: String, Codable, Sendable, CaseIterable {
    /// Whoever receives offers T.38 as soon as he hears a fax machine; who is refused goes on in sound.
    case automatic
    /// In sound (G.711) only; T.38 is refused.
    case sound
    /// T.38 is offered at once; who is refused goes on in sound.
    case t38
}

/// How a leg sends or receives a fax.
public struct FaxOptions: Codable, Sendable, Equatable {
    /// What the other machine is shown: a number of 20 characters at most; nil for the leg's own number.
    public var station: String?
    /// On top of each page sent, beside date and page; nil for nothing.
    public var header: String?
    /// Error correction (T.30 annex A), where the other machine has it.
    public var usesErrorCorrection: Bool
    public var transport: FaxTransport
    /// A fax that comes is ended behind so many pages.
    public var mostPages: Int

    public init(
        station: String? = nil, header: String? = nil, usesErrorCorrection: Bool = true,
        transport: FaxTransport = .automatic, mostPages: Int = 200
    ) {
        self.station = station
        self.header = header
        self.usesErrorCorrection = usesErrorCorrection
        self.transport = transport
        self.mostPages = mostPages
    }

    /// Why it cannot be used; nil if it can.
    public var problem: String? {
        guard (1...1_000).contains(mostPages) else { return "A fax has 1 to 1000 pages." }
        guard station.map({ $0.utf8.count <= 20 && $0.utf8.allSatisfy { (32..<127).contains($0) } }) ?? true else {
            return "A fax's station is at most 20 characters of ASCII."
        }
        guard header.map({ $0.utf8.count <= 50 && $0.utf8.allSatisfy { (32..<127).contains($0) } }) ?? true else {
            return "A fax's header is at most 50 characters of ASCII."
        }
        return nil
    }
}

/// Which way a fax goes, seen from us.
public enum FaxDirection: String, Codable, Sendable, CaseIterable { case sent, received }

/// What became of a fax.
public enum FaxOutcome: String, Codable, Sendable, CaseIterable {
    /// All pages are there.
    case complete
    /// It broke off; of a received one, the pages before are kept.
    case brokenOff
    /// The other side is no fax machine, or did not speak as one.
    case noMachine
    case busy, noAnswer
    /// The number is not to be called, or takes no calls from us.
    case rejected
    /// The other side could not be reached.
    case unreachable
    /// Somebody wanted it no longer.
    case cancelled
    /// It is our fault.
    case failed
}

/// A fax on a leg is over; the leg is still up, unless its end was told before. Published by media-server.
public struct LegFaxEnded: Fact, Equatable {
    public static let topic = "leg.fax_ended"
    public let legID: LegID
    public let faxID: FaxID
    public let direction: FaxDirection
    public let outcome: FaxOutcome
    /// T.30's reason in words.
    public let reason: String
    public let pages: Int
    /// Bits in a second.
    public let rate: Int
    public let usedT38: Bool
    public let usedErrorCorrection: Bool
    /// What the other machine calls itself.
    public let remoteStation: String?
    public var subject: String { legID.rawValue }

    public init(
        legID: LegID, faxID: FaxID, direction: FaxDirection, outcome: FaxOutcome, reason: String, pages: Int = 0,
        rate: Int = 0, usedT38: Bool = false, usedErrorCorrection: Bool = false, remoteStation: String? = nil
    ) {
        self.legID = legID
        self.faxID = faxID
        self.direction = direction
        self.outcome = outcome
        self.reason = reason
        self.pages = pages
        self.rate = rate
        self.usedT38 = usedT38
        self.usedErrorCorrection = usedErrorCorrection
        self.remoteStation = remoteStation
    }
}

/// A fax was received and its document is in its place, or one was sent, or given up after its last try. Published by
/// media-server exactly once per fax.
public struct FaxEnded: Fact, Equatable {
    public static let topic = "fax.ended"
    public let faxID: FaxID
    public let direction: FaxDirection
    public let outcome: FaxOutcome
    public let reason: String
    /// The other side's, as far as it is known.
    public let number: String
    /// Ours.
    public let line: String
    public let pages: Int
    /// How many calls it took.
    public let attempts: Int
    /// The call that it came in.
    public let callID: CallID?
    public let remoteStation: String?
    /// The server that holds its document.
    public let instance: InstanceID
    public var subject: String { faxID.rawValue }

    public init(
        faxID: FaxID, direction: FaxDirection, outcome: FaxOutcome, reason: String, number: String, line: String,
        pages: Int, attempts: Int, callID: CallID?, remoteStation: String?, instance: InstanceID
    ) {
        self.faxID = faxID
        self.direction = direction
        self.outcome = outcome
        self.reason = reason
        self.number = number
        self.line = line
        self.pages = pages
        self.attempts = attempts
        self.callID = callID
        self.remoteStation = remoteStation
        self.instance = instance
    }
}
