/// A STUN message as it came (RFC 8489 §5), with its attributes where they lie in its bytes.
///
/// Reading never traps, whatever the bytes are: what is not whole and well-formed is nil.
public struct STUNMessage: Sendable, Equatable {
    /// The two lowest bits of the class and the method, as they are written.
    public enum Kind: UInt16, Sendable {
        case bindingRequest = 0x0001
        case bindingIndication = 0x0011
        case bindingSuccess = 0x0101
        case bindingError = 0x0111
    }

    /// The attributes that matter to a connectivity check (RFC 8489 §14, RFC 8445 §7.1).
    public enum AttributeType: UInt16, Sendable {
        case username = 0x0006
        case messageIntegrity = 0x0008
        case errorCode = 0x0009
        case xorMappedAddress = 0x0020
        case priority = 0x0024
        case useCandidate = 0x0025
        case software = 0x8022
        case fingerprint = 0x8028
        case iceControlled = 0x8029
        case iceControlling = 0x802A
    }

    struct Attribute: Sendable, Equatable {
        var type: UInt16
        /// Where its value lies.
        var value: Range<Int>
        /// Where its header begins.
        var start: Int { value.lowerBound - 4 }
    }

    public static let headerSize = 20
    public static let cookie: UInt32 = 0x2112_A442
    /// The longest message that is read; a check is about a hundred bytes.
    public static let maximumBytes = 1_280
    static let maximumAttributes = 32

    public let kind: Kind
    public let bytes: [UInt8]
    /// Up to and with MESSAGE-INTEGRITY; what comes after it is not authentic and not kept, but for FINGERPRINT.
    private let attributes: [Attribute]
    private let integrity: Attribute?
    private let fingerprint: Attribute?

    /// Nil unless it is a whole Binding message with the magic cookie.
    public init?(_ bytes: [UInt8]) {
        guard (Self.headerSize...Self.maximumBytes).contains(bytes.count), bytes.count % 4 == 0,
            let kind = Kind(rawValue: bytes.word(at: 0)), bytes.long(at: 4) == Self.cookie,
            Int(bytes.word(at: 2)) == bytes.count - Self.headerSize
        else { return nil }
        var attributes: [Attribute] = []
        var (integrity, fingerprint): (Attribute?, Attribute?)
        var offset = Self.headerSize
        var count = 0
        while offset < bytes.count {
            guard offset + 4 <= bytes.count, count < Self.maximumAttributes, fingerprint == nil else { return nil }
            let length = Int(bytes.word(at: offset + 2))
            guard offset + 4 + length <= bytes.count else { return nil }
            let attribute = Attribute(type: bytes.word(at: offset), value: (offset + 4)..<(offset + 4 + length))
            switch AttributeType(rawValue: attribute.type) {
            case .fingerprint:
                guard length == 4 else { return nil }
                fingerprint = attribute
            case .messageIntegrity where integrity == nil:
                guard length == 20 else { return nil }
                integrity = attribute
            default: if integrity == nil { attributes.append(attribute) }
            }
            offset += 4 + (length + 3) / 4 * 4
            count += 1
        }
        guard offset == bytes.count else { return nil }
        self.kind = kind
        self.bytes = bytes
        self.attributes = attributes
        self.integrity = integrity
        self.fingerprint = fingerprint
    }

    /// 12 bytes.
    public var transaction: ArraySlice<UInt8> { bytes[8..<Self.headerSize] }

    /// The first attribute of the type; nil if there is none.
    public func value(of type: AttributeType) -> ArraySlice<UInt8>? {
        attributes.first { $0.type == type.rawValue }.map { bytes[$0.value] }
    }

    public func has(_ type: AttributeType) -> Bool { value(of: type) != nil }

    public var username: String? {
        value(of: .username).flatMap { $0.count <= 512 ? String(validating: $0, as: UTF8.self) : nil }
    }

    public var priority: UInt32? {
        value(of: .priority).flatMap { $0.count == 4 ? Array($0).long(at: 0) : nil }
    }

    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2); nil if it is missing or not IPv4.
    public var mappedAddress: ICEAddress? {
        guard let value = value(of: .xorMappedAddress).map(Array.init), value.count == 8, value[1] == 1 else {
            return nil
        }
        return ICEAddress(
            host: value.long(at: 4) ^ Self.cookie, port: value.word(at: 2) ^ UInt16(Self.cookie >> 16))
    }

    /// The types that must be understood (§14) and are not.
    var unknownRequired: [UInt16] {
        attributes.map(\.type).filter { $0 < 0x8000 && AttributeType(rawValue: $0) == nil }
    }

    /// Whether the FINGERPRINT is there and true (§14.7).
    public var hasTrueFingerprint: Bool {
        guard let fingerprint, fingerprint.value.upperBound == bytes.count else { return false }
        return bytes.long(at: fingerprint.value.lowerBound) == STUNFingerprint.of(bytes[..<fingerprint.start])
    }

    /// Whether the MESSAGE-INTEGRITY is there and was made with this password (§14.5).
    public func isAuthentic(password: String) -> Bool {
        guard let integrity else { return false }
        var covered = Array(bytes[..<integrity.start])
        // The length as it was when the attribute was the last.
        covered.setWord(UInt16(clamping: integrity.value.upperBound - Self.headerSize), at: 2)
        let expected = STUNIntegrity.of(covered, password: password)
        // In constant time: how far a guess was right is nobody's matter.
        var difference: UInt8 = expected.count == integrity.value.count ? 0 : 1
        for (mine, theirs) in zip(expected, bytes[integrity.value]) { difference |= mine ^ theirs }
        return difference == 0
    }
}

extension [UInt8] {
    /// Zero beyond the end.
    func word(at offset: Int) -> UInt16 {
        guard offset >= 0, offset + 2 <= count else { return 0 }
        return UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// Zero beyond the end.
    func long(at offset: Int) -> UInt32 { UInt32(word(at: offset)) << 16 | UInt32(word(at: offset + 2)) }

    mutating func setWord(_ value: UInt16, at offset: Int) {
        guard offset >= 0, offset + 2 <= count else { return }
        self[offset] = UInt8(value >> 8)
        self[offset + 1] = UInt8(value & 255)
    }

    mutating func append(word: UInt16) { append(contentsOf: [UInt8(word >> 8), UInt8(word & 255)]) }

    mutating func append(long: UInt32) {
        append(word: UInt16(long >> 16))
        append(word: UInt16(long & 0xFFFF))
    }
}
