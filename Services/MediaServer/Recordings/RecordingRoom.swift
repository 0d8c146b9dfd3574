/// How much room there must be where recordings lie, and what is to be done when there is not: the whole decision.
struct RecordingRoom: Sendable, Equatable {
    enum Act: Sendable, Equatable {
        /// The oldest recordings go to the backup directory.
        case moveOldest
        /// The alarm, or its end.
        case tellBackup(isFull: Bool)
    }

    /// With less free, the first place is to be relieved.
    let freeBytes: Int64
    /// With less free, the backup takes nothing more.
    let backupFreeBytes: Int64
    private var isBackupFull = false

    init(freeBytes: Int64, backupFreeBytes: Int64) {
        self.freeBytes = freeBytes
        self.backupFreeBytes = backupFreeBytes
    }

    /// - Parameters:
    ///   - free: of the first place, in bytes; nil if it cannot be asked.
    ///   - backup: of the backup; nil if there is none or it cannot be asked.
    mutating func look(free: Int64?, backup: Int64?, hasBackup: Bool) -> [Act] {
        guard hasBackup else { return [] }
        var acts: [Act] = []
        // A backup that cannot be asked is as good as full.
        let isFull = (backup ?? 0) < backupFreeBytes
        if isFull != isBackupFull { acts.append(.tellBackup(isFull: isFull)) }
        isBackupFull = isFull
        if !isFull, let free, free < freeBytes { acts.append(.moveOldest) }
        return acts
    }
}
