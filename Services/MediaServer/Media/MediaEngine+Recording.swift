import Contracts
import Foundation
import Logging
import Synchronization

// The recorder is not woken up: it looks several times a second, what is said until then waits in the tracks, and each command
// carries its time.
extension MediaEngine {
    /// Starts a recording, or gives a running one other legs: customer on the left, the sum of the agents on the right,
    /// nil and none for nobody yet. A leg that stays is not interrupted; a leg is on one recording at a time.
    func record(_ recording: RecordingID, customer: LegID?, agents: [LegID], to file: URL) {
        record(recording, customer: customer, agents: agents, to: file.path)
    }

    /// The same, by the file's path.
    func record(_ recording: RecordingID, customer: LegID?, agents: [LegID], to path: String) {
        state.withLock { state in
            guard !state.isShutDown else { return }
            if state.recordings[recording] == nil {
                guard recordingsWaiting.load(ordering: .relaxed) < configuration.recordingsWaiting else {
                    return refuse(recording, path)
                }
                state.recordings[recording] = RecordedLegs()
                let now = MediaClock.samples(MediaClock.now())
                recorder.post(.begin(recording, path: path, at: now), mustArrive: true, wakes: false)
            }
            change(recording, to: RecordedLegs(customer: customer, agents: agents), &state)
        }
    }

    /// Ends a recording; `.recordingClosed` follows when it is on disk.
    func stopRecording(_ recording: RecordingID) {
        state.withLock { state in
            guard state.recordings[recording] != nil else { return }
            change(recording, to: RecordedLegs(), &state)
            state.recordings[recording] = nil
            recordingsWaiting.add(1, ordering: .relaxed)
            recorder.post(.end(recording, at: MediaClock.samples(MediaClock.now())), mustArrive: true, wakes: false)
        }
    }

    /// From now on nothing of it is written, to the sample.
    func pauseRecording(_ recording: RecordingID, leaving rest: PauseRest) {
        state.withLock { state in
            guard state.recordings[recording] != nil else { return }
            recorder.post(
                .pause(recording, at: MediaClock.samples(MediaClock.now()), leaving: rest), mustArrive: true,
                wakes: false)
        }
    }

    func resumeRecording(_ recording: RecordingID) {
        state.withLock { state in
            guard state.recordings[recording] != nil else { return }
            recorder.post(.resume(recording, at: MediaClock.samples(MediaClock.now())), mustArrive: true, wakes: false)
        }
    }

    /// The disk stands still. What waits for it is kept in memory, and of that there must be an end; the call goes on.
    private func refuse(_ recording: RecordingID, _ path: String) {
        metrics.refusedRecording()
        log.error("recording refused: the disk stands still", metadata: ["recording.id": "\(recording)"])
        events.tell(
            .recordingClosed(
                recording,
                RecordingResult(
                    path: path, bytes: 0, durationMicroseconds: 0,
                    problem: "The disk stood still; nothing was recorded.")))
    }

    private func change(_ recording: RecordingID, to legs: RecordedLegs, _ state: inout State) {
        let before = state.recordings[recording]?.channels ?? [:]
        state.recordings[recording] = legs
        for (leg, channel) in before where legs.channels[leg] != channel {
            if let worker = state.workers[leg] { send(.record(leg, nil), to: worker) }
        }
        for (leg, channel) in legs.channels where before[leg] != channel { begin(recording, leg, channel, state) }
    }

    private func begin(
        _ recording: RecordingID, _ leg: LegID, _ channel: RecordingMix.Channel, _ state: State
    ) {
        guard let worker = state.workers[leg] else { return }
        let track = RecordingTrack()
        recorder.post(.add(recording, track, channel), mustArrive: true, wakes: false)
        send(.record(leg, track), to: worker)
    }
}
