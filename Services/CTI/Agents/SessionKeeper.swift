import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Every few seconds tells owners whose pages are open here, and looks for the telephones of agents of whom nothing was seen
/// for long; who has neither is signed out.
///
/// As long as one media-server does not answer, its telephones count as being there.
struct SessionKeeper: Service {
    let shards: Shards
    let tools: ShardTools
    /// Whose pages are open here.
    let present: @Sendable () -> [AgentKey]
    var interval = Duration.seconds(20)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: interval)
                await renew()
                await expire()
            }
        }
    }

    func renew() async {
        for (tenant, keys) in Dictionary(grouping: present(), by: \.tenant) {
            // Whom the owner does not hear of now, he hears of at the next turn.
            _ = try? await tools.bus.request(
                RenewSessions(agents: keys.map(\.agentID).sorted()), to: .shard(.cti, tenant), tenant: tenant,
                deadline: .seconds(2))
        }
    }

    func expire() async {
        for loop in shards.all.filter(\.isWorking) {
            let time = tools.now()
            let silent = try? await shards.ask(loop.shard) { state, _ in state.silentAgents(at: time) }
            for (tenant, agents) in Dictionary(grouping: silent ?? [], by: \.key.tenant) {
                guard let found = await phones(of: agents, tenant) else { continue }
                let there = agents.filter { $0.phone.map(found.contains) ?? false }
                if !there.isEmpty { loop.send(.input(.seen(there.map(\.key)))) }
                for gone in agents where !(gone.phone.map(found.contains) ?? false) {
                    tools.log.info(
                        "agent's session ends",
                        metadata: [
                            "agent.id": "\(gone.key.agentID)", "tenant.id": "\(tenant)", "seen": "\(gone.seenAt)",
                        ])
                    loop.send(.input(.sessionExpired(gone)))
                }
            }
        }
    }

    /// Those that are registered anywhere; nil if that cannot be said.
    private func phones(of agents: [SilentAgent], _ tenant: TenantID) async -> Set<PhoneID>? {
        let asked = Set(agents.compactMap(\.phone)).sorted()
        guard !asked.isEmpty else { return [] }
        var found: Set<PhoneID> = []
        for instance in tools.mediaServers {
            guard
                let here = try? await tools.bus.request(
                    FindPhones(phones: asked), to: .instance(instance), tenant: tenant, deadline: .seconds(2))
            else { return nil }
            found.formUnion(here)
        }
        return found
    }
}
