public import Foundation

/// What a column can be read as.
public protocol ColumnValue {
    /// The value that PostgreSQL's text for it means; nil if it means none of this type.
    static func decode(column text: String) -> Self?
}

extension ColumnValue where Self: LosslessStringConvertible {
    public static func decode(column text: String) -> Self? { Self(text) }
}

extension String: ColumnValue {}
extension Int: ColumnValue {}
extension Int16: ColumnValue {}
extension Int32: ColumnValue {}
extension Int64: ColumnValue {}
extension UInt8: ColumnValue {}
extension UInt16: ColumnValue {}
extension UInt32: ColumnValue {}
extension UInt64: ColumnValue {}
extension Double: ColumnValue {}

extension Bool: ColumnValue {
    public static func decode(column text: String) -> Bool? {
        switch text {
        case "t": true
        case "f": false
        default: nil
        }
    }
}

extension UUID: ColumnValue {
    public static func decode(column text: String) -> UUID? { UUID(uuidString: text) }
}

extension Data: ColumnValue {
    public static func decode(column text: String) -> Data? { ByteaText.decode(text) }
}

extension Date: ColumnValue {
    public static func decode(column text: String) -> Date? { TimestampText.decode(text) }
}

extension Array: ColumnValue where Element: ColumnValue {
    /// An array without NULLs, of one dimension.
    public static func decode(column text: String) -> [Element]? {
        guard let elements = ArrayText.decode(text) else { return nil }
        var values: [Element] = []
        for element in elements {
            guard let element, let value = Element.decode(column: element) else { return nil }
            values.append(value)
        }
        return values
    }
}
