import Bus
import Contracts

extension CTI {
    /// What the dialer asks for agents who look at records before they are dialled.
    func servePreview() {
        bus.serve(ReadyAgents.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in state.ready(among: request.agentIDs, of: tenant) }
        }
        bus.serve(ReserveAgent.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            let key = AgentKey(tenant: tenant, agentID: request.agentID)
            return try await shards.tell(
                .agent(key, .reserved(request.previewID, until: request.until)), tenant: tenant
            ) { $0.desk(key, at: tools.now()).agent }
        }
        bus.serve(ReleaseAgent.self) { [shards] request, context in
            let tenant = try context.neededTenant
            let key = AgentKey(tenant: tenant, agentID: request.agentID)
            let input = AgentState.Input.released(request.previewID, hasMissed: request.hasMissed)
            try await shards.tell(.agent(key, input), tenant: tenant)
            return Done()
        }
        bus.serve(DialRecord.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            guard CallID.isAcceptable(request.callID.rawValue), FlowValidation.isDialable(request.number),
                request.from.isEmpty || FlowValidation.isDialable(request.from)
            else { throw Failure(.invalid, "The call's id or number cannot be used.") }
            guard let instance = tools.openMediaServers.randomElement() else {
                throw Failure(.unavailable, "No media-server takes new calls.")
            }
            try await shards.tell(.dialRecord(request, tenant: tenant, on: instance), tenant: tenant)
            return Done()
        }
    }
}
