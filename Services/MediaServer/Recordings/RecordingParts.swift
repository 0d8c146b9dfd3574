import Contracts
import Database
import Logging

/// All that belongs to recordings that are not being written any more.
struct RecordingParts: Sendable {
    let place: RecordingPlace
    let room: RecordingRoom
    let store: RecordingStore
    /// What this instance has not brought into the database yet.
    let notes: WriteBehind<RecordingID, OwnedRecording>
    let finisher: RecordingFinisher
    let instance: InstanceID
    let publish: @Sendable (any Fact, TenantID) -> Void
    let log: Logger

    init(
        _ place: RecordingPlace, room: RecordingRoom, database: Database, instance: InstanceID, log: Logger,
        publish: @escaping @Sendable (any Fact, TenantID) -> Void
    ) {
        let store = RecordingStore(database: database)
        // What is recorded is not on the disk any sooner.
        let notes = WriteBehind<RecordingID, OwnedRecording>(
            "recordings", pause: .milliseconds(500), log: log
        ) { notes in
            try await store.put(Array(notes.values))
        }
        self.place = place
        self.room = room
        self.store = store
        self.notes = notes
        self.instance = instance
        self.publish = publish
        self.log = log
        finisher = RecordingFinisher(
            place, store: store, notes: notes, instance: instance, metrics: MediaServerMetrics(), log: log,
            publish: publish)
    }

    var voicemails: VoicemailStore { VoicemailStore(database: store.database) }

    var keeper: RecordingKeeper { RecordingKeeper(parts: self) }

    /// - Throws: `Failure.notFound`
    func find(_ id: RecordingID, tenant: TenantID) async throws -> Recording {
        let found = try? await store.find(id, tenant: tenant)
        guard let noted = notes.pending(id), noted.tenant == tenant else {
            if let found { return found }
            return try await store.find(id, tenant: tenant)
        }
        // What people did to it is only in the database.
        var recording = noted.recording
        if let found {
            if found.state == .deleted { return found }
            (recording.isMarked, recording.note, recording.serial) = (found.isMarked, found.note, found.serial)
        }
        return recording
    }
}
