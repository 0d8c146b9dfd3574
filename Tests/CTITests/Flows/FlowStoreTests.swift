import Contracts
import Database
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite struct FlowStoreTests {
    private let root = UserID(rawValue: "root")

    private func withStore(_ body: (FlowStore) async throws -> Void) async throws {
        try await withDatabase("cti", CTI.schema) { try await body(FlowStore(database: $0)) }
    }

    @Test func `publishing again makes a new version and keeps the old one`() async throws {
        try await withStore { store in
            #expect(try await store.publish(.menu, as: "main", tenant: "t", by: root).version == 1)
            #expect(try await store.publish(.queueOnly, as: "main", tenant: "t", by: root).version == 2)
            #expect(try await store.find("main", version: nil, tenant: "t").flow == .queueOnly)
            let old = try await store.find("main", version: 1, tenant: "t")
            #expect(old.flow == .menu)
            #expect(old.publishedBy == root)
            #expect(try await store.list(tenant: "t").items.map(\.name) == ["Queue"])
            let wanted: Set = [FlowVersion(tenant: "t", flowID: "main", version: 1)]
            #expect(try await store.flows(wanted).values.map(\.name) == ["Menu"])
        }
    }

    @Test func `what is not there is not found`() async throws {
        try await withStore { store in
            await #expect(throws: Failure.self) { try await store.find("main", version: nil, tenant: "t") }
            await #expect(throws: Failure.self) { try await store.bind("400", to: "main", tenant: "t") }
            let none = try await store.flows([])
            #expect(none.isEmpty)
        }
    }

    @Test func `a tenant sees only his own flows and numbers`() async throws {
        try await withStore { store in
            _ = try await store.publish(.menu, as: "main", tenant: "t", by: root)
            try await store.bind("400", to: "main", tenant: "t")
            #expect(try await store.list(tenant: "other").items.isEmpty)
            #expect(try await store.accessNumbers(tenant: "other").items.isEmpty)
            await #expect(throws: Failure.self) { try await store.find("main", version: nil, tenant: "other") }
            await #expect(throws: Failure.self) { try await store.bind("401", to: "main", tenant: "other") }
            // Even a statement that forgets the tenant sees nothing of others.
            let seen = try await store.database.query("SELECT flow_id FROM cti.flow", tenant: "other") { _ in true }
            #expect(seen.isEmpty)
        }
    }

    @Test func `books hold the newest versions and what has changed since`() async throws {
        try await withStore { store in
            _ = try await store.publish(.menu, as: "main", tenant: "t", by: root)
            _ = try await store.publish(.queueOnly, as: "main", tenant: "t", by: root)
            try await store.bind("400", to: "main", tenant: "t")
            let (revision, books) = try await store.books(changedAfter: 0)
            #expect(books["t"]?.flow(forNumber: "400")?.version == 2)
            #expect(books["t"]?.flow(forNumber: "401") == nil)
            #expect(try await store.books(changedAfter: revision).books.isEmpty)

            _ = try await store.publish(.menu, as: "night", tenant: "u", by: root)
            try await store.bind(TenantBook.anyNumber, to: "night", tenant: "u")
            let later = try await store.books(changedAfter: revision)
            #expect(Array(later.books.keys) == ["u"])
            #expect(later.books["u"]?.flow(forNumber: "anything")?.flowID == "night")
        }
    }

    @Test func `a flow is withdrawn unless a number leads to it, its versions stay, and it comes back`() async throws {
        try await withStore { store in
            _ = try await store.publish(.menu, as: "main", tenant: "t", by: root)
            try await store.bind("400", to: "main", tenant: "t")
            await #expect(throws: Failure.self) { try await store.withdraw("main", tenant: "t") }
            try await store.bind("400", to: nil, tenant: "t")
            let before = try await store.books(changedAfter: 0)
            #expect(before.books["t"]?.flows["main"] != nil)
            try await store.withdraw("main", tenant: "t")
            #expect(try await store.books(changedAfter: before.revision).books["t"]?.flows.isEmpty == true)
            #expect(try await store.list(tenant: "t").items.isEmpty)
            await #expect(throws: Failure.self) { try await store.find("main", version: nil, tenant: "t") }
            await #expect(throws: Failure.self) { try await store.bind("400", to: "main", tenant: "t") }
            await #expect(throws: Failure.self) { try await store.withdraw("main", tenant: "t") }
            let running: Set = [FlowVersion(tenant: "t", flowID: "main", version: 1)]
            #expect(try await store.flows(running).count == 1, "calls that run go on in their version")
            #expect(try await store.rollBack("main", to: 1, tenant: "t", by: root).version == 2)
            try await store.bind("400", to: "main", tenant: "t")
        }
    }

    @Test func `where nodes are drawn is kept with the version`() async throws {
        try await withStore { store in
            var drawn = Flow.menu
            drawn.layout = ["welcome": [10, 20.5]]
            _ = try await store.publish(drawn, as: "main", tenant: "t", by: root)
            #expect(try await store.find("main", version: nil, tenant: "t").flow.layout == ["welcome": [10, 20.5]])
        }
    }

    @Test func `a number that is bound to nothing leads nowhere`() async throws {
        try await withStore { store in
            _ = try await store.publish(.menu, as: "main", tenant: "t", by: root)
            try await store.bind("400", to: "main", tenant: "t")
            let library = FlowLibrary(store: store, log: Logger(label: "test"))
            #expect(library.books(of: .of("t")) == nil)
            try await library.refresh()
            #expect(library.books(of: .of("t"))?["t"]?.flow(forNumber: "400") != nil)
            try await store.bind("400", to: nil, tenant: "t")
            try await library.refresh()
            #expect(library.books(of: .of("t"))?["t"]?.flow(forNumber: "400") == nil)
            #expect(try await store.accessNumbers(tenant: "t").items.isEmpty)
        }
    }
}
