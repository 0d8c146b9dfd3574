import Contracts
import Database
import Foundation
import Logging
import TestSupport
import Testing

@testable import MediaServer

/// Faxes go when their days are over.
@Suite(.timeLimit(.minutes(2))) struct FaxKeeperTests {
    private func fax(_ id: FaxID, _ state: Fax.State, daysAgo: Int, tenant: TenantID = "t") -> OwnedFax {
        let made = Timestamp(Date().addingTimeInterval(-86_400 * Double(daysAgo)))
        return OwnedFax(
            tenant: tenant, instance: "media-server/1",
            fax: Fax(
                id: id, direction: .received, state: state, number: "1", line: "2", pages: 1, attempts: 1,
                mostAttempts: 1, createdAt: made),
            options: FaxOptions(), pauseSeconds: 60)
    }

    @Test func `a tenant's days count, then those of its recordings; what is still to be sent stays`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "faxes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withDatabase("media", MediaServer.schema) { database in
            let log = Logger(label: "test")
            let office = FaxOffice(
                FaxPlace(directory: directory, keys: nil), FaxConfiguration(program: "/bin/false"), database: database,
                instance: InstanceID(.mediaServer, 1), log: log, publish: { _, _ in })
            var old = fax("old", .received, daysAgo: 40)
            try office.place.keep([1, 2, 3], of: &old)
            let others = [
                fax("new", .received, daysAgo: 5), fax("waits", .queued, daysAgo: 400),
                fax("elsewhere", .sent, daysAgo: 400, tenant: "u"),
                fax("recordings", .failed, daysAgo: 40, tenant: "v"),
            ]
            try await office.store.put([old] + others)
            let policies = RecordingPolicyStore(database: database)
            try await policies.put(RecordingPolicy(retentionDays: 365, faxRetentionDays: 30), tenant: "t")
            try await policies.put(RecordingPolicy(retentionDays: 31), tenant: "v")
            try await FaxKeeper(office: office, log: log).deleteExpired()
            var states: [Fax.State] = []
            for owned in [old] + others {
                states.append(try await office.store.find(owned.fax.id, tenant: owned.tenant).fax.state)
            }
            #expect(states == [.deleted, .received, .queued, .deleted, .deleted])
            #expect(throws: Failure.self) { try office.place.document(of: old) }
        }
    }
}
