import Contracts
import Foundation
import Logging

/// All RTP of this server: legs with their ports, playback, bridges, keys and recordings.
///
/// Every function returns at once; what it asks for is done in order on the thread that holds the leg, within
/// milliseconds. A command for a leg that is not there does nothing. What happens on its own comes out of ``events``.
///
///     let port = try engine.open(leg)                      // → SDP
///     try engine.connect(leg, RemoteMedia(agreed))         // ← SDP; again after each re-INVITE
///     engine.play(leg, source, PlayOptions(id: 1))         // ends what is played before
///     engine.bridge(leg, agentLeg)                         // ends what is played to either
///     engine.record(id, customer: leg, agent: agentLeg, to: file)
///     engine.close(leg)                                    // → .closed, the leg's last event
final class MediaEngine: Sendable {
    /// For one reader.
    let events: AsyncStream<MediaEvent>
    private let happened: AsyncStream<MediaEvent>.Continuation

    init(_ configuration: MediaConfiguration, log: Logger) {
        (events, happened) = AsyncStream.makeStream(of: MediaEvent.self, bufferingPolicy: .bufferingOldest(65_536))
    }

    /// Takes a pair of ports for a leg.
    /// - Throws: `MediaError`
    func open(_ leg: LegID) throws -> MediaPort { throw MediaError.noPortFree }

    /// Says where and how to send to, and with it what may be received; a held leg is a direction without receiving.
    /// - Throws: `MediaError.badAddress`
    func connect(_ leg: LegID, _ remote: RemoteMedia) throws {}

    /// Plays to a leg; what was played before ends as stopped.
    func play(_ leg: LegID, _ source: PromptSource, _ options: PlayOptions) {}

    func stopPlaying(_ leg: LegID) {}

    /// Both hear each other, until `unbridge`, `close` or another bridge. What is played to one later is heard instead of the other.
    func bridge(_ first: LegID, _ second: LegID) {}

    /// Takes the leg's bridge apart; both legs stay.
    func unbridge(_ leg: LegID) {}

    /// Presses keys on the far end's behalf, 100 ms each, as telephone-events; nothing if the far end takes none.
    func sendDigits(_ leg: LegID, _ digits: String) {}

    /// Starts a recording, or gives a running one other legs: customer on the left, agent on the right, nil for nobody yet.
    func record(_ recording: RecordingID, customer: LegID?, agent: LegID?, to file: URL) {}

    /// Ends a recording; `.recordingClosed` follows when it is on disk.
    func stopRecording(_ recording: RecordingID) {}

    /// Says goodbye by RTCP and frees the ports.
    func close(_ leg: LegID) {}

    /// Closes all legs and recordings and ends the threads; `events` ends after it.
    func shutdown() async { happened.finish() }
}
