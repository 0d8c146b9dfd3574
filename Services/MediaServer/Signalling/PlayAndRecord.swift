import Contracts
import Foundation
import Logging

// Prompts, keys and recordings: what passes between the switch and the media engine.

extension SwitchDesk {
    func play(_ leg: LegID, _ playID: Int, _ prompts: [Prompt], loop: Bool, stopsOnDigit: Bool) {
        playing[leg] = Playing(playID: playID, loop: loop, stopsOnDigit: stopsOnDigit)
        let tenant = state.legs[leg]?.tenant
        later { [post, store = parts.prompts, log = parts.log] in
            do {
                post(.promptReady(leg, playID: playID, try await store.prompts(prompts, tenant: tenant)))
            } catch {
                log.warning("prompt not played", metadata: ["leg.id": "\(leg)", "error": "\(error)"])
                post(.promptReady(leg, playID: playID, nil))
            }
        }
    }

    /// A newer command may have come while the prompt was made.
    func promptReady(_ leg: LegID, _ playID: Int, _ source: PromptSource?) {
        guard let wanted = playing[leg], wanted.playID == playID, state.legs[leg]?.bridgedWith == nil else { return }
        guard let source else { return decide(.playFinished(leg, playID: playID, .failed)) }
        parts.engine.play(
            leg, source, PlayOptions(id: playID, loops: wanted.loop, stopsOnDigit: wanted.stopsOnDigit))
    }

    func happened(_ event: MediaEvent) {
        switch event {
        case .digit(let leg, let digit, _): decide(.digit(leg, digit))
        case .playFinished(let leg, let playID, let outcome): decide(.playFinished(leg, playID: playID, outcome))
        case .recordingClosed(let recording, let result): closed(recording, result)
        case .rtpTimeout(let leg):
            parts.metrics.fellSilent()
            decide(.mediaTimedOut(leg))
        case .browserConnected(let station): browserConnected(station)
        case .browserLost(let station): browserLost(station)
        case .browserDropped(let dropped): parts.metrics.dropped(dropped)
        case .answer(let leg, let finding, let milliseconds): found(finding, of: leg, after: milliseconds)
        case .quality(let leg, let interval): tellQuality(leg, interval)
        case .closed(let leg, let statistics):
            parts.metrics.closed(statistics)
            mediaClosed(leg, statistics)
        }
    }

    func record(
        _ recording: RecordingID, _ call: CallID, _ tenant: TenantID, customer: LegID?, agents: [LegID]
    ) {
        guard RecordingID.isAcceptable(recording.rawValue), Self.isFileName(recording.rawValue),
            TenantID.isAcceptable(tenant.rawValue), Self.isFileName(tenant.rawValue)
        else { return parts.log.error("recording refused: its id is no file name", metadata: ["call.id": "\(call)"]) }
        let day = now.date.formatted(.iso8601.year().month().day())
        let known = recordings[recording]
        let file = known?.file ?? "\(tenant)/\(day)/\(recording).wav"
        defer {
            parts.engine.record(recording, customer: customer, agents: agents, to: place(of: file))
        }
        guard known == nil else { return }
        let running = RunningRecording(tenant: tenant, callID: call, file: file, startedAt: now)
        recordings[recording] = running
        store(recording, running, .writing, nil)
    }

    private static func isFileName(_ text: String) -> Bool { !text.contains("/") && !text.hasPrefix(".") }

    private func place(of file: String) -> URL {
        URL(fileURLWithPath: parts.configuration.recordings, isDirectory: true).appendingPathComponent(file)
    }

    private func closed(_ id: RecordingID, _ result: RecordingResult) {
        guard let running = recordings.removeValue(forKey: id) else { return }
        store(id, running, result.problem == nil ? .closed : .failed, result)
        parts.publish(
            RecordingClosed(
                recordingID: id, callID: running.callID, instance: parts.instance, startedAt: running.startedAt,
                durationMicroseconds: result.durationMicroseconds, bytes: result.bytes, problem: result.problem),
            running.tenant)
    }

    private func store(
        _ id: RecordingID, _ running: RunningRecording, _ state: Recording.State, _ result: RecordingResult?
    ) {
        let recording = Recording(
            id: id, callID: running.callID, instance: parts.instance.description, file: running.file, state: state,
            startedAt: running.startedAt, durationMicroseconds: result?.durationMicroseconds, bytes: result?.bytes,
            problem: result?.problem)
        parts.recordingNotes.note(id, OwnedRecording(tenant: running.tenant, recording: recording))
    }
}
