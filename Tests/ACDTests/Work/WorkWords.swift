public import Contracts
import TestSupport

@testable import ACD

extension WorkID: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(rawValue: value) }
}

extension WorkItem {
    static func of(
        _ medium: Medium, _ id: WorkID = "w1", in queue: QueueID = "sales", _ state: State = .waiting,
        by agent: AgentID? = nil, offers: Int = 0, until: Timestamp? = nil, priority: Int = 100, at: Timestamp = 1,
        skills: [String] = [], refusedBy: [AgentID] = [], version: Int64 = 1
    ) -> WorkItem {
        WorkItem(
            id: id, medium: medium, queueID: queue, priority: priority, skills: skills, customer: nil, title: "",
            link: nil, attributes: [:], enteredAt: at, state: state, agentID: agent, offers: offers,
            offeredUntil: until, refusedBy: refusedBy, acceptedAt: nil, interruptions: 0, endedAt: nil,
            disposition: nil, note: nil, version: version)
    }
}

/// Routing whose decisions on work are stored at once, as ``WorkKeeper`` and PostgreSQL do it.
struct StoredRouting {
    var state = RoutingState.open()
    var stored: [WorkID: WorkItem] = [:]
    var version: Int64 = 0
    /// What was decided, in order.
    var decided: [WorkDecision.Kind] = []
    /// Calls that were offered.
    var offers: [Offer] = []

    init(_ state: RoutingState = .open()) { self.state = state }

    mutating func tell(_ input: RoutingState.Input, at now: Timestamp) {
        carryOut(state.handle(input, at: now), at: now)
    }

    mutating func carryOut(_ actions: [RoutingState.Action], at now: Timestamp) {
        for action in actions {
            if case .offer(let offer, _) = action { offers.append(offer) }
            guard case .workDecided(let decision) = action, var item = stored[decision.workID] else { continue }
            decided.append(decision.kind)
            item.take(decision.kind)
            version += 1
            item.version = version
            stored[decision.workID] = item
            carryOut(state.handle(.workStored(decision.workID, [item]), at: now), at: now)
        }
    }

    /// What somebody does to an item, stored and then told.
    mutating func change(_ id: WorkID, at now: Timestamp, _ body: (inout WorkItem) -> Void) {
        guard var item = stored[id] else { return }
        body(&item)
        version += 1
        item.version = version
        stored[id] = item
        tell(.workFound([item], upTo: version), at: now)
    }

    mutating func enter(_ item: WorkItem, at now: Timestamp) {
        stored[item.id] = item
        change(item.id, at: now) { _ in }
    }

    mutating func accept(_ id: WorkID, at now: Timestamp) { change(id, at: now) { $0.state = .open } }

    mutating func finish(_ id: WorkID, at now: Timestamp) { change(id, at: now) { $0.state = .done } }

    mutating func says(
        _ status: AgentStatus, _ id: AgentID, on call: CallID? = nil, since: Timestamp? = nil, at now: Timestamp
    ) {
        let revision = (state.agents[id]?.revision ?? 0) + 1
        tell(.agentChanged(.is(status, id, since: since ?? now, on: call, revision: revision)), at: now)
    }

    mutating func comes(_ call: CallID, priority: Int = 0, at now: Timestamp) {
        tell(.callEnqueued(.to("sales", call, priority: priority, at: now)), at: now)
    }

    func who(_ id: WorkID) -> AgentID? { state.work.items[id]?.item.agentID }
    func how(_ id: WorkID) -> WorkItem.State? { state.work.items[id]?.item.state }
}

extension WorkItem {
    mutating func take(_ kind: WorkDecision.Kind) {
        switch kind {
        case .offered(let agent, let number, let until):
            (state, agentID, offers, offeredUntil) = (.offered, agent, number, until)
        case .offerEnded(let agent, _, _, let isRefusal):
            (state, agentID, offeredUntil) = (.waiting, nil, nil)
            if isRefusal { refusedBy.append(agent) }
        case .interrupted:
            state = .interrupted
            interruptions += 1
        case .resumed: state = .open
        case .givenBack: (state, agentID) = (.waiting, nil)
        }
    }
}
