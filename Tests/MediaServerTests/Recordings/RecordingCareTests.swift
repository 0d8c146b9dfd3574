import Contracts
import Database
import Foundation
import TestSupport
import Testing

@testable import MediaServer

/// Backed up, moved, deleted.
@Suite(.timeLimit(.minutes(2))) struct RecordingCareTests {
    private func withVerified(
        _ room: RecordingRoom = RecordingRoom(freeBytes: 0, backupFreeBytes: 0),
        _ body: (Shelf, RecordingParts, Told, OwnedRecording) async throws -> Void
    ) async throws {
        let shelf = try Shelf(sealed: true)
        defer { shelf.remove() }
        try await withDatabase("media", MediaServer.schema) { database in
            let (parts, told) = shelf.parts(database, room: room)
            var owned = try shelf.liveRecording()
            (owned.recording, _) = try shelf.finish(owned)
            try await parts.store.put([owned])
            try await body(shelf, parts, told, owned)
        }
    }

    @Test func `a copy is read back before it counts`() async throws {
        try await withVerified { shelf, parts, _, owned in
            let care = RecordingCare(place: parts.place, store: parts.store)
            try await care.backUp(owned)
            let backedUp = try await parts.store.find("r1", tenant: "t")
            #expect(backedUp.backupFile == owned.recording.file)
            #expect(backedUp.place == .recordings)
            let path = try #require(parts.place.path(of: owned.recording))
            var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            bytes[500] ^= 1
            try Data(bytes).write(to: URL(filePath: path))
            await #expect(throws: SealError.self) { try await care.backUp(owned) }
        }
    }

    @Test func `with too little room the oldest recordings move to the backup, and are played from there`() async throws
    {
        try await withVerified(RecordingRoom(freeBytes: .max, backupFreeBytes: 0)) { shelf, parts, told, owned in
            let path = try #require(parts.place.path(of: owned.recording))
            let before = try shelf.played(owned.recording)
            try await parts.keeper.keepRoom()
            let moved = try await parts.store.find("r1", tenant: "t")
            #expect(moved.place == .backup)
            #expect(access(path, F_OK) != 0)
            #expect(try shelf.played(moved) == before)
            #expect(told.all(RecordingHandled.self).map(\.act) == [.moved])
        }
    }

    @Test func `a backup that is full is told once, and nothing is moved there`() async throws {
        try await withVerified(RecordingRoom(freeBytes: .max, backupFreeBytes: .max)) { _, parts, told, owned in
            let keeper = parts.keeper
            for _ in 0..<2 { try await keeper.keepRoom() }
            #expect(told.all(RecordingPlaceChanged.self).map(\.isFull) == [true])
            let place = try await parts.store.find("r1", tenant: "t").place
            #expect(place == .recordings)
        }
    }

    @Test func `room is looked after by these rules`() {
        var room = RecordingRoom(freeBytes: 100, backupFreeBytes: 50)
        #expect(room.look(free: 10, backup: nil, hasBackup: false) == [])
        #expect(room.look(free: 100, backup: 50, hasBackup: true) == [])
        #expect(room.look(free: 99, backup: 50, hasBackup: true) == [.moveOldest])
        #expect(room.look(free: 99, backup: 49, hasBackup: true) == [.tellBackup(isFull: true)])
        #expect(room.look(free: 99, backup: nil, hasBackup: true) == [])
        #expect(room.look(free: 99, backup: 60, hasBackup: true) == [.tellBackup(isFull: false), .moveOldest])
        #expect(room.look(free: nil, backup: 60, hasBackup: true) == [])
    }

    @Test func `after its days a recording and its copy are deleted, its row stays; what is marked is kept`()
        async throws
    {
        try await withVerified { shelf, parts, told, owned in
            let care = RecordingCare(place: parts.place, store: parts.store)
            try await care.backUp(owned)
            var second = try shelf.liveRecording("r2")
            (second.recording, _) = try shelf.finish(second)
            try await parts.store.put([second])
            try await parts.store.mark("r2", true, note: "law suit", tenant: "t")
            // Begun in 2023.
            try await parts.keeper.deleteExpired()
            let deleted = try await parts.store.find("r1", tenant: "t")
            #expect(deleted.state == .deleted)
            #expect(deleted.deletedAt != nil)
            #expect(deleted.about?.customerNumber == "13800138000")
            for folder in ["first", "second"] {
                let path = shelf.directory.appending(path: "\(folder)/\(owned.recording.file ?? "")").path
                #expect(access(path, F_OK) != 0)
            }
            let kept = try await parts.store.find("r2", tenant: "t")
            #expect(kept.state == .verified)
            #expect(kept.note == "law suit")
            #expect(told.all(RecordingHandled.self) == [RecordingHandled(recordingID: "r1", act: .expired, by: nil)])
            await #expect(throws: Failure.self) { try await parts.store.mark("r1", true, note: nil, tenant: "t") }
        }
    }

    @Test func `a queue's own days count before its tenant's`() async throws {
        try await withVerified { _, parts, _, owned in
            let policies = RecordingPolicyStore(database: parts.store.database)
            var policy = RecordingPolicy(retentionDays: 30, queueRetentionDays: ["sales": 36_500])
            try await policies.put(policy, tenant: "t")
            var kept = owned
            kept.recording.about = RecordingAbout(queueID: "sales")
            try await parts.store.put([kept])
            try await parts.keeper.deleteExpired()
            var state = try await parts.store.find("r1", tenant: "t").state
            #expect(state == .verified)
            policy.queueRetentionDays = ["support": 36_500]
            try await policies.put(policy, tenant: "t")
            try await parts.keeper.deleteExpired()
            state = try await parts.store.find("r1", tenant: "t").state
            #expect(state == .deleted)
        }
    }

    @Test func `a tenant's own days count`() async throws {
        try await withVerified { _, parts, _, owned in
            let policies = RecordingPolicyStore(database: parts.store.database)
            try await policies.put(RecordingPolicy(retentionDays: 36_500), tenant: "t")
            try await parts.keeper.deleteExpired()
            let state = try await parts.store.find("r1", tenant: "t").state
            #expect(state == .verified)
        }
    }
}
