public import Contracts
import Foundation

/// A type that says itself how its JSON looks, because its `init(from:)` cannot be read off: an enumeration with values,
/// say.
public protocol HasJSONSchema {
    static var jsonSchema: JSONValue { get }
}

extension JSONValue: HasJSONSchema {
    public static var jsonSchema: JSONValue { [:] }
}

/// The schemas of the types that routes take and answer: found by asking each `Decodable` type which keys it reads.
///
/// A document made this way cannot name a field that the code does not read. What cannot be found out becomes `{}`
/// (anything); such a type should be ``HasJSONSchema``.
final class SchemaBook {
    private(set) var schemas: [String: JSONValue] = [:]
    private var underWay: Set<String> = []

    func add(_ name: String, _ type: any Decodable.Type) { _ = reference(type, name: name) }

    /// `{"$ref": …}` for an object, the schema itself for what is small.
    func reference(_ type: any Decodable.Type, name: String? = nil) -> JSONValue {
        if let own = type as? any HasJSONSchema.Type { return own.jsonSchema }
        if let simple = Self.simple(type) { return simple }
        if let list = type as? any ListSchema.Type { return ["type": "array", "items": reference(list.elementType)] }
        if let map = type as? any MapSchema.Type {
            return ["type": "object", "additionalProperties": reference(map.valueType)]
        }
        if let optional = type as? any OptionalSchema.Type { return reference(optional.wrappedType) }
        if let choice = type as? any CaseIterable.Type, let cases = Self.cases(choice) {
            return ["type": "string", "enum": .array(cases.map { .string($0) })]
        }
        let name = name ?? Self.name(type)
        let link: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
        guard schemas[name] == nil, !underWay.contains(name) else { return link }
        underWay.insert(name)
        defer { underWay.remove(name) }
        let reader = SchemaReader(book: self)
        _ = try? type.init(from: reader)
        switch reader.found {
        case .object(let properties, let required):
            schemas[name] = [
                "type": "object", "properties": .object(properties),
                "required": .array(required.sorted().map { .string($0) }),
            ]
            return link
        case .value(let schema): return schema
        case .nothing: return [:]
        }
    }

    private static func simple(_ type: any Decodable.Type) -> JSONValue? {
        switch type {
        case is String.Type: ["type": "string"]
        case is Bool.Type: ["type": "boolean"]
        case is any FixedWidthInteger.Type: ["type": "integer"]
        case is any BinaryFloatingPoint.Type: ["type": "number"]
        case is Date.Type: ["type": "string", "format": "date-time"]
        case is Data.Type: ["type": "string", "contentEncoding": "base64"]
        case is URL.Type: ["type": "string", "format": "uri"]
        case is UUID.Type: ["type": "string", "format": "uuid"]
        default: nil
        }
    }

    private static func cases(_ type: any CaseIterable.Type) -> [String]? {
        func texts<Choice: CaseIterable>(_ type: Choice.Type) -> [String] {
            type.allCases.compactMap { ($0 as? any RawRepresentable<String>)?.rawValue }
        }
        let found = texts(type)
        return found.isEmpty ? nil : found
    }

    /// `Page_Queue` for `Page<Queue>`; the outer type of a nested one leads: `Flow.Node` is `Flow_Node`.
    private static func name(_ type: any Decodable.Type) -> String {
        let full = String(reflecting: type)
        let short = full.split(whereSeparator: { "<>, ".contains($0) }).map { part in
            part.split(separator: ".").dropFirst().joined(separator: "_")
        }
        return short.filter { !$0.isEmpty }.joined(separator: "_")
    }
}

private protocol ListSchema { static var elementType: any Decodable.Type { get } }
private protocol MapSchema { static var valueType: any Decodable.Type { get } }
private protocol OptionalSchema { static var wrappedType: any Decodable.Type { get } }

extension Array: ListSchema where Element: Decodable {
    fileprivate static var elementType: any Decodable.Type { Element.self }
}
extension Set: ListSchema where Element: Decodable {
    fileprivate static var elementType: any Decodable.Type { Element.self }
}
extension Dictionary: MapSchema where Key == String, Value: Decodable {
    fileprivate static var valueType: any Decodable.Type { Value.self }
}
extension Optional: OptionalSchema where Wrapped: Decodable {
    fileprivate static var wrappedType: any Decodable.Type { Wrapped.self }
}
