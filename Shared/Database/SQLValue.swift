public import Foundation

/// One value of a statement, as PostgreSQL reads it; nil is NULL.
public struct SQLParameter: Sendable, Hashable {
    let text: String?

    public init(text: String?) {
        self.text = text
    }
}

/// What may stand in the interpolation of a statement.
public protocol SQLValue {
    var sqlParameter: SQLParameter { get }
}

extension SQLValue where Self: CustomStringConvertible {
    public var sqlParameter: SQLParameter { SQLParameter(text: description) }
}

extension String: SQLValue {}
extension Int: SQLValue {}
extension Int16: SQLValue {}
extension Int32: SQLValue {}
extension Int64: SQLValue {}
extension UInt8: SQLValue {}
extension UInt16: SQLValue {}
extension UInt32: SQLValue {}
extension UInt64: SQLValue {}
extension Bool: SQLValue {}
extension Double: SQLValue {}

extension UUID: SQLValue {
    public var sqlParameter: SQLParameter { SQLParameter(text: uuidString) }
}

extension Data: SQLValue {
    public var sqlParameter: SQLParameter { SQLParameter(text: ByteaText.encode(self)) }
}

extension Date: SQLValue {
    public var sqlParameter: SQLParameter { SQLParameter(text: TimestampText.encode(self)) }
}

extension Optional: SQLValue where Wrapped: SQLValue {
    public var sqlParameter: SQLParameter { self?.sqlParameter ?? SQLParameter(text: nil) }
}

extension Array: SQLValue where Element: SQLValue {
    public var sqlParameter: SQLParameter { SQLParameter(text: ArrayText.encode(map(\.sqlParameter.text))) }
}

/// JSON text on its way into a `json` or `jsonb` column; made by ``SQL/json(_:)``.
public struct SQLJSON: SQLValue, Sendable {
    public let sqlParameter: SQLParameter

    /// Making one for each value costs more than the value.
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }()

    init(encoding value: some Encodable) throws {
        sqlParameter = SQLParameter(text: String(decoding: try Self.encoder.encode(value), as: UTF8.self))
    }

    /// JSON that is text already, such as an envelope's body.
    public init(text: Data) {
        sqlParameter = SQLParameter(text: String(decoding: text, as: UTF8.self))
    }
}
