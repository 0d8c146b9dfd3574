import Contracts
import Database
import Foundation
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(2))) struct RecordingStoreTests {
    private func ended(_ recordings: [RecordingID]) -> CallEnded {
        CallEnded(
            callID: "c1", direction: .inbound, customerNumber: "13800138000", accessNumber: "4001", flowID: nil,
            campaignID: nil, attemptID: nil, startedAt: .now(), endedAt: .now(), reason: .agentHungUp, segments: [],
            agentID: "amy", queueID: "sales", recordings: recordings, attributes: [:])
    }

    @Test func `a row has all that is known, and is written once a recording`() async throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        try await withDatabase("media", MediaServer.schema) { database in
            let store = RecordingStore(database: database)
            var owned = try shelf.liveRecording(format: .oggOpus)
            owned.recording.state = .writing
            owned.recording.pauses = [RecordingPause(atMilliseconds: 1, milliseconds: 2, leaves: .cut)]
            for _ in 0..<3 { try await store.put([owned]) }
            (owned.recording, _) = try shelf.finish(owned)
            owned.peaks = Data([1, 2])
            try await store.put([owned])
            var found = try await store.find("r1", tenant: "t")
            #expect(found.serial == 1)
            found.serial = nil
            #expect(found == owned.recording)
            let peaks = try await store.peaks("r1", tenant: "t")
            #expect(peaks == Data([1, 2]))
            // What comes late changes nothing any more, and another tenant sees nothing.
            owned.recording.state = .writing
            try await store.put([owned])
            let state = try await store.find("r1", tenant: "t").state
            #expect(state == .verified)
            await #expect(throws: Failure.self) { try await store.find("r1", tenant: "other") }
            var second = owned
            second.recording = Recording(
                id: "r2", callID: "c1", instance: nil, file: nil, state: .expected, startedAt: .now())
            try await store.put([second])
            let serial = try await store.find("r2", tenant: "t").serial
            #expect(serial == 2)
        }
    }

    @Test func `recordings are found by time, number, agent, line, answer and page by page`() async throws {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        try await withDatabase("media", MediaServer.schema) { database in
            let store = RecordingStore(database: database)
            let first = try shelf.liveRecording("r1")
            var second = try shelf.liveRecording("r2")
            second.recording.about = RecordingAbout(
                direction: .outbound, customerNumber: "13900139000", line: "4002", agentID: "bob", queueID: "care",
                answeredAt: Timestamp(microseconds: 1_800_000_000_000_000))
            try await store.put([first, second])
            func found(_ filter: RecordingFilter) async throws -> [RecordingID] {
                try await store.search(filter, PageRequest(), tenant: "t").items.map(\.id)
            }
            let time = first.recording.startedAt
            let cases: [(RecordingFilter, [RecordingID])] = [
                (RecordingFilter(), ["r2", "r1"]), (RecordingFilter(number: "13800138000"), ["r1"]),
                (RecordingFilter(number: "139*"), ["r2"]), (RecordingFilter(number: "1*"), ["r2", "r1"]),
                (RecordingFilter(number: "%"), []), (RecordingFilter(agent: "bob"), ["r2"]),
                (RecordingFilter(line: "4001"), ["r1"]), (RecordingFilter(queue: "care"), ["r2"]),
                (RecordingFilter(call: "c1"), ["r2", "r1"]), (RecordingFilter(state: .verified), []),
                (RecordingFilter(isMarked: true), []),
                (RecordingFilter(answeredFrom: Timestamp(microseconds: 1_750_000_000_000_000)), ["r2"]),
                (RecordingFilter(answeredTo: Timestamp(microseconds: 1_750_000_000_000_000)), ["r1"]),
                (RecordingFilter(from: time), ["r2", "r1"]), (RecordingFilter(to: time), []),
            ]
            for (filter, wanted) in cases {
                let ids = try await found(filter)
                #expect(ids == wanted, "\(filter)")
            }
            let page = try await store.search(RecordingFilter(), PageRequest(limit: 1), tenant: "t")
            #expect(page.items.map(\.id) == ["r2"])
            #expect(page.nextCursor != nil)
            let next = try await store.search(
                RecordingFilter(), PageRequest(limit: 1, after: ["\(time.microseconds)", "r2"]), tenant: "t")
            #expect(next.items.map(\.id) == ["r1"])
            let foreign = try await store.search(RecordingFilter(), PageRequest(), tenant: "other").items
            #expect(foreign.isEmpty)
        }
    }

    @Test func `a recording that the call names and nobody made raises an alarm once, and goes on if it appears`()
        async throws
    {
        let shelf = try Shelf(sealed: false)
        defer { shelf.remove() }
        try await withDatabase("media", MediaServer.schema) { database in
            let (parts, told) = shelf.parts(database)
            try await parts.store.put([try shelf.liveRecording("made")])
            let call = ended(["made", "lost"])
            for _ in 0..<2 {
                try await database.transaction(tenant: "*") { connection in
                    try RecordingStore.expect(call, tenant: "t", in: connection)
                }
            }
            try await parts.keeper.tellMissing(after: .seconds(60))
            #expect(told.all(RecordingMissing.self).isEmpty)
            for _ in 0..<2 { try await parts.keeper.tellMissing(after: .zero) }
            #expect(told.all(RecordingMissing.self).map(\.recordingID) == ["lost"])
            let missing = try await parts.store.find("lost", tenant: "t")
            #expect(missing.state == .missing)
            #expect(missing.about?.agentID == "amy")
            var late = try shelf.liveRecording("lost")
            late.recording.state = .writing
            try await parts.store.put([late])
            let state = try await parts.store.find("lost", tenant: "t").state
            #expect(state == .writing)
        }
    }

    @Test func `a tenant's policy is kept, known to the switch, and no tenant keeps less than the law wants`()
        async throws
    {
        try await withDatabase("media", MediaServer.schema) { database in
            let policies = RecordingPolicyStore(database: database)
            let standard = try await policies.find(tenant: "t")
            #expect(standard == .standard)
            let policy = RecordingPolicy(
                format: .oggOpus, layout: .mixed, pauseLeaves: .cut, retentionDays: 40,
                queueRetentionDays: ["sales": 90], faxRetentionDays: 7)
            try await policies.put(policy, tenant: "t")
            let keeper = SwitchBookKeeper(database: database, log: .init(label: "test"))
            try await keeper.refresh()
            #expect(keeper.current.recordingPolicies == ["t": policy])
            try await policies.put(.standard, tenant: "t")
            try await keeper.refresh()
            #expect(keeper.current.recordingPolicies == ["t": .standard])
            #expect(throws: Failure.self) { try RecordingPolicy(retentionDays: 29).check(minimumDays: 30) }
            #expect(throws: Failure.self) { try RecordingPolicy(format: .wavGSM).check(minimumDays: 30) }
            try RecordingPolicy(format: .wavGSM, layout: .mixed).check(minimumDays: 30)
            #expect(throws: Failure.self) {
                try RecordingPolicy(queueRetentionDays: ["sales": 29]).check(minimumDays: 30)
            }
            #expect(throws: Failure.self) { try RecordingPolicy(faxRetentionDays: 0).check(minimumDays: 30) }
        }
    }
}
