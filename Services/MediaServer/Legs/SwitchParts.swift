import Bus
import Contracts
import Foundation
import Logging
import SIP

/// What the switch needs from outside.
struct SwitchParts: Sendable {
    let instance: InstanceID
    let configuration: MediaServerConfiguration
    let book: @Sendable () -> SwitchBook
    /// What the names of trunks lead to.
    let names: @Sendable () -> NameBook
    let usage: DialUsageKeeper
    let tracer: Tracer
    let engine: MediaEngine
    let prompts: PromptStore
    let recordings: RecordingStore
    let recordingNotes: WriteBehind<RecordingID, OwnedRecording>
    let finisher: RecordingFinisher
    let registrations: RegistrationKeeper
    let faxes: any FaxCounter
    let recognizer: SpeechRecognizer
    let metrics: MediaServerMetrics
    /// Tells others to give this instance no new calls, or to do so again.
    let draining: @Sendable (Bool) -> Void
    /// Tells everybody what happened.
    let publish: @Sendable (any Fact, TenantID) -> Void
    /// Tells everybody what is worthless a moment later.
    let signal: @Sendable (any Signal, TenantID) -> Void
    /// The stream the facts are in, and how far it has come.
    let head: @Sendable () -> (stream: String, number: UInt64)
    let known = KnownSources()
    let log: Logger

    /// Where recordings lie.
    var place: RecordingPlace { finisher.place }

    func startEndpoint(_ handlers: SIPEndpointHandlers) async throws -> SIPEndpoint {
        var sip = SIPEndpointConfiguration(listeners: [
            SIPPeer(.udp, configuration.sipHost, configuration.sipPort),
            SIPPeer(.tcp, configuration.sipHost, configuration.sipPort),
        ])
        if let tls = configuration.sipTLS {
            sip.tls = tls
            sip.listeners.append(SIPPeer(.tls, configuration.sipHost, configuration.sipTLSPort))
        }
        if let port = configuration.sipWebSocketPort {
            sip.listeners.append(SIPPeer(.webSocket, configuration.sipHost, port))
        }
        if let port = configuration.sipSecureWebSocketPort {
            sip.tls = configuration.sipTLS
            sip.listeners.append(SIPPeer(.secureWebSocket, configuration.sipHost, port))
        }
        sip.methods = [.options, .register]
        sip.contactUser = "carillon"
        sip.sessionSeconds = configuration.sessionSeconds
        sip.requestsPerSecondPerSource = configuration.requestsPerSecond
        sip.strangersPerSecond = configuration.strangersPerSecond
        sip.isKnown = { [known] in known.contains($0) }
        sip.knownHosts = { [known] in known.all }
        let endpoint = try await SIPEndpoint.start(sip, handlers: handlers, log: log)
        endpoint.setTap { [tracer] in tracer.passed($0, local: $1, remote: $2, isOutgoing: $3) }
        return endpoint
    }
}
