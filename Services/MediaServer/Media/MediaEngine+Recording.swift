import Contracts
import Foundation
import Synchronization

extension MediaEngine {
    /// Starts a recording, or gives a running one other legs: customer on the left, agent on the right, nil for nobody
    /// yet. A leg that stays is not interrupted; a leg is on one recording at a time.
    func record(_ recording: RecordingID, customer: LegID?, agent: LegID?, to file: URL) {
        state.withLock { state in
            guard !state.isShutDown else { return }
            if state.recordings[recording] == nil {
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
            recorder.post(.end(recording, at: MediaClock.samples(MediaClock.now())), mustArrive: true)
        }
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
