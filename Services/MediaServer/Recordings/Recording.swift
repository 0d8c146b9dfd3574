import Contracts
import Foundation

/// A recording as the database knows it.
struct Recording: Codable, Sendable, Equatable {
    /// expected ─▶ writing ─▶ closed ─▶ hashed ─▶ stored ─▶ verified ─▶ deleted
    ///     └─▶ missing            └─ failed: there is nothing of it
    enum State: String, Codable, Sendable, CaseIterable {
        /// It was commanded, or the call says that there is one.
        case expected
        case writing
        /// All of it is on the disk, as the recorder wrote it.
        case closed
        /// It is in its format, and its hash is known.
        case hashed
        /// It is in its place, and sealed if there is a key.
        case stored
        /// It was read back and has its hash.
        case verified
        /// It was expected for too long; an alarm was raised.
        case missing
        case failed
        /// Its row stays.
        case deleted
    }

    enum Place: String, Codable, Sendable { case recordings, backup }

    let id: RecordingID
    let callID: CallID
    /// Who holds it; nil while nobody has told of it.
    var instance: String?
    /// Below the directory of its place.
    var file: String?
    var state: State
    let startedAt: Timestamp
    var durationMicroseconds: Int64?
    /// Of the file as it lies there.
    var bytes: Int64?
    var problem: String?
    var endedAt: Timestamp? = nil
    var about: RecordingAbout? = nil
    var format: RecordingFormat = .wavALaw
    var layout: RecordingLayout = .stereo
    var pauses: [RecordingPause] = []
    /// Of the sound file before it was sealed.
    var sha256: String? = nil
    /// The master key that it is sealed by.
    var keyID: String? = nil
    var place: Place = .recordings
    /// A second copy, below the backup directory.
    var backupFile: String? = nil
    /// Kept beyond its days.
    var isMarked = false
    var note: String? = nil
    /// 流水号: in the order of beginning, over all tenants, not without gaps.
    var serial: Int64? = nil
    var deletedAt: Timestamp? = nil

    var frames: Int { Int((durationMicroseconds ?? 0) / 125) }
}

/// A recording and whose it is.
struct OwnedRecording: Sendable, Equatable {
    let tenant: TenantID
    var recording: Recording
    /// How loud it is over its length, once that is known.
    var peaks: Data? = nil

    var owner: RecordingOwner { RecordingOwner(tenant: tenant, id: recording.id) }
}
