/// What one side of a call says about its media (RFC 8866).
public struct SessionDescription: Equatable, Sendable {
    /// The longest description that is read; a real one is well under 4 KiB.
    public static let maximumBytes = 32_768
    public static let maximumLines = 1_024
    public static let maximumMedia = 32

    public var origin: Origin
    public var name: String
    /// The address media is wanted at, unless a stream says otherwise.
    public var address: NetworkAddress?
    public var attributes: [Attribute]
    public var media: [MediaDescription]

    public init(
        origin: Origin, name: String = "-", address: NetworkAddress? = nil, attributes: [Attribute] = [],
        media: [MediaDescription] = []
    ) {
        self.origin = origin
        self.name = name
        self.address = address
        self.attributes = attributes
        self.media = media
    }

    /// Where a stream's media is wanted: its own `c=` line, or the session's.
    public func address(of stream: MediaDescription) -> NetworkAddress? { stream.address ?? address }

    /// Which way a stream flows, seen from the describing side: its own attribute, or the session's, or both ways.
    public func direction(of stream: MediaDescription) -> Direction {
        stream.attributes.direction ?? attributes.direction ?? .sendrecv
    }
}

/// The `o=` line: who made the description, and which version of it this is.
public struct Origin: Equatable, Sendable {
    public var username: String
    public var sessionID: String
    public var version: UInt64
    public var address: NetworkAddress

    public init(username: String = "-", sessionID: String, version: UInt64, address: NetworkAddress) {
        self.username = username
        self.sessionID = sessionID
        self.version = version
        self.address = address
    }
}

/// The address of an `o=` or `c=` line. A host name is kept as written and never looked up here.
public struct NetworkAddress: Equatable, Sendable, CustomStringConvertible {
    public enum Family: String, Sendable { case ipv4 = "IP4", ipv6 = "IP6" }

    public var family: Family
    public var host: String

    public init(_ host: String) {
        self.init(family: host.utf8.contains(UInt8(ascii: ":")) ? .ipv6 : .ipv4, host: host)
    }

    public init(family: Family, host: String) {
        self.family = family
        self.host = host
    }

    /// `0.0.0.0` and `::`, which older telephones send to put a call on hold (RFC 3264 §8.4).
    public var isUnspecified: Bool { host == "0.0.0.0" || host == "::" }

    public var description: String { "IN \(family.rawValue) \(host)" }
}

/// One `m=` line and what belongs to it.
public struct MediaDescription: Equatable, Sendable {
    public static let maximumFormats = 64
    public static let maximumAttributes = 256

    /// `audio`, `video`, `image`…
    public var kind: String
    /// 0 refuses the stream.
    public var port: UInt16
    /// `RTP/AVP`, `RTP/SAVP`, `UDP/TLS/RTP/SAVPF`…
    public var transport: String
    public var formats: [String]
    public var address: NetworkAddress?
    public var attributes: [Attribute]

    public init(
        kind: String, port: UInt16, transport: String = "RTP/AVP", formats: [String], address: NetworkAddress? = nil,
        attributes: [Attribute] = []
    ) {
        self.kind = kind
        self.port = port
        self.transport = transport
        self.formats = formats
        self.address = address
        self.attributes = attributes
    }
}

/// One `a=` line: a flag, or a name and a value.
public struct Attribute: Equatable, Sendable {
    public var name: String
    public var value: String?

    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

extension [Attribute] {
    /// The value of the first attribute of that name; an empty string for a flag.
    public subscript(name: String) -> String? {
        first { $0.name == name }.map { $0.value ?? "" }
    }

    /// The last direction attribute, which is the one a careless writer means.
    public var direction: Direction? {
        reversed().lazy.compactMap { Direction(rawValue: $0.name) }.first
    }
}

/// Which way media flows, seen from the side that says it.
public enum Direction: String, Sendable, CaseIterable {
    case sendrecv, sendonly, recvonly, inactive

    public init(sends: Bool, receives: Bool) {
        self = sends ? (receives ? .sendrecv : .sendonly) : (receives ? .recvonly : .inactive)
    }

    public var sends: Bool { self == .sendrecv || self == .sendonly }
    public var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same flow seen from the other side.
    public var reversed: Direction { Direction(sends: receives, receives: sends) }

    /// What is left when both sides must agree, seen from this side.
    public func limited(to peer: Direction) -> Direction {
        Direction(sends: sends && peer.receives, receives: receives && peer.sends)
    }
}
