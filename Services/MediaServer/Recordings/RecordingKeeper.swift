import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Looks after this instance's recordings: raises the alarm for what is missing, moves the oldest when room runs short,
/// deletes what has been kept for its days.
final class RecordingKeeper: Service, Sendable {
    /// An alarm is raised when a recording has been expected for longer; it is looked for every ``turn``.
    static let patience: Duration = .seconds(15)
    static let turn: Duration = .seconds(3)
    private static let batch = 20

    private let parts: RecordingParts
    private let care: RecordingCare
    private let metrics = MediaServerMetrics()
    private let room: Mutex<RecordingRoom>

    init(parts: RecordingParts) {
        self.parts = parts
        care = RecordingCare(place: parts.place, store: parts.store)
        room = Mutex(parts.room)
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                await self.turn("missing recordings", self.tellMissing)
                await self.turn("room for recordings", self.keepRoom)
                await self.turn("expired recordings", self.deleteExpired)
                try await Task.sleep(for: Self.turn)
            }
        }
    }

    private func turn(_ what: String, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            parts.log.warning("not looked after", metadata: ["what": "\(what)", "error": "\(error)"])
        }
    }

    /// Told first, noted then: an alarm may come twice, never not at all.
    func tellMissing(after patience: Duration = RecordingKeeper.patience) async throws {
        for missing in try await parts.store.missing(after: patience) {
            // What this instance knows better has not reached the database yet.
            guard (parts.notes.pending(missing.fact.recordingID)?.recording.state ?? .expected) == .expected else {
                continue
            }
            metrics.missedRecording()
            parts.log.error(
                "recording expected but missing",
                metadata: ["recording.id": "\(missing.fact.recordingID)", "call.id": "\(missing.fact.callID)"])
            parts.publish(missing.fact, missing.tenant)
            try await parts.store.setMissing(missing)
        }
    }

    private func tellMissing() async throws { try await tellMissing(after: Self.patience) }

    func keepRoom() async throws {
        let (place, isBackupSet) = (parts.place, parts.place.backup != nil)
        guard isBackupSet else { return }
        let free = try await Disk.run { RecordingPlace.free(at: place.recordings) }
        let backup = try await Disk.run { place.backup.flatMap(RecordingPlace.free) }
        let acts = room.withLock { $0.look(free: free, backup: backup, hasBackup: isBackupSet) }
        for act in acts {
            switch act {
            case .tellBackup(let isFull): tellBackup(isFull)
            case .moveOldest: try await moveOldest()
            }
        }
    }

    private func tellBackup(_ isFull: Bool) {
        if isFull { parts.log.error("the backup of recordings is full or away") }
        parts.publish(
            RecordingPlaceChanged(
                instance: parts.instance, place: .backup, isFull: isFull,
                problem: isFull ? "The backup directory has too little room, or cannot be reached." : nil), .all)
    }

    private func moveOldest() async throws {
        for owned in try await parts.store.oldest(of: parts.instance, limit: Self.batch) {
            try await care.move(owned)
            parts.publish(RecordingHandled(recordingID: owned.recording.id, act: .moved, by: nil), owned.tenant)
        }
    }

    func deleteExpired() async throws {
        let expired = try await parts.store.expired(
            of: parts.instance, standardDays: RecordingPolicy.standard.retentionDays, limit: Self.batch)
        for owned in expired {
            try await care.delete(owned)
            parts.publish(RecordingHandled(recordingID: owned.recording.id, act: .expired, by: nil), owned.tenant)
        }
    }
}
