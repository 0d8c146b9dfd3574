import Bus
import Contracts

extension CTI {
    /// Every question and command that cti answers: acd's, dialer's, and those of other instances of cti.
    func serveRequests() {
        serveRouting()
        serveDialling()
        serveControl()
        servePreview()
        serveConferences()
    }

    private func serveRouting() {
        bus.serve(OfferCall.self) { [shards] request, context in
            let tenant = try context.neededTenant
            try await shards.tell(.offer(request, tenant: tenant), tenant: tenant)
            return Done()
        }
        bus.serve(CallBack.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            guard CallID.isAcceptable(request.callID.rawValue), FlowValidation.isDialable(request.number),
                request.from.isEmpty || FlowValidation.isDialable(request.from)
            else { throw Failure(.invalid, "The call's id or number cannot be used.") }
            guard let instance = tools.openMediaServers.randomElement() else {
                throw Failure(.unavailable, "No media-server takes new calls.")
            }
            try await shards.tell(.callBack(request, tenant: tenant, on: instance), tenant: tenant)
            return Done()
        }
        bus.serve(AnnouncePosition.self) { [shards] request, context in
            let tenant = try context.neededTenant
            let input = CallInput.announcePosition(request.position, estimatedSeconds: request.estimatedSeconds)
            try await shards.tell(.call(request.callID, tenant: tenant, input), tenant: tenant)
            return Done()
        }
        bus.serve(SnapshotShard.self) { [shards, stream = tools.facts.stream] request, _ in
            try await shards.ask(request.shard) { state, number in
                ShardSnapshot(
                    waiting: state.waiting(), offered: state.offered(), agents: state.agents(), stream: stream,
                    number: number)
            }
        }
    }

    private func serveDialling() {
        bus.serve(OriginateCall.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            guard CallID.isAcceptable(request.callID.rawValue), FlowValidation.isDialable(request.number),
                request.from.isEmpty || FlowValidation.isDialable(request.from)
            else {
                throw Failure(.invalid, "The call's id or number cannot be used.")
            }
            guard let instance = tools.openMediaServers.randomElement() else {
                throw Failure(.unavailable, "No media-server takes new calls.")
            }
            try await shards.tell(.originate(request, tenant: tenant, on: instance), tenant: tenant)
            return Done()
        }
        bus.serve(BuryCall.self) { [shards] request, context in
            let tenant = try context.neededTenant
            try await shards.tell(.orphan(request.begun, tenant: tenant), tenant: tenant)
            return Done()
        }
        bus.serve(FindCalls.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                request.callIDs.filter { state.calls[$0]?.tenant == tenant }
            }
        }
    }

    private func serveSupervision() {
        bus.serve(SuperviseAgent.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            let key = AgentKey(tenant: tenant, agentID: request.agentID)
            let input = ShardInput.supervise(
                request.wish, of: request.agentID, by: request.supervisor, tenant: tenant)
            return try await shards.tell(input, tenant: tenant) { $0.desk(key, at: tools.now()).agent }
        }
        bus.serve(DialNumber.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            guard let instance = tools.mediaServers.randomElement() else {
                throw Failure(.unavailable, "No media-server can be reached.")
            }
            let input = ShardInput.dial(request, by: request.agentID, tenant: tenant, on: instance)
            let call = try await shards.tell(input, tenant: tenant) { state in
                state.calls[request.callID].map { CallView($0) }
            }
            guard let call else { throw CallState.over }
            return call
        }
        bus.serve(ReadFloor.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                let desks = state.floor(of: tenant, among: request.among).drop { desk in
                    request.after.map { desk.agent.agentID <= $0 } ?? false
                }
                return Array(desks.prefix(max(0, request.limit)))
            }
        }
    }

    private func serveControl() {
        bus.serve(CommandAgent.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            let key = AgentKey(tenant: tenant, agentID: request.agentID)
            return try await shards.tell(.agent(key, request.wish.input), tenant: tenant) { state in
                state.desk(key, at: tools.now()).agent
            }
        }
        bus.serve(CommandCall.self) { [shards] request, context in
            let tenant = try context.neededTenant
            try await shards.tell(
                .wish(request.wish, for: request.callID, by: request.agentID, tenant: tenant), tenant: tenant)
            return Done()
        }
        bus.serve(RenewSessions.self) { [shards] request, context in
            let tenant = try context.neededTenant
            let keys = request.agents.prefix(10_000).map { AgentKey(tenant: tenant, agentID: $0) }
            try await shards.tell(.seen(Array(keys)), tenant: tenant)
            return Done()
        }
        serveSupervision()
        bus.serve(ReadDesk.self) { [shards, tools] request, context in
            let tenant = try context.neededTenant
            let key = AgentKey(tenant: tenant, agentID: request.agentID)
            return try await shards.ask(.of(tenant)) { state, number in
                DeskSnapshot(desk: state.desk(key, at: tools.now()), stream: tools.facts.stream, number: number)
            }
        }
        bus.serve(ReadAgents.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                let agents = state.agents(of: tenant).drop { agent in request.after.map { agent.agentID <= $0 } ?? false
                }
                return Array(agents.prefix(max(0, request.limit)))
            }
        }
        bus.serve(ReadCalls.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                let calls = state.calls(of: tenant).drop { call in request.after.map { call.place <= $0 } ?? false }
                let agents = request.among.map { Set($0) }
                let seen = calls.lazy.filter { call in agents.map { call.isSeen(bySupervisorOf: $0) } ?? true }
                return Array(seen.prefix(max(0, request.limit)))
            }
        }
        bus.serve(ReadParked.self) { [shards] _, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                state.calls(of: tenant).filter { $0.parkSlot != nil }.sorted { $0.parkSlot ?? 0 < $1.parkSlot ?? 0 }
            }
        }
        bus.serve(ReadCall.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                state.calls[request.callID].flatMap { $0.tenant == tenant ? CallView($0) : nil }
            }
        }
    }
}

extension RequestContext {
    /// - Throws: `Failure.invalid` if the request names none.
    var neededTenant: TenantID {
        get throws {
            guard let tenant else { throw Failure(.invalid, "The request names no tenant.") }
            return tenant
        }
    }
}
