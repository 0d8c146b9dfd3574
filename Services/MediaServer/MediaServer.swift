import Bus
import Cluster
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
        let names = NameKeeper(
            NameResolver(client: DNSClient(configuration.nameServers)), book: { keeper.current }, log: kit.log)
        let usage = try await DialUsageKeeper.load(
            DialUsageStore(database: kit.database, instance: kit.instance), zone: configuration.dayZone, at: .now(),
            log: kit.log)
        let tracer = Tracer(
            directory: configuration.traces, instance: kit.instance, collector: configuration.homer, log: kit.log)
        let recordings = recordings()
        let prompts = prompts(keeper, recordings)
        let faxes = faxes()
        raiseDescriptorLimit()
        let switchboard = Switchboard(
            parts(keeper, names, usage, tracer, registrations, recordings, prompts.store, faxes))
        faxes.work(with: switchboard)
        try faxes.place.prepare()
        switchboard.serve(on: kit.bus)
        let identity = try DTLSIdentity()
        return [
            keeper,
            names,
            usage,
            usage.notes,
            tracer,
            prompts.shelf,
            registrations.notes,
            recordings.notes,
            DurableSubscriber(
                kit, name: "numbers", from: [.crm], eventHandlers(), beginningWith: copyNumbers,
                afterwards: keeper.refreshNow),
            DurableSubscriber(kit, name: "calls", from: [.cti], callHandlers()),
            BrowserEndFollower(
                // As patient as the subscribers: facts for who is in a hurry would come here a second time.
                follower: FactFollower(
                    bus: kit.bus, services: [.cti, .crm], log: kit.log, patience: { .milliseconds(50) }),
                switchboard: switchboard),
            recordings.finisher,
            recordings.keeper,
            faxes.notes,
            switchboard,
            faxes,
            FaxKeeper(office: faxes, log: kit.log),
            DrainSignals { _ = try? await switchboard.drain($0) },  // Fails only when it stops anyway.
            kit.application(
                routes(switchboard, tracer, keeper, recordings)
                    + FaxRoutes(office: faxes, normal: configuration.numberPlan.normal).routes
                    + PromptRoutes(
                        store: StoredPromptStore(database: kit.database), keeper: keeper, shelf: prompts.shelf,
                        prompts: prompts.store
                    ).routes
                    + BrowserPhoneRoutes(
                        switchboard: switchboard, identity: identity, address: configuration.browserAddress,
                        codecs: configuration.browserCodecs
                    ).routes + webCallRoutes(switchboard, keeper, identity)),
        ]
    }

    private func routes(
        _ switchboard: Switchboard, _ tracer: Tracer, _ keeper: SwitchBookKeeper, _ recordings: RecordingParts
    ) -> [APIRoute] {
        outboundRoutes(switchboard, keeper)
            + operationRoutes(switchboard, tracer)
            + PhoneRoutes(phones: PhoneStore(database: kit.database), keeper: keeper).routes
            + RecordingRoutes(parts: recordings).routes
            + RecordingCareRoutes(parts: recordings).routes
            + VoicemailRoutes(voicemails: recordings.voicemails).routes
            + RecordingPolicyRoutes(
                policies: RecordingPolicyStore(database: kit.database), keeper: keeper,
                minimumDays: configuration.minimumRetentionDays
            ).routes
    }

    /// Trunks, and what becomes of calls through them.
    private func outboundRoutes(_ switchboard: Switchboard, _ keeper: SwitchBookKeeper) -> [APIRoute] {
        let (database, plan) = (kit.database, configuration.numberPlan)
        return TrunkRoutes(trunks: TrunkStore(database: database), keeper: keeper) {
            try await switchboard.look { $0.trunkStates() }
        }.routes
            + RouteRoutes(store: RouteStore(database: database), keeper: keeper) { number, tenant in
                try await switchboard.look { desk throws(Failure) in try desk.tryRoute(number, tenant) }
            }.routes
            + NumberRangeRoutes(ranges: NumberRangeStore(database: database), keeper: keeper, plan: plan).routes
            + AccessNumberRoutes(book: { keeper.current }, plan: plan).routes
            + DialPolicyRoutes(policies: DialPolicyStore(database: database), keeper: keeper, plan: plan) { tenant in
                try await switchboard.look { $0.usedToday(tenant) }
            }.routes
    }

    /// Visitors of tenants' web sites, and where they may call in.
    private func webCallRoutes(
        _ switchboard: Switchboard, _ keeper: SwitchBookKeeper, _ identity: DTLSIdentity
    ) -> [APIRoute] {
        let plan = configuration.numberPlan
        return WebEntryRoutes(entries: WebEntryStore(database: kit.database), keeper: keeper, plan: plan).routes
            + WebCallRoutes(
                switchboard: switchboard, identity: identity, address: configuration.browserAddress,
                codecs: configuration.browserCodecs, instance: kit.instance, frontDoors: configuration.frontDoors,
                plan: plan, book: { keeper.current }
            ).routes
    }

    /// For people who run the switch.
    private func operationRoutes(_ switchboard: Switchboard, _ tracer: Tracer) -> [APIRoute] {
        let cluster = kit.cluster
        let peers = SwitchPeers(
            instance: kit.instance, bus: kit.bus,
            all: { cluster.endpoints().keys.filter { $0.service == .mediaServer } }, switchboard: switchboard)
        return LegRoutes(peers: peers).routes + DrainRoutes(peers: peers).routes
            + TraceRoutes(tracer: tracer, switchboard: switchboard).routes
    }

    private func prompts(_ keeper: SwitchBookKeeper, _ recordings: RecordingParts) -> (
        shelf: PromptShelf, store: PromptStore
    ) {
        let directory = URL(fileURLWithPath: configuration.prompts)
        let store = StoredPromptStore(database: kit.database)
        let shelf = PromptShelf(
            directory.appendingPathComponent("stored"), book: { keeper.current.sounds }, fetch: store.sound,
            log: kit.log)
        var settings = PromptConfiguration(directory: directory, cache: directory.appendingPathComponent("speech"))
        settings.provider = configuration.speech
        return (
            shelf,
            PromptStore(settings, shelf: shelf, log: kit.log) { try await recordings.clip($0, tenant: $1) }
        )
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

    private func faxes() -> FaxOffice {
        let facts = kit.facts
        return FaxOffice(
            FaxPlace(
                directory: URL(fileURLWithPath: configuration.fax.directory, isDirectory: true),
                keys: configuration.recordingKeys), configuration.fax, database: kit.database, instance: kit.instance,
            log: kit.log, publish: { facts.publish($0, tenant: $1, time: .now()) })
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
        _ keeper: SwitchBookKeeper, _ names: NameKeeper, _ usage: DialUsageKeeper, _ tracer: Tracer,
        _ registrations: RegistrationKeeper, _ recordings: RecordingParts, _ prompts: PromptStore, _ faxes: FaxOffice
    ) -> SwitchParts {
        var media = MediaConfiguration()
        media.address = configuration.sipHost
        media.ports = configuration.rtpPorts
        media.threads = configuration.threads
        media.makeRecording = recordings.place.makeLive
        let (facts, cluster) = (kit.facts, kit.cluster)
        let log = kit.log
        let metrics = MediaServerMetrics()
        return SwitchParts(
            instance: kit.instance, configuration: configuration, book: { keeper.current },
            names: { names.current }, usage: usage, tracer: tracer,
            engine: MediaEngine(media, metrics: metrics, log: log),
            prompts: prompts,
            recordings: recordings.store, recordingNotes: recordings.notes, finisher: recordings.finisher,
            registrations: registrations, faxes: faxes,
            recognizer: SpeechRecognizer(configuration.recognition, log: log), metrics: metrics,
            draining: { cluster.setDraining($0) },
            publish: { fact, tenant in
                facts.publish(fact, tenant: tenant, time: .now())
                faxes.heard(fact)
            },
            signal: { [bus = kit.bus] signal, tenant in bus.signal(signal, tenant: tenant) },
            head: { (facts.stream, facts.statistics.published) }, log: log)
    }
}
