public import Contracts
import TestSupport

@testable import ACD

/// Short words for these tests.
extension Timestamp: ExpressibleByIntegerLiteral {
    /// Seconds.
    public init(integerLiteral value: Int64) { self.init(microseconds: value * 1_000_000) }
}

extension Timestamp {
    static func second(_ number: Int) -> Timestamp { Timestamp(microseconds: Int64(number) * 1_000_000) }
}

extension WaitingCall {
    static func to(
        _ queue: QueueID, _ id: CallID = "c1", priority: Int = 0, at: Timestamp = 0, skills: [String] = [],
        refusedBy: [AgentID] = [], mustBeTaken: Bool? = nil,
        wants: WantedAgent? = nil, attributes: [String: String]? = nil, ownerID: AgentID? = nil
    ) -> WaitingCall {
        WaitingCall(
            tenant: "t", callID: id, queueID: queue, priority: priority, enqueuedAt: at, skills: skills,
            refusedBy: refusedBy, mustBeTaken: mustBeTaken, wants: wants,
            attributes: attributes, ownerID: ownerID)
    }
}

extension AgentSnapshot {
    static func `is`(
        _ status: AgentStatus, _ id: AgentID, since: Timestamp = 0, on call: CallID? = nil, revision: UInt64
    ) -> AgentSnapshot {
        AgentSnapshot(
            tenant: "t", agentID: id, status: status, pauseReason: nil, since: since, phoneID: nil, callID: call,
            isOnHold: false, until: nil, revision: revision)
    }
}

extension Offer {
    init(_ call: CallID, _ agent: AgentID, _ number: Int) {
        self.init(callID: call, agentID: agent, number: number)
    }
}

extension RoutingState {
    /// With cti's (empty) snapshot taken, and one queue "sales" of amy, bob and eve.
    static func open(
        _ queue: Queue = Queue(id: "sales", name: "Sales"), members: Set<AgentID> = ["amy", "bob", "eve"]
    ) -> RoutingState {
        var state = RoutingState()
        _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: members)), at: 0)
        _ = state.handle(.snapshotTaken(TenantSnapshot(askedAt: 0)), at: 0)
        return state
    }

    mutating func ready(_ id: AgentID, at now: Timestamp = 1) -> [Offer] {
        offers(.agentChanged(.is(.ready, id, since: now, revision: (agents[id]?.revision ?? 0) + 1)), at: now)
    }

    mutating func says(
        _ status: AgentStatus, _ id: AgentID, on call: CallID? = nil, at now: Timestamp = 1
    ) -> [Offer] {
        offers(.agentChanged(.is(status, id, since: now, on: call, revision: (agents[id]?.revision ?? 0) + 1)), at: now)
    }

    /// What the input brings, without the records.
    mutating func offers(_ input: Input, at now: Timestamp = 1) -> [Offer] {
        handle(input, at: now).compactMap { if case .offer(let offer, _) = $0 { offer } else { nil } }
    }
}
