// Bytes as RFC 3261 §25 sees them. Everything on a message's way in works on bytes, not on characters: CR LF is one
// `Character` to Swift, and two strings may be equal by Unicode's rules and differ on the wire.

extension UInt8 {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")

    var isBlank: Bool { self == .space || self == .tab }
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isControl: Bool { self < 0x20 || self == 0x7F }

    var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let lower = self | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower &- 0x57 : nil
    }

    /// RFC 3261 `token`.
    var isToken: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x21, 0x25, 0x2A, 0x5F, 0x2B, 0x60, 0x27, 0x7E: true  // - . ! % * _ + ` ' ~
        default: false
        }
    }

    /// What a user part may hold unescaped: `unreserved` and `user-unreserved`.
    var isUserByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x5F, 0x2E, 0x21, 0x7E, 0x2A, 0x27, 0x28, 0x29: true  // - _ . ! ~ * ' ( )
        case 0x26, 0x3D, 0x2B, 0x24, 0x2C, 0x3B, 0x3F, 0x2F: true  // & = + $ , ; ? /
        default: false
        }
    }

    /// A display name may lack its quotes if it is tokens. Telephones also send letters of other scripts and `@ ( ) / = [ ]`.
    var isBareNameByte: Bool {
        switch self {
        case 0x80...: true
        case 0x40, 0x28, 0x29, 0x2F, 0x3D, 0x5B, 0x5D, 0x26, 0x23: true
        default: isToken || isBlank
        }
    }

    /// What may stand in a parameter's value without quotes.
    var isParameterByte: Bool {
        switch self {
        case 0x3B, 0x2C, 0x22, 0x3C, 0x3E, 0x20, 0x09, 0x3F: false  // ; , " < > blank ?
        default: !isControl
        }
    }

    var isHostByte: Bool { isDigit || isLetter || self == 0x2D || self == 0x2E || self == 0x5F }
}

func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

/// FNV-1a over lower-cased bytes: a place to look, never proof that two names agree.
func foldedHash(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in bytes { hash = (hash ^ UInt32(lowered(byte))) &* 0x0100_0193 }
    return hash
}

func equalIgnoringCase(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
}

/// Bytes without the blanks around them, as text.
func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    guard let first = bytes.firstIndex(where: { !$0.isBlank }), let last = bytes.lastIndex(where: { !$0.isBlank })
    else {
        return ""
    }
    return String(decoding: bytes[first...last], as: UTF8.self)
}

extension String {
    /// ASCII letters only, which is all that protocol names have.
    func equalsIgnoringCase(_ other: String) -> Bool { self == other || equalIgnoringCase(utf8, other.utf8) }
}

extension Collection<UInt8> {
    /// A decimal number of digits only, or nil if it is none or above the limit.
    func decimal(upTo limit: Int) -> Int? {
        guard !isEmpty else { return nil }
        var value = 0
        for byte in self {
            guard byte.isDigit else { return nil }
            value = value &* 10 &+ Int(byte &- 0x30)
            guard value <= limit else { return nil }
        }
        return value
    }
}
