import Bus
import Contracts
import Database
import Logging

/// What agents and other systems do with work: stored first, then told to all and to whoever routes the tenant.
struct WorkDesk: Sendable {
    let work: WorkStore
    let queues: QueueStore
    let bus: any Bus
    let publish: @Sendable (any Fact, TenantID, Timestamp) -> Void
    var now: @Sendable () -> Timestamp = Timestamp.now

    /// - Throws: `Failure.notFound` if there is no such queue.
    func enter(_ new: NewWork, of tenant: TenantID) async throws -> WorkItem {
        let item = try new.checked(at: now())
        _ = try await queues.find(item.queueID, of: tenant)
        let (entered, isNew) = try await work.enter(item, of: tenant)
        if isNew {
            publish(
                WorkEntered(
                    workID: entered.id, medium: entered.medium, queueID: entered.queueID, enteredAt: entered.enteredAt),
                tenant, now())
            await tellOwner(of: tenant)
        }
        return entered
    }

    /// The agent takes what he is asked to take.
    /// - Throws: `Failure.conflict` if he is not asked any more.
    func accept(_ id: WorkID, by agent: AgentID, of tenant: TenantID) async throws -> WorkItem {
        let time = now()
        let item = try await change(
            id, "state = 'open', accepted_at = \(time.date), offered_until = NULL, refused_by = '{}'",
            where: "state = 'offered' AND agent_id = \(agent)", code: "workNotOffered", of: tenant)
        publish(
            WorkOfferEnded(workID: id, agentID: agent, offer: item.offers, outcome: .answered), tenant, time)
        return await progressed(item, .accepted, by: agent, of: tenant, at: time)
    }

    /// - Throws: `Failure.conflict` if he is not asked any more.
    func refuse(_ id: WorkID, by agent: AgentID, of tenant: TenantID) async throws -> WorkItem {
        let item = try await change(
            id,
            """
            state = 'waiting', agent_id = NULL, offered_until = NULL,
            refused_by = array_append(array_remove(refused_by, \(agent)), \(agent))
            """, where: "state = 'offered' AND agent_id = \(agent)", code: "workNotOffered", of: tenant)
        publish(
            WorkOfferEnded(workID: id, agentID: agent, offer: item.offers, outcome: .rejected), tenant, now())
        await tellOwner(of: tenant)
        return item
    }

    /// The agent takes what waits, without being asked.
    /// - Throws: `Failure.conflict` if it does not wait.
    func take(_ id: WorkID, by agent: AgentID, of tenant: TenantID) async throws -> WorkItem {
        let time = now()
        let item = try await change(
            id, "state = 'open', agent_id = \(agent), accepted_at = \(time.date), refused_by = '{}'",
            where: "state = 'waiting'", code: "workNotWaiting", of: tenant)
        return await progressed(item, .accepted, by: agent, of: tenant, at: time)
    }

    /// What he has in hand waits for others at its old place, in another queue if one is named.
    /// - Throws: `Failure.conflict` if he does not have it; `Failure.notFound` if there is no such queue.
    func giveBack(_ id: WorkID, to queue: QueueID?, by agent: AgentID, of tenant: TenantID) async throws -> WorkItem {
        if let queue { _ = try await queues.find(queue, of: tenant) }
        let item = try await change(
            id,
            """
            state = 'waiting', agent_id = NULL, accepted_at = NULL, refused_by = ARRAY[\(agent)]::text[],
            queue_id = coalesce(\(queue?.rawValue)::text, queue_id)
            """, where: "state IN ('open', 'interrupted') AND agent_id = \(agent)", code: "workNotYours", of: tenant)
        return await progressed(item, .givenBack, by: agent, of: tenant, at: now())
    }

    /// - Throws: `Failure.conflict` if he does not have it.
    func finish(
        _ id: WorkID, disposition: String?, note: String?, by agent: AgentID, of tenant: TenantID
    ) async throws -> WorkItem {
        let time = now()
        let item = try await change(
            id, "state = 'done', ended_at = \(time.date), disposition = \(disposition), note = \(note)",
            where: "state IN ('open', 'interrupted') AND agent_id = \(agent)", code: "workNotYours", of: tenant)
        await ended(item, of: tenant, at: time)
        return item
    }

    /// Called off, whoever has it.
    /// - Throws: `Failure.conflict` if it is over.
    func cancel(_ id: WorkID, of tenant: TenantID) async throws -> WorkItem {
        let time = now()
        let before = try await work.find(id, of: tenant)
        let item = try await change(
            id, "state = 'cancelled', ended_at = \(time.date), offered_until = NULL",
            where: "state NOT IN ('done', 'cancelled')", code: "workOver", of: tenant)
        if before.state == .offered, let agent = before.agentID {
            publish(
                WorkOfferEnded(workID: id, agentID: agent, offer: item.offers, outcome: .callerGone), tenant, time)
        }
        await ended(item, of: tenant, at: time)
        return item
    }

    private func change(
        _ id: WorkID, _ sets: SQL, where condition: SQL, code: String, of tenant: TenantID
    ) async throws -> WorkItem {
        guard let result = try await work.change(id, sets, where: condition, of: tenant) else {
            throw WorkStore.missing(id)
        }
        guard result.isChanged else {
            throw Failure(.conflict, "The work is \(result.item.state.rawValue).", code: code)
        }
        return result.item
    }

    private func progressed(
        _ item: WorkItem, _ step: WorkProgressed.Step, by agent: AgentID, of tenant: TenantID, at time: Timestamp
    ) async -> WorkItem {
        publish(WorkProgressed(item, step, by: agent, at: time), tenant, time)
        await tellOwner(of: tenant)
        return item
    }

    private func ended(_ item: WorkItem, of tenant: TenantID, at time: Timestamp) async {
        publish(
            WorkEnded(
                workID: item.id, medium: item.medium, queueID: item.queueID, agentID: item.agentID,
                isDone: item.state == .done, disposition: item.disposition, note: item.note, enteredAt: item.enteredAt,
                acceptedAt: item.acceptedAt, endedAt: time, interruptions: item.interruptions), tenant, time)
        await tellOwner(of: tenant)
    }

    /// Whoever routes the tenant sees it within a second anyway.
    private func tellOwner(of tenant: TenantID) async {
        _ = try? await bus.request(
            LookAtWork(), to: .shard(.acd, tenant), tenant: tenant, deadline: .milliseconds(300))
    }
}

/// acd → acd: the work of a tenant that is routed by another instance has changed.
struct LookAtWork: BusRequest {
    typealias Reply = Done
    static let name = "acd.look_at_work"
}

extension WorkProgressed {
    init(_ item: WorkItem, _ step: Step, by agent: AgentID, callID: CallID? = nil, at time: Timestamp) {
        self.init(
            workID: item.id, medium: item.medium, agentID: agent, queueID: item.queueID, step: step, callID: callID,
            at: time)
    }
}
