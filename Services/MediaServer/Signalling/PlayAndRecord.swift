import Contracts
import Foundation
import Logging

// Prompts and keys: what passes between the switch and the media engine.

extension SwitchDesk {
    func play(_ leg: LegID, _ playID: Int, _ prompts: [Prompt], loop: Bool, stopsOnDigit: Bool) {
        playing[leg] = Playing(playID: playID, loop: loop, stopsOnDigit: stopsOnDigit)
        let tenant = state.legs[leg]?.tenant
        prompted.insert(leg)
        if let source = parts.prompts.atHand(prompts, tenant: tenant, leg: leg) {
            return promptReady(leg, playID, source)
        }
        later { [post, store = parts.prompts, log = parts.log] in
            do {
                post(.promptReady(leg, playID: playID, try await store.prompts(prompts, tenant: tenant, leg: leg)))
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
        case .recordingBegun(let recording): begun(recording)
        case .recordingClosed(let recording, let result): closed(recording, result)
        case .recordingDiskChanged(let isFailing, let problem): diskChanged(isFailing, problem)
        case .rtpTimeout(let leg):
            parts.metrics.fellSilent()
            decide(.mediaTimedOut(leg))
        case .browserConnected(let station): browserConnected(station)
        case .browserLost(let station): browserLost(station)
        case .browserDropped(let dropped): parts.metrics.dropped(dropped)
        case .answer(let leg, let finding, let milliseconds): found(finding, of: leg, after: milliseconds)
        case .faxStalled(let leg): faxStalled(leg)
        case .speech(let leg, let recognition, let finding): heardSpeech(leg, recognition, finding)
        case .quality(let leg, let interval): tellQuality(leg, interval)
        case .closed(let leg, let statistics):
            parts.metrics.closed(statistics)
            mediaClosed(leg, statistics)
        }
    }
}
