/// A SIP, SIPS, tel or any other URI (RFC 3261 §19.1). Of schemes other than sip and sips only the rest is kept, as text.
public struct SIPURI: Sendable, Equatable, CustomStringConvertible {
    public enum Scheme: Sendable, Hashable {
        case sip, sips, tel
        case other(String)
    }

    public var scheme: Scheme
    /// The user part as it was written, escapes and all; use `user` to read it.
    public var escapedUser: String?
    public var password: String?
    /// A name, an IPv4 address, or an IPv6 address in brackets. Empty unless the scheme is sip or sips.
    public var host: String
    public var port: Int?
    public var parameters: SIPParameters
    /// What follows `?`, as written.
    public var headers: String?
    /// What follows the scheme when it is neither sip nor sips.
    public var opaque: String

    public init(
        scheme: Scheme = .sip, user: String? = nil, host: String, port: Int? = nil, parameters: SIPParameters = [:]
    ) {
        self.scheme = scheme
        escapedUser = user.map(Self.escape)
        self.host = host
        self.port = port
        self.parameters = parameters
        opaque = ""
    }

    init(scheme: Scheme, opaque: String) {
        self.scheme = scheme
        self.opaque = opaque
        host = ""
        parameters = [:]
    }

    /// - Throws: `SIPParseError`
    public init(_ text: String) throws(SIPParseError) {
        var cursor = ByteCursor(Array(text.utf8))
        self = try cursor.uri(upTo: cursor.end)
    }

    /// The user part with its escapes undone.
    public var user: String? { escapedUser.map(Self.unescape) }

    /// The telephone number or extension: of a tel URI its number, else the user part up to the first `;`.
    public var number: String? {
        let whole: String
        switch scheme {
        case .tel: whole = opaque
        case .sip, .sips:
            guard let user else { return nil }
            whole = user
        case .other: return nil
        }
        return whole.utf8.firstIndex(of: UInt8(ascii: ";")).map { String(whole[..<$0]) } ?? whole
    }

    public var isSIP: Bool { scheme == .sip || scheme == .sips }

    public var description: String {
        var bytes: [UInt8] = []
        SIPWriter.write(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    public static func == (left: SIPURI, right: SIPURI) -> Bool {
        left.scheme == right.scheme && left.user == right.user && left.password == right.password
            && left.host.equalsIgnoringCase(right.host) && left.port == right.port
            && left.parameters == right.parameters && left.headers == right.headers && left.opaque == right.opaque
    }

    /// Escapes what may not stand in a user part: everything but unreserved and `&=+$,;?/`.
    static func escape(_ text: String) -> String {
        if text.utf8.allSatisfy(\.isUserByte) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isUserByte {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Undoes `%41`; what is not a whole escape stays as it is.
    static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let pair = rest.prefix(2)
            if byte == UInt8(ascii: "%"), pair.count == 2, let high = pair.first?.hexValue,
                let low = pair.last?.hexValue
            {
                result.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
