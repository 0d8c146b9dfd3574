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
    let engine: MediaEngine
    let prompts: PromptStore
    let recordings: RecordingStore
    let recordingNotes: WriteBehind<RecordingID, OwnedRecording>
    let registrations: RegistrationKeeper
    let metrics: MediaServerMetrics
    /// Tells everybody what happened.
    let publish: @Sendable (any Fact, TenantID) -> Void
    /// The stream the facts are in, and how far it has come.
    let head: @Sendable () -> (stream: String, number: UInt64)
    let log: Logger

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
        return try await SIPEndpoint.start(sip, handlers: handlers, log: log)
    }
}
