import Contracts
import Foundation
import HTTPTypes

/// The OpenAPI 3.1 document of a service, made from the routes that run.
struct OpenAPIDocument {
    let title: String
    let routes: [APIRoute]

    var text: String {
        String(decoding: (try? JSONEncoder.api.encode(value)) ?? Data(), as: UTF8.self)
    }

    var value: JSONValue {
        let schemas = SchemaBook()
        var paths: [String: JSONValue] = [:]
        for route in routes {
            var operations: [String: JSONValue] = [:]
            if case .object(let known) = paths[route.path] { operations = known }
            operations[route.method.rawValue.lowercased()] = operation(route, schemas)
            paths[route.path] = .object(operations)
        }
        schemas.add("Problem", Problem.self)
        return [
            "openapi": "3.1.0",
            "info": ["title": .string("Carillon \(title)"), "version": .string(CarillonVersion.current)],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.schemas),
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
            ],
        ]
    }

    private func operation(_ route: APIRoute, _ schemas: SchemaBook) -> JSONValue {
        var operation: [String: JSONValue] = [
            "summary": .string(route.summary),
            "description": .string(route.access.sentence),
            "operationId": .string(operationID(route)),
            "responses": responses(route, schemas),
        ]
        if route.access != .open { operation["security"] = [["token": []]] }
        let parameters = parameters(route)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let type = route.requestType {
            operation["requestBody"] = body(route.requestMediaType, schemas.reference(type), required: true)
        } else if !route.requestMediaType.isEmpty, route.requestMediaType != "application/json" {
            operation["requestBody"] = body(route.requestMediaType, [:], required: true)
        }
        return .object(operation)
    }

    private func parameters(_ route: APIRoute) -> [JSONValue] {
        let inPath = route.pathParameters.map { name -> JSONValue in
            ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        let inQuery = route.parameters.map { parameter -> JSONValue in
            [
                "name": .string(parameter.name), "in": "query", "required": false, "schema": parameter.schema,
                "description": .string(parameter.sentence),
            ]
        }
        if route.replyMediaType == "text/event-stream" {
            let last: JSONValue = [
                "name": "Last-Event-ID", "in": "header", "required": false, "schema": ["type": "string"],
                "description": "The last event's id, as browsers send it when they come back.",
            ]
            return inPath + inQuery + [last]
        }
        guard route.method == .post, case .stored = route.repeats, route.access != .open else {
            return inPath + inQuery
        }
        let key: JSONValue = [
            "name": "Idempotency-Key", "in": "header", "required": false,
            "schema": ["type": "string", "maxLength": .number(200)],
            "description": "Repeating a request with the same key does it once; kept for 24 hours.",
        ]
        return inPath + inQuery + [key]
    }

    private func responses(_ route: APIRoute, _ schemas: SchemaBook) -> JSONValue {
        var success: [String: JSONValue] = ["description": .string(route.status.reasonPhrase)]
        if let type = route.replyType {
            success["content"] = .object([route.replyMediaType: ["schema": schemas.reference(type)]])
        } else if route.status != .noContent {
            success["content"] = .object([route.replyMediaType: [:]])
        }
        return [
            "\(route.status.code)": .object(success),
            "default": [
                "description": "Refused, or failed.",
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ],
        ]
    }

    private func body(_ mediaType: String, _ schema: JSONValue, required: Bool) -> JSONValue {
        ["required": .bool(required), "content": .object([mediaType: ["schema": schema]])]
    }

    /// `post_v1_queues_id`
    private func operationID(_ route: APIRoute) -> String {
        let words = route.path.split { !$0.isLetter && !$0.isNumber }
        return ([Substring(route.method.rawValue.lowercased())] + words).joined(separator: "_")
    }
}
