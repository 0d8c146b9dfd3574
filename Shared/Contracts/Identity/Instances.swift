/// A service of the suite, by the name its program has.
public enum ServiceName: String, Codable, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    case mediaServer = "media-server"
    case cti, acd, dialer, crm, messaging, reporting

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Services whose tenants are divided over instances by ``Shard``.
    public static let sharded: [ServiceName] = [.cti, .acd, .dialer]
}

/// One running process of a service: `cti/1`.
public struct InstanceID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let service: ServiceName
    /// 1 and up.
    public let number: Int

    public init(_ service: ServiceName, _ number: Int) {
        self.service = service
        self.number = number
    }

    /// Reads `cti/1`. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let service = ServiceName(rawValue: String(parts[0])), let number = Int(parts[1]),
            (1...9999).contains(number)
        else { return nil }
        self.init(service, number)
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let instance = InstanceID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "An instance is written service/number."))
        }
        self = instance
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String { "\(service.rawValue)/\(number)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.service, left.number) < (right.service, right.number)
    }
}

/// One of the 64 parts that the tenants are divided into. The unit of ownership.
public struct Shard: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public static let count = 64
    public static let all: [Shard] = (0..<count).map(Shard.init(uncheckedNumber:))

    /// 0 to 63.
    public let number: Int

    public init?(_ number: Int) {
        guard (0..<Self.count).contains(number) else { return nil }
        self.number = number
    }

    private init(uncheckedNumber: Int) { number = uncheckedNumber }

    public init(from decoder: any Decoder) throws {
        let number = try decoder.singleValueContainer().decode(Int.self)
        guard let shard = Shard(number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "A shard is 0 to 63."))
        }
        self = shard
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    /// The shard of a tenant: FNV-1a (64 bit) of its id, modulo 64. The same on every host and for ever.
    public static func of(_ tenant: TenantID) -> Shard {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in tenant.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Shard(uncheckedNumber: Int(hash % UInt64(count)))
    }

    public var description: String { "\(number)" }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
