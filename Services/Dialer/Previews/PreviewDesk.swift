import Bus
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Gives records to agents who have chosen a campaign: takes inputs one at a time, asks ``PreviewState`` what to do, and has
/// it done.
final class PreviewDesk: Service {
    let dialling: PreviewDialling
    let campaigns: CampaignStore
    private let pulse: Duration
    private let inbox = AsyncStream.makeStream(of: PreviewState.Input.self, bufferingPolicy: .bufferingOldest(200_000))
    /// Whose changes are worth being read.
    private let watched = Mutex<Set<AgentOfTenant>>([])

    init(dialling: PreviewDialling, campaigns: CampaignStore, pulse: Duration = .milliseconds(500)) {
        self.dialling = dialling
        self.campaigns = campaigns
        self.pulse = pulse
    }

    func send(_ input: PreviewState.Input) {
        if case .dropped = inbox.continuation.yield(input) { dialling.metrics.inputLost() }
    }

    /// cti tells of an agent; most of them are none of ours.
    func hear(_ fact: Envelope, _ tenant: TenantID) {
        let agentID = AgentID(rawValue: fact.subject)
        guard watched.withLock({ $0.contains(AgentOfTenant(tenant: tenant, agentID: agentID)) }),
            let agent = try? fact.decode(AgentStateChanged.self).agent
        else { return }
        send(.agentChanged(tenant, agentID, isKept: agent.looksAtRecord, revision: agent.revision))
    }

    /// What somebody has decided is seen at once by this instance, and within a second by the others.
    func look() async {
        let askedAt = dialling.now()
        do {
            var floor = PreviewFloor()
            floor.choices = try await dialling.previews.choices()
            floor.open = try await dialling.previews.open()
            if !floor.choices.isEmpty || !floor.open.isEmpty { floor.campaigns = try await campaigns.running() }
            send(.floorRead(floor, askedAt: askedAt))
        } catch {
            dialling.log.warning("records not read", metadata: ["error": "\(error)"])
        }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await self.tellTime() }
                var state = PreviewState()
                for await input in inbox.stream {
                    let actions = state.handle(input, at: dialling.now())
                    if case .floorRead = input { watched.withLock { [new = state.watched] in $0 = new } }
                    for action in actions { tasks.addTask { await self.perform(action) } }
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.inbox.continuation.finish()
        }
    }

    private func tellTime() async {
        while (try? await Task.sleep(for: pulse)) != nil { send(.timePassed) }
    }

    // MARK: - Carrying out

    private func perform(_ action: PreviewState.Action) async {
        switch action {
        case .readFloor: await look()
        case .askReady(let tenant, let agents): await askReady(tenant, agents)
        case .give(let tenant, let agent, let campaign, let zones):
            let given = await dialling.give(tenant, agent, campaign, zones)
            send(.given(tenant, agent, given?.0, revision: given?.1 ?? 0))
        case .keep(let open):
            guard let revision = await dialling.keep(open) else { return }
            send(.given(open.tenant, open.preview.agentID, open, revision: revision))
        case .giveBack(let open, let outcome): await dialling.giveBack(open, outcome)
        case .dial(let open): await dial(open)
        }
    }

    private func askReady(_ tenant: TenantID, _ agents: [AgentID]) async {
        do {
            let ready = try await dialling.bus.request(
                ReadyAgents(agentIDs: agents), to: .shard(.cti, tenant), tenant: tenant)
            send(.readyTold(tenant, ready))
        } catch {
            dialling.log.debug("not known who is ready", metadata: ["tenant.id": "\(tenant)", "error": "\(error)"])
            send(.readyTold(tenant, []))
        }
    }

    private func dial(_ open: OpenPreview) async {
        do {
            _ = try await dialling.dial(
                open.preview.id, by: open.preview.agentID, of: open.tenant, isByTime: true)
        } catch {
            dialling.log.info("record not dialled by its time", metadata: ["preview.id": "\(open.preview.id)"])
            await dialling.giveBack(open, .expired)
        }
    }
}
