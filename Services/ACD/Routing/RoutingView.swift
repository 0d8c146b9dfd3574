import Contracts

/// Who waits, who is ready and what rings, for `GET /v1/routing`. At most 1000 of each.
struct RoutingView: Codable, Sendable, Equatable {
    struct Waiting: Codable, Sendable, Equatable {
        let callID: CallID
        let queueID: QueueID
        /// 1 is next.
        let position: Int
        /// With what the queue's rules add.
        let priority: Int
        let enqueuedAt: Timestamp
        let skills: [String]
        /// How many steps of the queue's widening it has taken.
        let widened: Int
        /// Whose agents take the call instead of its own queue's.
        let overflowQueueID: QueueID?
        /// From now on; nil if nobody can say.
        let estimatedWaitMicroseconds: Int64?
        let refusedBy: [AgentID]
        /// The agent for whom he waits, and for nobody else, and how the two know each other.
        let wants: AgentID?
        let wantsBecause: String?
        /// It is no call, but the place of somebody who is to be called back.
        let callbackID: String?
    }

    struct Ringing: Codable, Sendable, Equatable {
        let callID: CallID
        let queueID: QueueID
        let agentID: AgentID
        let offer: Int
        let enqueuedAt: Timestamp
    }

    struct Agent: Codable, Sendable, Equatable {
        let agentID: AgentID
        let status: AgentStatus
        let since: Timestamp
        let skills: [String]
        let queues: [QueueID]
        /// For which caller his seat is locked (座席预占), and no longer than until when.
        let lockedFor: CallID?
        let lockedUntil: Timestamp?
        /// How long it was locked today, that one not counted.
        let reservedMicroseconds: Int64
        /// From when on he would be idle if work had taken nothing of him: what agents are compared by.
        let idleSince: Timestamp?
        /// What he has in hand leaves no room for a call.
        let isBlocked: Bool?
    }

    /// A matter that is no call.
    struct Work: Codable, Sendable, Equatable {
        let workID: WorkID
        let medium: Medium
        let queueID: QueueID
        let state: WorkItem.State
        /// Who has it in hand, or is asked to take it.
        let agentID: AgentID?
        let priority: Int
        let enteredAt: Timestamp
    }

    static let most = 1000
    let queues: [QueueFigures]
    /// In the order in which calls are taken.
    let waiting: [Waiting]
    let ringing: [Ringing]
    /// All who are signed in, longest in their state first.
    let agents: [Agent]
    /// In the order in which it is taken. Nil from an instance that knows no work.
    let work: [Work]?

    init(of state: RoutingState) {
        queues = state.queues.keys.sorted().compactMap(state.figures(of:))
        let inLine = state.calls.values.filter { $0.offer == nil }.sorted { $0.place < $1.place }
        waiting = inLine.prefix(Self.most).map { call in
            Waiting(
                callID: call.call.callID, queueID: call.call.queueID,
                position: state.position(of: call.call.callID) ?? 0, priority: call.place.priority,
                enqueuedAt: call.call.enqueuedAt, skills: call.call.skills, widened: call.widened,
                overflowQueueID: call.overflow?.queue,
                estimatedWaitMicroseconds: state.estimate(of: call.call.callID),
                refusedBy: call.refusedBy.sorted(), wants: call.wanted?.agentID,
                wantsBecause: call.wanted?.reason, callbackID: call.callback?.id)
        }
        let offered = state.calls.values.filter { $0.offer != nil }.sorted { $0.place < $1.place }
        ringing = offered.prefix(Self.most).flatMap { call in
            ((call.offer.map { [$0] } ?? []) + call.rivals).map {
                Ringing(
                    callID: $0.callID, queueID: call.call.queueID, agentID: $0.agentID, offer: $0.number,
                    enqueuedAt: call.call.enqueuedAt)
            }
        }
        work = state.work.items.values.sorted { $0.place < $1.place }.prefix(Self.most).map { one in
            Work(
                workID: one.item.id, medium: one.item.medium, queueID: one.item.queueID, state: one.item.state,
                agentID: one.item.agentID, priority: one.place.priority, enteredAt: one.item.enteredAt)
        }
        let locks = Dictionary(grouping: state.seatLocks.values, by: \.agentID).compactMapValues {
            $0.min { ($0.since, $0.callID) < ($1.since, $1.callID) }
        }
        let present = state.agents.filter { $0.value.status != .signedOut }
        agents = present.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }.prefix(Self.most).map {
            id, agent in
            Agent(
                agentID: id, status: agent.status, since: agent.since, skills: agent.skills.sorted(),
                queues: agent.queues.sorted(), lockedFor: locks[id]?.callID, lockedUntil: locks[id]?.until,
                reservedMicroseconds: agent.reservedMicroseconds, idleSince: agent.idleSince,
                isBlocked: agent.isBlocked)
        }
    }
}

/// acd → acd: the view of a tenant whose calls are routed by another instance.
struct ShowRouting: BusRequest {
    typealias Reply = RoutingView
    static let name = "acd.show_routing"
}
