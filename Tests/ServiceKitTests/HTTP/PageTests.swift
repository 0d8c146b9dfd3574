import Contracts
import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@Suite struct PageTests {
    private static let numbers = APIRoute(.get, "/v1/numbers", "0 to 9", .open, parameters: .page) {
        (call: APICall<Nothing>) in
        let page = try call.page(limit: 4)
        let from = try page.key(0).flatMap { Int($0) }.map { $0 + 1 } ?? 0
        let rows = Array((from..<10).prefix(page.limit + 1))
        return Page(rows: rows, request: page) { ["\($0)"] }
    }

    @Test func `the parts of a list are the list`() async throws {
        try await Shop([Self.numbers]).run { client async throws in
            var seen: [Int] = []
            var cursor = ""
            repeat {
                let uri = "/v1/numbers?cursor=\(cursor)"
                let page = try await client.execute(uri: uri, method: .get).json(Page<Int>.self)
                seen += page.items
                cursor = page.nextCursor ?? ""
            } while !cursor.isEmpty
            #expect(seen == Array(0..<10))
        }
    }

    @Test(arguments: ["limit=0", "limit=201", "limit=x", "cursor=%25", "cursor=W10", "cursor=WyJhXHUwMDAwIl0"])
    func `a page that makes no sense is refused`(query: String) async throws {
        try await Shop([Self.numbers]).run { client async throws in
            let response = try await client.execute(uri: "/v1/numbers?\(query)", method: .get)
            #expect(response.status == .badRequest)
        }
    }
}
