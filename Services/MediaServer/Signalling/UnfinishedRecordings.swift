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
            var closed = unfinished.recording
            let (frames, bytes) = try await Disk.run { try parts.place.mendedLive(unfinished) } ?? (0, 0)
            closed.state = frames > 0 ? .closed : .failed
            closed.durationMicroseconds = Int64(frames) * 125
            closed.bytes = Int64(bytes)
            closed.endedAt = closed.startedAt.adding(.microseconds(Int64(frames) * 125))
            closed.problem = "The media server stopped before the end of it."
            let owned = OwnedRecording(tenant: unfinished.tenant, recording: closed)
            try await parts.recordings.put([owned])
            parts.publish(
                RecordingClosed(
                    recordingID: closed.id, callID: closed.callID, instance: parts.instance,
                    startedAt: closed.startedAt, durationMicroseconds: Int64(frames) * 125, bytes: Int64(bytes),
                    problem: closed.problem), unfinished.tenant)
            if closed.state == .closed { parts.finisher.take(owned) }
        }
    }
}
