import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

@Suite struct AccessNumberStoreTests {
    @Test func `a copy takes the place of what was there, and the switch notices`() async throws {
        try await withDatabase("media", Outbox.migrations + MediaServer.schema) { database async throws in
            let store = AccessNumberStore(database: database)
            let (acme, other) = (TenantID(rawValue: "acme"), TenantID(rawValue: "other"))
            try await database.transaction { connection in
                try AccessNumberStore.changed(
                    AccessNumberChanged(number: "1", isAssigned: true), tenant: acme, in: connection)
            }
            let revision = {
                try await database.query("SELECT revision FROM media.switch_revision") {
                    try $0.get("revision") as Int64
                }
            }
            let before = try await revision()
            try await database.transaction { connection in
                try AccessNumberStore.replace(
                    [AccessNumberOwner(number: "2", tenant: acme), AccessNumberOwner(number: "3", tenant: other)],
                    in: connection)
            }
            #expect(try await store.all() == ["2": acme, "3": other])
            #expect(try await revision() != before)
        }
    }
}
