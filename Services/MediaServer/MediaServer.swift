import Bus
import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import WebRTC

/// The telephone switch: SIP, RTP, prompts, keys, bridges and recordings. It decides nothing about a call; cti commands.
///
/// This type is the parts list. What may be done to a leg is decided in `Legs/SwitchState.swift`.
struct MediaServer {
    let kit: ServiceContext
    let configuration: MediaServerConfiguration

    /// Started from first to last, stopped from last to first.
    func services() async throws -> [any Service] {
        let keeper = SwitchBookKeeper(database: kit.database, log: kit.log)
        try await keeper.refresh()
        let registrations = try await RegistrationKeeper.load(
            RegistrationStore(database: kit.database, instance: kit.instance), at: .now(), log: kit.log)
        let recordings = RecordingStore(database: kit.database)
        let recordingNotes = WriteBehind<RecordingID, OwnedRecording>("recordings", log: kit.log) { notes in
            try await recordings.put(Array(notes.values))
        }
        raiseDescriptorLimit()
        let switchboard = Switchboard(parts(keeper, registrations, recordings, recordingNotes))
        switchboard.serve(on: kit.bus)
        return [
            keeper,
            registrations.notes,
            recordingNotes,
            DurableSubscriber(kit, name: "numbers", from: [.crm], eventHandlers(), beginningWith: copyNumbers),
            switchboard,
            kit.application(
                routes(keeper, recordings, recordingNotes)
                    + BrowserPhoneRoutes(
                        switchboard: switchboard, identity: try DTLSIdentity(), address: configuration.browserAddress
                    ).routes),
        ]
    }

    private func routes(
        _ keeper: SwitchBookKeeper, _ recordings: RecordingStore,
        _ recordingNotes: WriteBehind<RecordingID, OwnedRecording>
    ) -> [APIRoute] {
        TrunkRoutes(trunks: TrunkStore(database: kit.database), keeper: keeper).routes
            + PhoneRoutes(phones: PhoneStore(database: kit.database), keeper: keeper).routes
            + RecordingRoutes(
                recordings: recordings, notes: recordingNotes, directory: configuration.recordings,
                instance: kit.instance
            ).routes
    }

    /// As many sockets as the system allows: a leg needs two.
    private func raiseDescriptorLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        guard limit.rlim_cur < UInt(configuration.rtpPorts.count + 1_000) else { return }
        kit.log.warning(
            "fewer descriptors than RTP ports", metadata: ["limit": "\(limit.rlim_cur)", "hint": "LimitNOFILE"])
    }

    private func parts(
        _ keeper: SwitchBookKeeper, _ registrations: RegistrationKeeper, _ recordings: RecordingStore,
        _ recordingNotes: WriteBehind<RecordingID, OwnedRecording>
    ) -> SwitchParts {
        var media = MediaConfiguration()
        media.address = configuration.sipHost
        media.ports = configuration.rtpPorts
        media.threads = configuration.threads
        let prompts = URL(fileURLWithPath: configuration.prompts)
        let facts = kit.facts
        let log = kit.log
        let metrics = MediaServerMetrics()
        return SwitchParts(
            instance: kit.instance, configuration: configuration, book: { keeper.current },
            engine: MediaEngine(media, metrics: metrics, log: log),
            prompts: PromptStore(
                PromptConfiguration(directory: prompts, cache: prompts.appendingPathComponent("speech")), log: log),
            recordings: recordings, recordingNotes: recordingNotes, registrations: registrations, metrics: metrics,
            publish: { fact, tenant in facts.publish(fact, tenant: tenant, time: .now()) },
            signal: { [bus = kit.bus] signal, tenant in bus.signal(signal, tenant: tenant) },
            head: { (facts.stream, facts.statistics.published) }, log: log)
    }
}
