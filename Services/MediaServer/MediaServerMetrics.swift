import Contracts
import Metrics
import WebRTC

/// Every metric of the media server.
struct MediaServerMetrics: Sendable {
    private let refused = Counter(label: "media_inputs_refused")
    private let keysGuessed = Counter(label: "media_registrations_refused")
    private let legs = Gauge(label: "media_legs")
    private let packetsForeign = Counter(label: "media_rtp_packets_foreign")
    private let packetsUnusable = Counter(label: "media_rtp_packets_unusable")
    private let packetsLost = Counter(label: "media_rtp_packets_lost")
    private let webCalls = Gauge(label: "media_web_calls")
    private let browsers = Gauge(label: "media_browsers_connected")
    private let browserChecks = Counter(label: "media_browser_dropped", dimensions: [("kind", "check")])
    private let browserHellos = Counter(label: "media_browser_dropped", dimensions: [("kind", "hello")])
    private let browserHandshakes = Counter(label: "media_browser_dropped", dimensions: [("kind", "handshake")])
    private let browserMedia = Counter(label: "media_browser_dropped", dimensions: [("kind", "media")])
    private let silences = Counter(label: "media_rtp_timeouts")
    private let recordingsOpen = Gauge(label: "media_recordings_open")
    private let recordingsDamaged = Counter(label: "media_recordings_damaged")
    private let recordingsRefused = Counter(label: "media_recordings_refused")
    private let recordingsVerified = Counter(label: "media_recordings_verified")
    private let recordingsDelayed = Counter(label: "media_recordings_finish_delays")
    private let recordingsMissing = Counter(label: "media_recordings_missing")
    private let recordingLost = Counter(label: "media_recording_lost_milliseconds")
    private let recorderBehind = Gauge(label: "media_recorder_behind_seconds")

    // MARK: Trunks

    /// A call that its tenant's dial policy forbids.
    func refusedDial(_ refusal: DialRefusal) {
        Counter(label: "media_dials_refused", dimensions: [("reason", refusal.rawValue)]).increment()
    }

    /// A call was tried by this trunk, and that became of it.
    func triedTrunk(_ trunk: TrunkID, _ outcome: String) {
        let dimensions = [("trunk", trunk.rawValue), ("outcome", outcome)]
        Counter(label: "media_route_tries", dimensions: dimensions).increment()
    }

    /// - Parameter addressesUp: how many of the trunk's places answer.
    func saw(_ trunk: TrunkID, calls: Int, addressesUp: Int) {
        let dimensions = [("trunk", trunk.rawValue)]
        Gauge(label: "media_trunk_calls", dimensions: dimensions).record(calls)
        Gauge(label: "media_trunk_addresses_up", dimensions: dimensions).record(addressesUp)
        Gauge(label: "media_trunk_up", dimensions: dimensions).record(addressesUp > 0 ? 1 : 0)
    }

    /// A trunk was removed.
    func lost(_ trunk: TrunkID) { saw(trunk, calls: 0, addressesUp: 0) }

    // MARK: Switch

    /// A call, registration or command that found too much waiting.
    func refusedInput() { refused.increment() }
    /// A registration with a wrong password.
    func refusedRegistration() { keysGuessed.increment() }
    func holds(legs: Int) { self.legs.record(legs) }
    func fellSilent() { silences.increment() }
    func holds(browsers: Int) { self.browsers.record(browsers) }

    func holds(webCalls: Int) { self.webCalls.record(webCalls) }
    func ended(webCall reason: WebCallView.Reason) {
        Counter(label: "media_web_calls_ended", dimensions: [("reason", reason.rawValue)]).increment()
    }

    /// What came to a browser's line and was not its browser's, or damaged.
    func dropped(_ line: SecureLink.Dropped) {
        browserChecks.increment(by: line.checks)
        browserHellos.increment(by: line.strangeHellos)
        browserHandshakes.increment(by: line.handshakes)
        browserMedia.increment(by: line.media)
    }

    /// Who or what answered a call that was listened to.
    func classified(_ result: AnswerResult) {
        Counter(label: "media_answers_classified", dimensions: [("result", result.rawValue)]).increment()
    }

    /// A fax on a leg is over.
    func faxed(_ fact: LegFaxEnded) {
        let dimensions = [("direction", fact.direction.rawValue), ("outcome", fact.outcome.rawValue)]
        Counter(label: "media_faxes", dimensions: dimensions).increment()
    }

    /// Somebody was listened to for what he said.
    func recognized(_ outcome: SpeechOutcome) {
        Counter(label: "media_recognitions", dimensions: [("outcome", outcome.rawValue)]).increment()
    }

    func closed(_ leg: MediaStatistics) {
        packetsForeign.increment(by: leg.packetsForeign)
        packetsUnusable.increment(by: leg.packetsUnusable)
        packetsLost.increment(by: max(0, leg.packetsLost))
    }

    // MARK: Recordings

    func writes(recordings: Int) { recordingsOpen.record(recordings) }
    /// How long the recorder's last round took: near nothing, while the disk keeps up.
    func recorderWasBusy(seconds: Double) { recorderBehind.record(seconds) }
    func lostRecording(milliseconds: Int) { recordingLost.increment(by: milliseconds) }
    func closedDamagedRecording() { recordingsDamaged.increment() }
    func verifiedRecording() { recordingsVerified.increment() }
    /// One could not be brought into its place yet.
    func delayedRecording() { recordingsDelayed.increment() }
    /// A call should have been recorded, and was not.
    func missedRecording() { recordingsMissing.increment() }
    /// The disk stood still: the call went on unrecorded.
    func refusedRecording() { recordingsRefused.increment() }
}
