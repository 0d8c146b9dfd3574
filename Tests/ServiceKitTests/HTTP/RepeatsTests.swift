import Contracts
import Database
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceKit
import Synchronization
import TestSupport
import Testing

@Suite struct RepeatsTests {
    private static let name = HTTPField.Name("Idempotency-Key") ?? .date

    /// Counts how often it was rung.
    private final class Tower: Sendable {
        let rung = Mutex(0)

        var route: APIRoute {
            APIRoute(.post, "/v1/ring", "Ring", .agent, status: .created) { (call: APICall<[String: String]>) in
                guard call.body["name"] != "broken" else { throw Failure(.unavailable, "It is broken.") }
                return self.rung.withLock {
                    $0 += 1
                    return ["times": $0]
                }
            }
        }
    }

    @Test func `the same key rings once and is answered the same`() async throws {
        try await check { client, headers async throws in
            let first = try await client.execute(
                uri: "/v1/ring", method: .post, headers: headers("k1"), body: ByteBuffer(string: #"{"name":"a"}"#))
            let second = try await client.execute(
                uri: "/v1/ring", method: .post, headers: headers("k1"), body: ByteBuffer(string: #"{"name":"a"}"#))
            #expect(first.status == .created && second.status == .created)
            #expect(first.text == #"{"times":1}"# && second.text == first.text)
            #expect(second.headers[HTTPField.Name("Idempotency-Replayed") ?? .date] == "true")
            #expect(second.headers[.contentType] == "application/json")
        }
    }

    @Test func `the same key with another body is 422`() async throws {
        try await check { client, headers async throws in
            _ = try await client.execute(
                uri: "/v1/ring", method: .post, headers: headers("k1"), body: ByteBuffer(string: #"{"name":"a"}"#))
            let other = try await client.execute(
                uri: "/v1/ring", method: .post, headers: headers("k1"), body: ByteBuffer(string: #"{"name":"b"}"#))
            #expect(other.status == .unprocessableContent)
            #expect(try other.json(Complaint.self).code == "idempotency_key_reused")
        }
    }

    @Test func `a request that failed may be tried again with its key`() async throws {
        try await check { client, headers async throws in
            let body = ByteBuffer(string: #"{"name":"broken"}"#)
            for _ in 1...2 {
                let response = try await client.execute(
                    uri: "/v1/ring", method: .post, headers: headers("k1"), body: body)
                #expect(response.status == .serviceUnavailable)
            }
        }
    }

    @Test func `an operator's key for one tenant is not taken for another's answer`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let shop = try await Shop([Tower().route], repeats: StoredRepeats(database))
            let token = try await shop.token(["operator"], tenant: .all)
            let tenant = HTTPField.Name("X-Tenant") ?? .date
            try await shop.run { client async throws in
                for (name, status) in [("t1", HTTPResponse.Status.created), ("t2", .unprocessableContent)] {
                    let response = try await client.execute(
                        uri: "/v1/ring", method: .post, headers: shop.headers(token, [Self.name: "k1", tenant: name]),
                        body: ByteBuffer(string: #"{"name":"a"}"#))
                    #expect(response.status == status)
                }
            }
        }
    }

    /// A store that loses its database between a request and its answer.
    private final class Forgetful: RepeatStore {
        let forgotten = Mutex(0)
        func begin(_ key: RepeatKey) async throws -> RepeatState { .new }
        func finish(_ key: RepeatKey, _ answer: KeptAnswer) async throws { throw Failure(.unavailable, "Gone.") }
        func forget(_ key: RepeatKey) async throws { forgotten.withLock { $0 += 1 } }
    }

    @Test func `what is done is answered so, though the answer cannot be kept, and its key is not free again`()
        async throws
    {
        let store = Forgetful()
        let shop = try await Shop([Tower().route], repeats: store)
        let token = try await shop.token()
        try await shop.run { client async throws in
            let response = try await client.execute(
                uri: "/v1/ring", method: .post, headers: shop.headers(token, [Self.name: "k1"]),
                body: ByteBuffer(string: #"{"name":"a"}"#))
            #expect(response.status == .created)
            #expect(store.forgotten.withLock { $0 } == 0)
        }
    }

    @Test func `keys of two users are two keys`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let store = StoredRepeats(database)
            let key = { (user: String) in
                RepeatKey(
                    tenant: TenantID(rawValue: "t1"), user: UserID(rawValue: user), key: "k", requestHash: "h")
            }
            #expect(try await store.begin(key("amy")) == .new)
            #expect(try await store.begin(key("bob")) == .new)
            #expect(try await store.begin(key("amy")) == .underWay)
        }
    }

    private func check(
        _ body: @escaping @Sendable (any TestClientProtocol, @Sendable (String) -> HTTPFields) async throws -> Void
    ) async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let shop = try await Shop([Tower().route], repeats: StoredRepeats(database))
            let token = try await shop.token()
            try await shop.run { client async throws in
                try await body(client) { shop.headers(token, [Self.name: $0]) }
            }
        }
    }
}
