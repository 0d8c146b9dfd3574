import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Dialer

@Suite struct DoNotCallTests {
    private func forbid(_ number: String, _ database: Database) async throws {
        let entry = DoNotCall(number: number, reason: "asked for it", addedBy: "amy", addedAt: 5)
        try await DoNotCallStore(database: database).add(entry, of: "t")
    }

    @Test func `numbers are the same by their last ten digits, however they are written`() {
        #expect(DoNotCall.key("+8613900000001") == DoNotCall.key("13900000001"))
        #expect(DoNotCall.key("10086") == "10086")
        #expect(DoNotCall.key("13900000001") != DoNotCall.key("13900000002"))
    }

    @Test func `what must not be called is not taken from a list, and all else is told`() {
        let sent: [NumberImport.Row] = [.init(number: "139 0000 0001"), .init(number: "13900000002")]
        var list = NumberImport(sent)
        list.leaveOut(["3900000001"], of: sent)
        #expect(list.rows.map(\.number) == ["13900000002"])
        #expect(list.errors.map(\.row) == [1])
    }

    @Test func `no campaign calls it, whether the dialer begins or an agent`() async throws {
        try await withPreviews { database, store in
            _ = try await NumberStore(database: database).add(
                [.init(number: "+8613900000001"), .init(number: "101")], to: "spring", of: "t", at: 0)
            let mine = try #require(
                try await store.give(.looked(), to: "amy", of: "t", in: [""], at: 1))
            #expect(mine.number == "+8613900000001")
            try await forbid("13900000001", database)
            let refused = await #expect(throws: Failure.self) {
                try await store.dial(mine.id, by: "amy", of: "t", at: 2)
            }
            #expect(refused?.code == "doNotCall")
            #expect(try await store.end(mine.id, PreviewEnd(.expired), of: "t", at: 3))
            #expect(try await store.give(.looked(), to: "amy", of: "t", in: [""], at: 4)?.number == "101")
            #expect(try await store.give(.looked(), to: "bob", of: "t", in: [""], at: 4) == nil)
            let taken = try await AttemptStore(database: database).claim(
                5, of: .named("spring"), "t", in: [""], at: 4)
            #expect(taken.isEmpty)
            try await DoNotCallStore(database: database).remove("+86 139 0000 0001", of: "t")
            #expect(try await store.give(.looked(), to: "bob", of: "t", in: [""], at: 5)?.number == "+8613900000001")
        }
    }

    @Test func `each is there once, with who said so first, and tenants have lists of their own`() async throws {
        try await withPreviews { database, _ in
            let store = DoNotCallStore(database: database)
            try await forbid("13900000001", database)
            try await forbid("+8613900000001", database)
            try await forbid("10086", database)
            #expect(try await store.list(PageRequest(), of: "t").items.map(\.number) == ["10086", "13900000001"])
            #expect(try await store.list(PageRequest(), of: "u").items.isEmpty)
            #expect(try await store.forbidden(among: ["10086", "1"], of: "t") == ["10086"])
            await #expect(throws: Failure.self) { try await store.remove("1", of: "t") }
        }
    }

    @Test func `agents add to it, and only those who manage campaigns take away`() async throws {
        try await withPreviews { database, _ in
            let routes = DoNotCallRoutes(store: DoNotCallStore(database: database)).routes
            try await withDesk(user: "amy", roles: ["agent"]) {
                APIServer(service: "dialer", routes: routes, tokens: $0)
            } _: { desk in
                try await desk.gets(400, "POST", "/v1/do-not-call", #"{"number": "x"}"#)
                try await desk.gets(201, "POST", "/v1/do-not-call", #"{"number": "139 0000 0001", "reason": "asked"}"#)
                try await desk.gets(403, "DELETE", "/v1/do-not-call/13900000001")
            }
            try await withDesk(user: "boss", roles: ["supervisor"]) {
                APIServer(service: "dialer", routes: routes, tokens: $0)
            } _: { desk in
                let listed = try await desk.all("/v1/do-not-call", DoNotCall.self)
                #expect(listed.map(\.addedBy) == ["amy"])
                try await desk.gets(204, "DELETE", "/v1/do-not-call/%2B8613900000001")
                try await desk.gets(404, "DELETE", "/v1/do-not-call/13900000001")
            }
        }
    }
}
