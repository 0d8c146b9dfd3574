import Contracts
import Foundation
import Logging
import RTP

// Recordings that an earlier run left open: its process died while they were written. What is on disk can be played.

extension SwitchDesk {
    /// Closes and tells of them, beside the loop, as soon as PostgreSQL answers.
    func closeUnfinishedRecordings() {
        let (parts, began) = (parts, now)
        later {
            while !Task.isCancelled {
                do {
                    return try await Self.closeUnfinished(parts, before: began)
                } catch {
                    parts.log.warning("unfinished recordings not closed yet", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))
                }
            }
        }
    }

    private static func closeUnfinished(_ parts: SwitchParts, before: Timestamp) async throws {
        for unfinished in try await parts.recordings.unfinished(of: parts.instance, before: before) {
            let recording = unfinished.recording
            let found = try await Disk.run { RecordedFile(parts.configuration.recordings, recording.file) }
            let frames = max(0, (found?.size ?? 0) - WAVWriter.headerBytes) / 2
            let closed = Recording(
                id: recording.id, callID: recording.callID, instance: recording.instance, file: recording.file,
                state: .failed, startedAt: recording.startedAt, durationMicroseconds: Int64(frames) * 125,
                bytes: Int64(found?.size ?? 0), problem: "The media server stopped before the end of it.")
            try await parts.recordings.put([OwnedRecording(tenant: unfinished.tenant, recording: closed)])
            parts.publish(
                RecordingClosed(
                    recordingID: closed.id, callID: closed.callID, instance: parts.instance,
                    startedAt: closed.startedAt, durationMicroseconds: Int64(frames) * 125,
                    bytes: Int64(found?.size ?? 0), problem: closed.problem), unfinished.tenant)
        }
    }
}
