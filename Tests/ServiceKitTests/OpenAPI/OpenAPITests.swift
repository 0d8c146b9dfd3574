import Contracts
import Foundation
import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@Suite struct OpenAPITests {
    @Test func `the document says what the routes take and give`() async throws {
        let routes = [
            APIRoute(.post, "/v1/bells", "Cast a bell", .admin, status: .created) { (call: APICall<Bell>) in call.body
            },
            APIRoute(.get, "/v1/bells", "All bells", .agent, parameters: .page) { (_: APICall<Nothing>) in
                Page<Bell>(items: [])
            },
            APIRoute(.delete, "/v1/bells/{id}", "Melt a bell", .admin) { (_: APICall<Nothing>) in Nothing() },
        ]
        try await Shop(routes).run { client async throws in
            let document: JSONValue = try await client.execute(uri: "/openapi.json", method: .get).json()
            #expect(document["openapi"] == "3.1.0")
            let paths = document["paths"]
            let post = paths?["/v1/bells"]?["post"]
            #expect(
                post?["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"] == "#/components/schemas/Bell"
            )
            #expect(
                post?["responses"]?["201"]?["content"]?["application/json"]?["schema"]?["$ref"]
                    == "#/components/schemas/Bell")
            #expect(post?["security"] == [["token": []]])
            #expect(paths?["/v1/bells/{id}"]?["delete"]?["responses"]?["204"] != nil)
            let schemas = document["components"]?["schemas"]
            #expect(schemas?["Page_Bell"]?["properties"]?["items"]?["items"]?["$ref"] == "#/components/schemas/Bell")
            #expect(
                schemas?["Bell"] == [
                    "type": "object", "required": ["id", "metal", "name", "tags"],
                    "properties": [
                        "id": ["type": "string"], "name": ["type": "string"],
                        "metal": ["type": "string", "enum": ["bronze", "steel"]],
                        "weight": ["type": ["number", "null"]],
                        "tags": ["type": "array", "items": ["type": "string"]],
                    ],
                ])
        }
    }

    @Test func `nested, recursive and mapped types are described`() async throws {
        struct Tree: Codable, Sendable {
            let leaves: [Tree]
            let when: Timestamp
            let words: [String: Int]
            let any: JSONValue
        }
        let route = APIRoute(.get, "/v1/tree", "A tree", .open) { (_: APICall<Nothing>) -> Tree in
            throw Failure(.notFound, "None.")
        }
        try await Shop([route]).run { client async throws in
            let document: JSONValue = try await client.execute(uri: "/openapi.json", method: .get).json()
            let content = document["paths"]?["/v1/tree"]?["get"]?["responses"]?["200"]?["content"]
            guard case .string(let link)? = content?["application/json"]?["schema"]?["$ref"] else {
                Issue.record("The tree has no schema.")
                return
            }
            let tree = document["components"]?["schemas"]?[String(link.split(separator: "/").last ?? "")]
            #expect(tree?["properties"]?["leaves"] == ["type": "array", "items": ["$ref": .string(link)]])
            #expect(tree?["properties"]?["when"] == ["type": "integer"])
            #expect(tree?["properties"]?["words"] == ["type": "object", "additionalProperties": ["type": "integer"]])
            #expect(tree?["properties"]?["any"] == [:])
        }
    }
}
