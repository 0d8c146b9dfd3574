/// A display name, a URI and parameters: From, To, Contact, Route (RFC 3261 §20.10).
public struct NameAddress: Sendable, Equatable, CustomStringConvertible {
    /// Without its quotes and escapes.
    public var displayName: String?
    public var uri: SIPURI
    public var parameters: SIPParameters

    public init(displayName: String? = nil, uri: SIPURI, parameters: SIPParameters = [:]) {
        self.displayName = displayName
        self.uri = uri
        self.parameters = parameters
    }

    /// - Throws: `SIPParseError`
    public init(_ text: String) throws(SIPParseError) {
        var cursor = ByteCursor(Array(text.utf8))
        self = try cursor.nameAddress()
        guard cursor.isAtEnd else { throw cursor.error(.badAddress) }
    }

    /// Reads a comma-separated list, as in Contact and Route.
    /// - Throws: `SIPParseError`
    public static func list(_ text: String) throws(SIPParseError) -> [NameAddress] {
        var cursor = ByteCursor(Array(text.utf8))
        return try cursor.nameAddresses()
    }

    public var tag: String? {
        get { parameters["tag"] }
        set { parameters["tag"] = newValue }
    }

    public var description: String {
        var bytes: [UInt8] = []
        SIPWriter.write(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
