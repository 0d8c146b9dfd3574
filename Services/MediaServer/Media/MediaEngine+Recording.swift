import Contracts
import Foundation
import Logging
import Synchronization

extension MediaEngine {
    /// Starts a recording, or gives a running one other legs: customer on the left, agent on the right, nil for nobody
    /// yet. A leg that stays is not interrupted; a leg is on one recording at a time.
    func record(_ recording: RecordingID, customer: LegID?, agent: LegID?, to file: URL) {
        state.withLock { state in
            guard !state.isShutDown else { return }
            if state.recordings[recording] == nil {
                guard recordingsWaiting.load(ordering: .relaxed) < configuration.recordingsWaiting else {
                    return refuse(recording, file)
                }
                state.recordings[recording] = RecordedLegs()
                let now = MediaClock.samples(MediaClock.now())
                recorder.post(.begin(recording, path: file.path, at: now), mustArrive: true)
            }
            let before = state.recordings[recording]
            state.recordings[recording] = RecordedLegs(customer: customer, agent: agent)
            change(recording, .left, from: before?.customer, to: customer, state)
            change(recording, .right, from: before?.agent, to: agent, state)
        }
    }

    /// Ends a recording; `.recordingClosed` follows when it is on disk.
    func stopRecording(_ recording: RecordingID) {
        state.withLock { state in
            guard let legs = state.recordings.removeValue(forKey: recording) else { return }
            change(recording, .left, from: legs.customer, to: nil, state)
            change(recording, .right, from: legs.agent, to: nil, state)
            recordingsWaiting.add(1, ordering: .relaxed)
            recorder.post(.end(recording, at: MediaClock.samples(MediaClock.now())), mustArrive: true)
        }
    }

    /// The disk stands still. What waits for it is kept in memory, and of that there must be an end; the call goes on.
    private func refuse(_ recording: RecordingID, _ file: URL) {
        metrics.refusedRecording()
        log.error("recording refused: the disk stands still", metadata: ["recording.id": "\(recording)"])
        happened.yield(
            .recordingClosed(
                recording,
                RecordingResult(
                    path: file.path, bytes: 0, durationMicroseconds: 0,
                    problem: "The disk stood still; nothing was recorded.")))
    }

    private func change(
        _ recording: RecordingID, _ channel: RecordingMix.Channel, from before: LegID?, to leg: LegID?, _ state: State
    ) {
        guard before != leg else { return }
        if let before, let worker = state.workers[before] { send(.record(before, nil), to: worker) }
        guard let leg, let worker = state.workers[leg] else { return }
        let track = RecordingTrack()
        recorder.post(.add(recording, track, channel), mustArrive: true)
        send(.record(leg, track), to: worker)
    }
}
