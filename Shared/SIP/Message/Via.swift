/// One hop that a request has passed: where responses go, and which transaction they belong to (RFC 3261 §20.42).
public struct Via: Sendable, Equatable, CustomStringConvertible {
    /// `UDP`, `TCP` and so on, as written.
    public var transport: String
    public var host: String
    public var port: Int?
    public var parameters: SIPParameters

    public init(transport: String, host: String, port: Int? = nil, branch: String? = nil) {
        self.transport = transport
        self.host = host
        self.port = port
        parameters = [:]
        parameters["branch"] = branch
    }

    public var branch: String? { parameters["branch"] }

    /// The branch if it is unique by RFC 3261's promise; nil for RFC 2543's and for the cookie with nothing behind it.
    public var transactionBranch: String? {
        guard let branch, branch.utf8.count > 7, branch.utf8.prefix(7).elementsEqual("z9hG4bK".utf8) else { return nil }
        return branch
    }

    public var description: String {
        var bytes: [UInt8] = []
        SIPWriter.write(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
