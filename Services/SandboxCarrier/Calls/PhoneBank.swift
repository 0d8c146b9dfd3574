import Logging
import SIP
import Synchronization

/// The agents' telephones: each registers, and takes one call at a time.
final class PhoneBank: Sendable {
    /// What is the same for all of them.
    struct Settings: Sendable {
        var extensions: [String]
        var tenant: String
        var password: String
        var registrar: HostPort
        var script: PhoneScript
        /// How long a registration is asked to last.
        var expires = 60
        /// Says which of these tones are heard, whenever that changes.
        var watches: [Int] = []
        var onRegistered: @Sendable (String) -> Void = { _ in }
        /// A telephone is refused, or not answered at all (408).
        var onRefused: @Sendable (String, SIPStatus) -> Void = { _, _ in }
        /// A telephone is called that is in no call.
        var onInvited: @Sendable (String) -> Void = { _ in }
    }

    let endpoint: SIPEndpoint
    private let settings: Settings
    private let registrations: [Registration]

    private init(_ endpoint: SIPEndpoint, _ settings: Settings) {
        self.endpoint = endpoint
        self.settings = settings
        registrations = settings.extensions.map { Registration($0, settings, endpoint) }
    }

    static func start(_ address: HostPort, _ settings: Settings, _ exchange: Exchange) async throws -> PhoneBank {
        var configuration = SIPEndpointConfiguration(listeners: [
            SIPPeer(.udp, address.host, address.port), SIPPeer(.tcp, address.host, address.port),
        ])
        configuration.userAgent = "Carillon sandbox phone"
        let lines = Lines(settings.extensions)
        let handlers = SIPEndpointHandlers(invite: { take($0, lines, settings, exchange) })
        let endpoint = try await SIPEndpoint.start(
            configuration, handlers: handlers, eventLoop: exchange.eventLoop, log: exchange.log)
        return PhoneBank(endpoint, settings)
    }

    private static func take(
        _ incoming: SIPIncomingCall, _ lines: Lines, _ settings: Settings, _ exchange: Exchange
    ) -> SIPCallHandler {
        let number = incoming.request.uri.number ?? ""
        if let refusal = lines.seize(number) {
            incoming.call.reject(refusal)
            return { _, _ in }
        }
        settings.onInvited(number)
        let plan = Party.Plan(
            script: settings.script, watches: settings.watches, onTones: { sayTones($0, number) },
            onEnd: { outcome in
                exchange.count(outcome)
                lines.release(number)
            })
        return Party.take(incoming, plan, exchange)
    }

    /// Registers and keeps registered until cancelled; then takes the registrations back.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for registration in registrations { group.addTask { await registration.run() } }
        }
    }
}

/// Which phones are in a call.
private final class Lines: Sendable {
    private let isBusy: Mutex<[String: Bool]>

    init(_ extensions: [String]) {
        isBusy = Mutex(Dictionary(extensions.map { ($0, false) }) { first, _ in first })
    }

    /// What to refuse a call with; nil if the phone is now taken by it.
    func seize(_ number: String) -> SIPStatus? {
        isBusy.withLock { isBusy in
            switch isBusy[number] {
            case nil: return 404
            case true?: return 486
            case false?:
                isBusy[number] = true
                return nil
            }
        }
    }

    func release(_ number: String) { isBusy.withLock { $0[number] = false } }
}
