import Contracts
import Foundation
import Testing

@testable import CTI

/// The schema that authors and editors go by says what the decoder reads, no more and no less.
@Suite struct FlowSchemaTests {
    private func type(of schema: JSONValue) throws -> String {
        try #require(schema["properties"]?["type"]?["const"]?.string)
    }

    private func properties(of schema: JSONValue) throws -> [String: JSONValue] {
        guard case .object(let properties)? = schema["properties"] else { throw Failure(.unknown, "no properties") }
        return properties
    }

    /// Something that the schema allows.
    private func sample(_ schema: JSONValue) -> JSONValue {
        if let constant = schema["const"] { return constant }
        if case .array(let choices)? = schema["enum"] { return choices.first ?? .null }
        switch schema["type"]?.string {
        case "integer": return schema["minimum"] ?? 1
        case "boolean": return true
        case "array": return schema["items"].map { [sample($0)] } ?? []
        case "object":
            if let values = schema["additionalProperties"] { return ["1": sample(values)] }
            guard case .object(let properties)? = schema["properties"] else { return [:] }
            return .object(properties.mapValues(sample))
        default: return "x"
        }
    }

    private func read(_ node: [String: JSONValue]) throws -> FlowNode {
        try JSONDecoder().decode(FlowNode.self, from: JSONEncoder().encode(JSONValue.object(node)))
    }

    @Test func `each kind of node is in the schema, and no other`() throws {
        let types = try FlowNode.kindSchemas.map(type)
        #expect(Set(types) == Set(FlowNode.Kind.allCases.map(\.rawValue)))
        #expect(types.count == FlowNode.Kind.allCases.count)
    }

    @Test func `every field of the schema is read, and every field that is read is in the schema`() throws {
        for schema in FlowNode.kindSchemas {
            let properties = try properties(of: schema)
            let node = try read(properties.mapValues(sample))
            let written = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(node))
            guard case .object(let fields) = written else { throw Failure(.unknown, "no object") }
            #expect(Set(fields.keys) == Set(properties.keys))
            let held = Mirror(reflecting: node).children.first.map { Mirror(reflecting: $0.value).children }
            #expect(Set(held?.compactMap(\.label) ?? []).union(["type"]) == Set(properties.keys))
        }
    }

    @Test func `what the schema requires is enough, and none of it can be left out`() throws {
        for schema in FlowNode.kindSchemas {
            let type = try type(of: schema)
            let required = try #require(FlowNode.requiredFields(of: type))
            var node = try properties(of: schema).filter { required.contains($0.key) || $0.key == "type" }
                .mapValues(sample)
            _ = try read(node)
            for field in required {
                let value = node.removeValue(forKey: field)
                #expect(throws: DecodingError.self, "\(type).\(field)") { try read(node) }
                node[field] = value
            }
        }
    }

    @Test func `the document's own fields are those of the schema`() throws {
        let fields = Mirror(reflecting: Flow.menu).children.compactMap(\.label)
        #expect(Set(fields) == Set(try properties(of: Flow.documentSchema).keys))
        #expect(Set(fields) == Set(Flow.requiredFields + ["layout"]))
    }

    @Test func `the steps that a program may answer are those of its schema`() throws {
        let types = try FlowScriptSchema.steps.map(type)
        #expect(Set(types) == Set(ScriptStep.Kind.allCases.map(\.rawValue)))
        for schema in FlowScriptSchema.steps {
            let properties = try properties(of: schema)
            let json = JSONValue.object(properties.mapValues(sample))
            let step = try JSONDecoder().decode(ScriptStep.self, from: JSONEncoder().encode(json))
            let written = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(step))
            guard case .object(let fields) = written else { throw Failure(.unknown, "no object") }
            #expect(Set(fields.keys) == Set(properties.keys))
        }
    }
}
