/// The name of a header field: case-insensitive, with the compact form understood.
public struct SIPHeaderName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// How the name is written: the RFC's spelling if it is a known one, else the sender's.
    public let text: String
    /// Place in `known`, counted from one; zero for a name that is not there. Comparing known names is comparing numbers.
    private let number: UInt8

    public init(_ text: String) { self = Self.find(Array(text.utf8)[...]) ?? SIPHeaderName(text: text, number: 0) }
    public init(stringLiteral value: String) { self.init(value) }

    init(bytes: ArraySlice<UInt8>) {
        self = Self.find(bytes) ?? SIPHeaderName(text: String(decoding: bytes, as: UTF8.self), number: 0)
    }

    private init(text: String, number: UInt8) {
        self.text = text
        self.number = number
    }

    public var description: String { text }

    public static func == (left: SIPHeaderName, right: SIPHeaderName) -> Bool {
        if left.number != 0 || right.number != 0 { return left.number == right.number }
        return left.text.equalsIgnoringCase(right.text)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        if number == 0 { hasher.combine(foldedHash(text.utf8)) }
    }

    public static let via = SIPHeaderName("Via")
    public static let from = SIPHeaderName("From")
    public static let to = SIPHeaderName("To")
    public static let callID = SIPHeaderName("Call-ID")
    public static let cseq = SIPHeaderName("CSeq")
    public static let contact = SIPHeaderName("Contact")
    public static let maxForwards = SIPHeaderName("Max-Forwards")
    public static let contentLength = SIPHeaderName("Content-Length")
    public static let contentType = SIPHeaderName("Content-Type")
    public static let route = SIPHeaderName("Route")
    public static let recordRoute = SIPHeaderName("Record-Route")
    public static let expires = SIPHeaderName("Expires")
    public static let minExpires = SIPHeaderName("Min-Expires")
    public static let allow = SIPHeaderName("Allow")
    public static let accept = SIPHeaderName("Accept")
    public static let supported = SIPHeaderName("Supported")
    public static let unsupported = SIPHeaderName("Unsupported")
    public static let require = SIPHeaderName("Require")
    public static let proxyRequire = SIPHeaderName("Proxy-Require")
    public static let userAgent = SIPHeaderName("User-Agent")
    public static let server = SIPHeaderName("Server")
    public static let date = SIPHeaderName("Date")
    public static let authorization = SIPHeaderName("Authorization")
    public static let proxyAuthorization = SIPHeaderName("Proxy-Authorization")
    public static let wwwAuthenticate = SIPHeaderName("WWW-Authenticate")
    public static let proxyAuthenticate = SIPHeaderName("Proxy-Authenticate")
    public static let retryAfter = SIPHeaderName("Retry-After")
    public static let reason = SIPHeaderName("Reason")
    public static let event = SIPHeaderName("Event")
    public static let subscriptionState = SIPHeaderName("Subscription-State")
    public static let sessionExpires = SIPHeaderName("Session-Expires")
    public static let minSE = SIPHeaderName("Min-SE")
    public static let assertedIdentity = SIPHeaderName("P-Asserted-Identity")
    public static let referTo = SIPHeaderName("Refer-To")
    public static let warning = SIPHeaderName("Warning")
    public static let rSeq = SIPHeaderName("RSeq")
    public static let rAck = SIPHeaderName("RAck")
    public static let referredBy = SIPHeaderName("Referred-By")
    public static let replaces = SIPHeaderName("Replaces")
    public static let privacy = SIPHeaderName("Privacy")
    public static let path = SIPHeaderName("Path")
    public static let serviceRoute = SIPHeaderName("Service-Route")

    private static let known: [(name: String, compact: String?)] = [
        ("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "i"), ("CSeq", nil), ("Contact", "m"),
        ("Max-Forwards", nil), ("Content-Length", "l"), ("Content-Type", "c"), ("Route", nil), ("Record-Route", nil),
        ("Expires", nil), ("Min-Expires", nil), ("Allow", nil), ("Accept", nil), ("Supported", "k"),
        ("Unsupported", nil), ("Require", nil), ("Proxy-Require", nil), ("User-Agent", nil), ("Server", nil),
        ("Date", nil), ("Authorization", nil), ("Proxy-Authorization", nil), ("WWW-Authenticate", nil),
        ("Proxy-Authenticate", nil), ("Retry-After", nil), ("Reason", nil), ("Event", "o"),
        ("Subscription-State", nil), ("Session-Expires", "x"), ("Min-SE", nil), ("P-Asserted-Identity", nil),
        ("Refer-To", "r"), ("Warning", nil), ("Subject", "s"), ("Content-Encoding", "e"), ("Content-Disposition", nil),
        ("Content-Language", nil), ("Organization", nil), ("Priority", nil), ("Timestamp", nil),
        ("Accept-Encoding", nil),
        ("Accept-Language", nil), ("Allow-Events", "u"), ("Alert-Info", nil), ("Call-Info", nil), ("In-Reply-To", nil),
        ("MIME-Version", nil), ("Reply-To", nil), ("Authentication-Info", nil), ("Error-Info", nil), ("RSeq", nil),
        ("RAck", nil), ("Path", nil), ("Service-Route", nil), ("Privacy", nil), ("P-Preferred-Identity", nil),
        ("Diversion", nil), ("History-Info", nil), ("Referred-By", "b"), ("Replaces", nil), ("Join", nil),
        ("Identity", "y"), ("Remote-Party-ID", nil),
    ]

    private struct Known {
        let name: SIPHeaderName
        let folded: [UInt8]
    }

    private static let index: [UInt32: Known] = {
        var index: [UInt32: Known] = [:]
        for (place, entry) in known.enumerated() {
            let name = SIPHeaderName(text: entry.name, number: UInt8(truncatingIfNeeded: place + 1))
            for spelling in [entry.name, entry.compact].compactMap(\.self) {
                index[foldedHash(spelling.utf8)] = Known(name: name, folded: spelling.utf8.map(lowered))
            }
        }
        return index
    }()

    private static func find(_ bytes: ArraySlice<UInt8>) -> SIPHeaderName? {
        guard let known = index[foldedHash(bytes)], known.folded.count == bytes.count else { return nil }
        // The hash may agree by accident or by malice: compare before believing.
        var place = bytes.startIndex
        for byte in known.folded {
            guard lowered(bytes[place]) == byte else { return nil }
            place += 1
        }
        return known.name
    }
}
