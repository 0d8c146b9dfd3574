import Contracts
import Foundation

/// A decoder with no data: it writes down which keys a type reads, and gives it values that mean nothing.
final class SchemaReader: Decoder {
    enum Found {
        case nothing
        case object(properties: [String: JSONValue], required: Set<String>)
        case value(JSONValue)
    }

    let book: SchemaBook
    var found = Found.nothing
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(book: SchemaBook) { self.book = book }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if case .nothing = found { found = .object(properties: [:], required: []) }
        return KeyedDecodingContainer(KeyedSchema<Key>(reader: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        found = .value(["type": "array"])
        return EmptyList()
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleSchema(reader: self) }

    func note(_ key: String, _ schema: JSONValue, required isRequired: Bool) {
        guard case .object(var properties, var required) = found else { return }
        properties[key] = schema
        if isRequired { required.insert(key) }
        found = .object(properties: properties, required: required)
    }

    /// A value of the type, if one can be made out of nothing.
    func sample<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let value = Self.plainSample(type) { return value }
        if let choice = type as? any CaseIterable.Type, let first = Self.first(choice) as? Value { return first }
        return try Value(from: SchemaReader(book: book))
    }

    private static func first<Choice: CaseIterable>(_ type: Choice.Type) -> Any? { type.allCases.first }

    private static func plainSample<Value>(_ type: Value.Type) -> Value? {
        let samples: [Any] = [
            "", false, 0, Int8(0), Int16(0), Int32(0), Int64(0), UInt(0), UInt8(0), UInt16(0), UInt32(0), UInt64(0),
            0.0, Float(0), Date(timeIntervalSince1970: 0), Data(), UUID(), JSONValue.null,
        ]
        return samples.lazy.compactMap { $0 as? Value }.first { Swift.type(of: $0) == type }
    }
}

/// The keys of an object.
private struct KeyedSchema<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let reader: SchemaReader
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { true }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        reader.note(key.stringValue, reader.book.reference(type), required: true)
        return try reader.sample(type)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        reader.note(key.stringValue, nullable(reader.book.reference(type)), required: false)
        return nil
    }

    // The compiler's own witnesses for plain types go through these.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? { try optional(type, key) }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? { try optional(type, key) }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(type, key) }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? { try optional(type, key) }

    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        reader.note(key.stringValue, nullable(reader.book.reference(type)), required: false)
        return nil
    }

    /// The value, or null: the encoder leaves nil out, and clients may send null.
    private func nullable(_ schema: JSONValue) -> JSONValue {
        guard case .object(var fields) = schema else { return schema }
        if case .string(let type)? = fields["type"], fields["enum"] == nil {
            fields["type"] = [.string(type), "null"]
            return .object(fields)
        }
        return fields.isEmpty ? schema : ["anyOf": [schema, ["type": "null"]]]
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        reader.note(key.stringValue, ["type": "object"], required: true)
        return try SchemaReader(book: reader.book).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        reader.note(key.stringValue, ["type": "array"], required: true)
        return EmptyList()
    }

    func superDecoder() throws -> any Decoder { SchemaReader(book: reader.book) }
    func superDecoder(forKey key: Key) throws -> any Decoder { SchemaReader(book: reader.book) }
}

/// A type that is one value, such as an identifier.
private struct SingleSchema: SingleValueDecodingContainer {
    let reader: SchemaReader
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if case .nothing = reader.found { reader.found = .value(reader.book.reference(type)) }
        return try reader.sample(type)
    }
}

/// A list without elements.
private struct EmptyList: UnkeyedDecodingContainer {
    let codingPath: [any CodingKey] = []
    let count: Int? = 0
    let isAtEnd = true
    let currentIndex = 0

    mutating func decodeNil() throws -> Bool { throw ended }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { throw ended }
    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> { throw ended }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw ended }
    mutating func superDecoder() throws -> any Decoder { throw ended }

    private var ended: DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "no data"))
    }
}
