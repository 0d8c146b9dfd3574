/// Why something was refused, in words for the one who asked. The only error that callers see.
public struct Failure: Error, Codable, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case invalid, notFound, conflict, unauthorized, forbidden, unavailable, staleEpoch, timeout, unknown
    }

    public let kind: Kind
    /// A sentence that is safe for people.
    public let message: String
    /// A stable word for programs; the kind's name when there is nothing finer.
    public let code: String

    public init(_ kind: Kind, _ message: String, code: String? = nil) {
        self.kind = kind
        self.message = message
        self.code = code ?? kind.rawValue
    }

    public var description: String { "\(kind.rawValue): \(message)" }
}
