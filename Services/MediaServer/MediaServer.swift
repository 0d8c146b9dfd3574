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
        let recordings = recordings()
        let prompts = prompts(keeper)
        raiseDescriptorLimit()
        let switchboard = Switchboard(parts(keeper, registrations, recordings, prompts.store))
        switchboard.serve(on: kit.bus)
        return [
            keeper,
            prompts.shelf,
            registrations.notes,
            recordings.notes,
            DurableSubscriber(kit, name: "numbers", from: [.crm], eventHandlers(), beginningWith: copyNumbers),
            DurableSubscriber(kit, name: "calls", from: [.cti], callHandlers()),
            recordings.finisher,
            recordings.keeper,
            switchboard,
            kit.application(
                routes(keeper, recordings)
                    + PromptRoutes(
                        store: StoredPromptStore(database: kit.database), keeper: keeper, shelf: prompts.shelf,
                        prompts: prompts.store
                    ).routes
                    + BrowserPhoneRoutes(
                        switchboard: switchboard, identity: try DTLSIdentity(), address: configuration.browserAddress
                    ).routes),
        ]
    }

    private func routes(_ keeper: SwitchBookKeeper, _ recordings: RecordingParts) -> [APIRoute] {
        TrunkRoutes(trunks: TrunkStore(database: kit.database), keeper: keeper).routes
            + PhoneRoutes(phones: PhoneStore(database: kit.database), keeper: keeper).routes
            + RecordingRoutes(parts: recordings).routes
            + RecordingCareRoutes(parts: recordings).routes
            + RecordingPolicyRoutes(
                policies: RecordingPolicyStore(database: kit.database), keeper: keeper,
                minimumDays: configuration.minimumRetentionDays
            ).routes
    }

    private func prompts(_ keeper: SwitchBookKeeper) -> (shelf: PromptShelf, store: PromptStore) {
        let directory = URL(fileURLWithPath: configuration.prompts)
        let store = StoredPromptStore(database: kit.database)
        let shelf = PromptShelf(
            directory.appendingPathComponent("stored"), book: { keeper.current.sounds }, fetch: store.sound,
            log: kit.log)
        var settings = PromptConfiguration(directory: directory, cache: directory.appendingPathComponent("speech"))
        settings.provider = configuration.speech
        return (shelf, PromptStore(settings, shelf: shelf, log: kit.log))
    }

    private func recordings() -> RecordingParts {
        let facts = kit.facts
        return RecordingParts(
            RecordingPlace(
                recordings: URL(fileURLWithPath: configuration.recordings, isDirectory: true),
                backup: configuration.backup.map { URL(fileURLWithPath: $0, isDirectory: true) },
                keys: configuration.recordingKeys),
            room: RecordingRoom(
                freeBytes: Int64(configuration.freeMegabytes) << 20,
                backupFreeBytes: Int64(configuration.backupFreeMegabytes) << 20), database: kit.database,
            instance: kit.instance, log: kit.log, publish: { facts.publish($0, tenant: $1, time: .now()) })
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
        _ keeper: SwitchBookKeeper, _ registrations: RegistrationKeeper, _ recordings: RecordingParts,
        _ prompts: PromptStore
    ) -> SwitchParts {
        var media = MediaConfiguration()
        media.address = configuration.sipHost
        media.ports = configuration.rtpPorts
        media.threads = configuration.threads
        media.makeRecording = recordings.place.makeLive
        let facts = kit.facts
        let log = kit.log
        let metrics = MediaServerMetrics()
        return SwitchParts(
            instance: kit.instance, configuration: configuration, book: { keeper.current },
            engine: MediaEngine(media, metrics: metrics, log: log),
            prompts: prompts,
            recordings: recordings.store, recordingNotes: recordings.notes, finisher: recordings.finisher,
            registrations: registrations, metrics: metrics,
            publish: { fact, tenant in facts.publish(fact, tenant: tenant, time: .now()) },
            head: { (facts.stream, facts.statistics.published) }, log: log)
    }
}
