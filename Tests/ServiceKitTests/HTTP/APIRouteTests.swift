import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@Suite struct APIRouteTests {
    private static let bell = Bell(
        id: QueueID(rawValue: "q1"), name: "Great Tom", metal: .bronze, weight: 6.2, tags: ["old"])

    @Test func `a route decodes the body, calls its function and encodes the answer`() async throws {
        let route = APIRoute(.post, "/v1/bells", "Cast a bell", .admin, status: .created) { (call: APICall<Bell>) in
            call.body
        }
        let shop = try await Shop([route])
        let headers = shop.headers(try await shop.token())
        try await shop.run { client async throws in
            let body = ByteBuffer(bytes: try JSONEncoder().encode(Self.bell))
            let response = try await client.execute(uri: "/v1/bells", method: .post, headers: headers, body: body)
            #expect(response.status == .created)
            let answer: Bell = try response.json()
            #expect(answer == Self.bell)
        }
    }

    @Test func `without a token the answer is 401 as problem+json with the request's id`() async throws {
        let shop = try await Shop([APIRoute(.get, "/v1/bells", "All", .agent) { (_: APICall<Nothing>) in Nothing() }])
        try await shop.run { client async throws in
            let response = try await client.execute(
                uri: "/v1/bells", method: .get, headers: [HTTPField.Name("X-Request-Id") ?? .date: "r-1"])
            #expect(response.status == .unauthorized)
            #expect(response.headers[.contentType] == "application/problem+json")
            #expect(response.headers[.wwwAuthenticate] == "Bearer")
            #expect(response.headers[HTTPField.Name("X-Request-Id") ?? .date] == "r-1")
            #expect(try response.json(Complaint.self).code == "unauthorized")
        }
    }

    @Test func `a role that a route does not name is forbidden`() async throws {
        let shop = try await Shop([
            APIRoute(.get, "/v1/a", "For admins", .admin) { (_: APICall<Nothing>) in Nothing() },
            APIRoute(.get, "/v1/b", "For a permission", .permission("bell.ring")) { (_: APICall<Nothing>) in Nothing()
            },
        ])
        let agent = shop.headers(try await shop.token(["agent"]))
        let ringer = shop.headers(try await shop.token(["agent"], permissions: ["bell.ring"]))
        let chief = shop.headers(try await shop.token(["operator"], tenant: .all))
        try await shop.run { client async throws in
            #expect(try await client.execute(uri: "/v1/a", method: .get, headers: agent).status == .forbidden)
            #expect(try await client.execute(uri: "/v1/b", method: .get, headers: agent).status == .forbidden)
            #expect(try await client.execute(uri: "/v1/b", method: .get, headers: ringer).status == .noContent)
            #expect(try await client.execute(uri: "/v1/a", method: .get, headers: chief).status == .noContent)
        }
    }

    @Test(arguments: Failure.Kind.allCases)
    func `each kind of failure has its status and is told in Chinese too`(kind: Failure.Kind) async throws {
        let route = APIRoute(.get, "/v1/fail", "Fails", .open) { (_: APICall<Nothing>) -> Nothing in
            throw Failure(kind, "No.", code: "no_bell")
        }
        let shop = try await Shop([route])
        try await shop.run { client async throws in
            let english = try await client.execute(uri: "/v1/fail", method: .get)
            let chinese = try await client.execute(
                uri: "/v1/fail", method: .get, headers: [.acceptLanguage: "zh-CN,zh;q=0.9"])
            let (first, second): (Complaint, Complaint) = (try english.json(), try chinese.json())
            #expect(english.status.code >= 400)
            #expect(first.status == english.status.code && first.code == "no_bell" && first.detail == "No.")
            #expect(first.title != second.title)
        }
    }

    @Test func `an error that is our own says nothing of its inside`() async throws {
        struct Secret: Error {}
        let route = APIRoute(.get, "/v1/fail", "Fails", .open) { (_: APICall<Nothing>) -> Nothing in throw Secret() }
        try await Shop([route]).run { client async throws in
            let response = try await client.execute(uri: "/v1/fail", method: .get)
            #expect(response.status == .internalServerError)
            #expect(!response.text.contains("Secret"))
        }
    }

    @Test(arguments: [
        (#"{"name":"x"}"#, "id"), ("{", "JSON"), ("[]", "body"),
        (#"{"id":"q","name":"x","metal":"gold","tags":[]}"#, "metal"),
        (#"{"id":"q","name":"x","metal":"steel","tags":[1]}"#, "tags"),
    ])
    func `a body that does not fit is refused with the field's name`(body: String, word: String) async throws {
        let route = APIRoute(.post, "/v1/bells", "Cast", .open) { (_: APICall<Bell>) in Nothing() }
        try await Shop([route]).run { client async throws in
            let response = try await client.execute(uri: "/v1/bells", method: .post, body: ByteBuffer(string: body))
            #expect(response.status == .badRequest)
            #expect(try response.json(Complaint.self).detail.contains(word))
        }
    }

    @Test func `a body that is too large is refused with 413, one that is not JSON with 415`() async throws {
        let route = APIRoute(.post, "/v1/bells", "Cast", .open, bodyLimit: 10) { (_: APICall<[String: String]>) in
            Nothing()
        }
        try await Shop([route]).run { client async throws in
            let large = try await client.execute(
                uri: "/v1/bells", method: .post, body: ByteBuffer(string: #"{"a":"0123456789"}"#))
            #expect(large.status == .contentTooLarge)
            let form = try await client.execute(
                uri: "/v1/bells", method: .post, headers: [.contentType: "text/plain"], body: ByteBuffer(string: "{}"))
            #expect(form.status == .unsupportedMediaType)
        }
    }

    @Test func `what is nowhere is 404 as problem+json`() async throws {
        try await Shop([]).run { client async throws in
            let response = try await client.execute(uri: "/v1/nowhere", method: .get)
            #expect(response.status == .notFound)
            #expect(try response.json(Complaint.self).code == "not_found")
        }
    }

    @Test func `a wrong method is told which are right`() async throws {
        let routes = [
            APIRoute(.get, "/v1/bells/{id}", "One", .open) { (_: APICall<Nothing>) in Nothing() },
            APIRoute(.put, "/v1/bells/{id}", "Set", .open) { (_: APICall<Nothing>) in Nothing() },
        ]
        try await Shop(routes).run { client async throws in
            let response = try await client.execute(uri: "/v1/bells/1", method: .delete)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, PUT")
        }
    }

    @Test func `a character that PostgreSQL cannot hold is refused at the door`() async throws {
        let route = APIRoute(.post, "/v1/bells", "Cast", .open) { (_: APICall<[String: String]>) in Nothing() }
        try await Shop([route]).run { client async throws in
            let body = ByteBuffer(string: #"{"name":"a\u0000b"}"#)
            #expect(try await client.execute(uri: "/v1/bells", method: .post, body: body).status == .badRequest)
        }
    }

    @Test func `parts of the path and the query are decoded and checked`() async throws {
        let route = APIRoute(.get, "/v1/bells/{id}", "One", .open) { (call: APICall<Nothing>) in
            let id: QueueID = try call.path("id")
            let metal = try call.query("metal", as: Bell.Metal.self)
            return ["id": id.rawValue, "metal": metal?.rawValue ?? "", "n": "\(try call.query("n", in: 1...5) ?? 0)"]
        }
        try await Shop([route]).run { client async throws in
            let good = try await client.execute(uri: "/v1/bells/%2B49?metal=steel&n=5", method: .get)
            #expect(try good.json([String: String].self) == ["id": "+49", "metal": "steel", "n": "5"])
            #expect(try await client.execute(uri: "/v1/bells/%00", method: .get).status == .notFound)
            #expect(try await client.execute(uri: "/v1/bells/1?metal=gold", method: .get).status == .badRequest)
            #expect(try await client.execute(uri: "/v1/bells/1?n=6", method: .get).status == .badRequest)
        }
    }

    @Test func `an operator names the tenant, everyone else has his own`() async throws {
        let route = APIRoute(.get, "/v1/tenant", "Mine", .signedIn) { (call: APICall<Nothing>) in
            try call.tenant.rawValue
        }
        let shop = try await Shop([route])
        let name = try #require(HTTPField.Name("X-Tenant"))
        let chief = shop.headers(try await shop.token(["operator"], tenant: .all))
        let chiefThere = shop.headers(try await shop.token(["operator"], tenant: .all), [name: "t7"])
        let admin = shop.headers(try await shop.token(), [name: "t7"])
        try await shop.run { client async throws in
            #expect(try await client.execute(uri: "/v1/tenant", method: .get, headers: chief).status == .badRequest)
            #expect(try await client.execute(uri: "/v1/tenant", method: .get, headers: chiefThere).text == #""t7""#)
            #expect(try await client.execute(uri: "/v1/tenant", method: .get, headers: admin).text == #""t1""#)
        }
    }
}
