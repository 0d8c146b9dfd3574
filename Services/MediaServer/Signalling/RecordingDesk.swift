import Contracts
import Foundation
import Logging

// Recordings: what passes between the switch, the recorder and the rows.

/// A recording under way.
struct RunningRecording {
    let tenant: TenantID
    let callID: CallID
    /// Below the recordings directory.
    let file: String
    let startedAt: Timestamp
    let policy: RecordingPolicy
    var about: RecordingAbout?
    /// There is a file.
    var isBegun = false
}

extension SwitchDesk {
    func record(
        _ recording: RecordingID, _ call: CallID, _ tenant: TenantID, customer: LegID?, agents: [LegID]
    ) {
        guard RecordingID.isAcceptable(recording.rawValue), Self.isFileName(recording.rawValue),
            TenantID.isAcceptable(tenant.rawValue), Self.isFileName(tenant.rawValue)
        else { return parts.log.error("recording refused: its id is no file name", metadata: ["call.id": "\(call)"]) }
        let known = recordings[recording]
        let file = known?.file ?? RecordingPlace.liveFile(recording, tenant, at: now)
        defer {
            parts.engine.record(recording, customer: customer, agents: agents, to: parts.place.path(of: file))
        }
        guard known == nil else { return }
        let running = RunningRecording(
            tenant: tenant, callID: call, file: file, startedAt: now,
            policy: parts.book().recordingPolicies[tenant] ?? .standard)
        recordings[recording] = running
        // Expected from now on; a row that stays so raises an alarm.
        store(recording, running, .expected, nil)
    }

    func describe(_ recording: RecordingID, _ about: RecordingAbout) {
        guard recordings[recording] != nil else { return }
        recordings[recording]?.about = about
        guard let running = recordings[recording] else { return }
        store(recording, running, running.isBegun ? .writing : .expected, nil)
    }

    func pause(_ recording: RecordingID) {
        guard let running = recordings[recording] else { return }
        parts.engine.pauseRecording(recording, leaving: running.policy.pauseLeaves)
    }

    func begun(_ recording: RecordingID) {
        recordings[recording]?.isBegun = true
        guard let running = recordings[recording] else { return }
        store(recording, running, .writing, nil)
    }

    func closed(_ id: RecordingID, _ result: RecordingResult) {
        guard let running = recordings.removeValue(forKey: id) else { return }
        let row = store(id, running, result.bytes > 0 ? .closed : .failed, result)
        parts.publish(
            RecordingClosed(
                recordingID: id, callID: running.callID, instance: parts.instance, startedAt: running.startedAt,
                durationMicroseconds: result.durationMicroseconds, bytes: result.bytes, problem: result.problem),
            running.tenant)
        if row.recording.state == .closed { parts.finisher.take(row) }
    }

    func diskChanged(_ isFailing: Bool, _ problem: String?) {
        parts.publish(
            RecordingPlaceChanged(
                instance: parts.instance, place: .recordings, isFull: isFailing, problem: isFailing ? problem : nil),
            .all)
    }

    private static func isFileName(_ text: String) -> Bool { !text.contains("/") && !text.hasPrefix(".") }

    @discardableResult
    private func store(
        _ id: RecordingID, _ running: RunningRecording, _ state: Recording.State, _ result: RecordingResult?
    ) -> OwnedRecording {
        var recording = Recording(
            id: id, callID: running.callID, instance: parts.instance.description, file: running.file, state: state,
            startedAt: running.startedAt, durationMicroseconds: result?.durationMicroseconds, bytes: result?.bytes,
            problem: result?.problem)
        recording.about = running.about
        recording.format = running.policy.availableFormat
        recording.layout = running.policy.layout
        recording.pauses = result?.pauses ?? []
        recording.endedAt = result == nil ? nil : now
        let owned = OwnedRecording(tenant: running.tenant, recording: recording)
        parts.recordingNotes.note(id, owned)
        return owned
    }
}
