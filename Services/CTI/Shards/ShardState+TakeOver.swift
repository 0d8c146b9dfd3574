import Contracts
import Foundation

/// What a new owner of a shard begins with.
struct ShardInheritance: Sendable {
    /// Agents as they were written behind.
    var agents: [AgentState] = []
    /// Agents as the former owner told of them last, to this instance.
    var told: [AgentSnapshot] = []
    /// Calls as they were written behind: those whose legs all ended while nobody was in control are only here.
    var calls: [CallState] = []
    /// What the media-servers have, which is the truth for what is up.
    var legs: [(instance: InstanceID, leg: LegSnapshot)] = []
    /// Media-servers that did not answer: their calls are left alone.
    var silent: Set<InstanceID> = []
    /// Versions of flows that running calls began with.
    var flows: [FlowVersion: Flow] = [:]
    /// Callers who came and went while nobody was in control.
    var missed: [MissedLeg] = []
    /// Calls whose end was told lately, stored or not: they end no second time, and are not dialled again.
    var ended: Set<CallID> = []
}

extension ShardState {
    /// Builds the calls again from what the legs carry, brings agents and calls into line with the legs, and goes on.
    mutating func takeOver(_ inheritance: ShardInheritance, at time: Timestamp) -> [ShardAction] {
        inheritAgents(inheritance)
        for (instance, leg) in inheritance.legs { telephones.found(leg, on: instance) }
        for callID in inheritance.ended.sorted() { recentlyEnded.insert(callID) }
        let present = Dictionary(inheritance.legs.map { ($0.leg.legID, $0.leg) }) { first, _ in first }
        var actions = rebuildCalls(inheritance, present)
        findConferences()
        actions += settleAgents(present, inheritance.silent, at: time)
        let inherited = calls.keys.sorted()
        for callID in inherited {
            guard let call = calls[callID] else { continue }
            actions += mend(callID, present)
            if !inheritance.silent.contains(call.mediaServer) { actions += settleLegs(of: call, present, at: time) }
        }
        for key in conferences.keys.sorted() { actions += mend(key, present) }
        for callID in inherited {
            guard var call = calls[callID] else { continue }
            let phase = call.phase
            let resumed = call.resume(from: firstRevision, at: time)
            actions += settle(call, before: phase, resumed, at: time)
        }
        for (instance, leg) in inheritance.legs where leg.context.isEmpty && legs[leg.legID] == nil {
            actions += adopt(leg, on: instance, at: time)
        }
        for leg in inheritance.missed where !recentlyEnded.contains(CallID(rawValue: leg.arrival.legID.rawValue)) {
            let arrival = LegFact.arrived(leg.arrival)
            actions += decide(.leg(arrival, tenant: leg.tenant, on: leg.instance), at: leg.arrivedAt)
            actions += decide(
                .leg(.ended(leg.arrival.legID, .remote), tenant: leg.tenant, on: leg.instance), at: leg.endedAt)
        }
        for agent in agents.values.sorted(by: { $0.agentID < $1.agentID }) { actions += keep(agent, agent.resume()) }
        beginSessions(at: time)
        return inTurn(actions, at: time)
    }

    /// The flow versions that these calls need and the books do not hold.
    static func versionsNeeded(_ contexts: [CallState], _ books: [TenantID: TenantBook]) -> Set<FlowVersion> {
        Set(
            contexts.flatMap { call in
                (call.run?.versions ?? [:]).filter { books[call.tenant]?.flows[$0.key]?.version != $0.value }
                    .map { FlowVersion(tenant: call.tenant, flowID: $0.key, version: $0.value) }
            })
    }

    /// The call that a leg carries; nil if it carries none that can be read.
    static func call(in context: Data) -> CallState? {
        try? WireJSON.decode(CallState.self, from: context)
    }

    private mutating func inheritAgents(_ inheritance: ShardInheritance) {
        for agent in inheritance.agents { agents[AgentKey(tenant: agent.tenant, agentID: agent.agentID)] = agent }
        for told in inheritance.told {
            let key = AgentKey(tenant: told.tenant, agentID: told.agentID)
            var agent = agents[key] ?? AgentState(tenant: told.tenant, agentID: told.agentID, at: told.since)
            agent.learn(told)
            agents[key] = agent
        }
        let first = firstRevision
        for key in agents.keys { agents[key]?.leap(to: first) }
    }

    /// The newest of what each leg and the database know of a call.
    private mutating func rebuildCalls(
        _ inheritance: ShardInheritance, _ present: [LegID: LegSnapshot]
    ) -> [ShardAction] {
        var actions: [ShardAction] = []
        for call in inheritance.calls { inherit(call, inheritance.flows) }
        for (_, leg) in inheritance.legs where !leg.context.isEmpty {
            guard let call = Self.call(in: leg.context), call.tenant == leg.tenant else {
                actions.append(.repaired("leg with an unreadable context hung up", nil, leg.legID))
                continue
            }
            inherit(call, inheritance.flows)
        }
        actions += bury(present)
        for call in calls.values {
            for leg in call.legIDs { legs[leg] = call.callID }
        }
        for (instance, leg) in inheritance.legs where !leg.context.isEmpty && legs[leg.legID] == nil {
            guard Self.call(in: leg.context).map({ !recentlyEnded.contains($0.callID) }) ?? true else { continue }
            actions.append(.hangUpStray(leg.legID, tenant: leg.tenant, on: instance))
        }
        return actions
    }

    /// The former owner told everybody that these are over, but perhaps not yet their legs.
    private mutating func bury(_ present: [LegID: LegSnapshot]) -> [ShardAction] {
        var actions: [ShardAction] = []
        let over = calls.values.filter { $0.phase == .ended || recentlyEnded.contains($0.callID) }
        let left = Dictionary(grouping: present.values) { Self.call(in: $0.context)?.callID }
        for var call in over.sorted(by: { $0.callID < $1.callID }) {
            calls[call.callID] = nil
            recentlyEnded.insert(call.callID)
            call.phase = .ended
            for leg in (left[call.callID] ?? []).sorted(by: { $0.legID < $1.legID }) {
                actions.append(.command(call, leg.legID, [.hangUp(.local)]))
            }
            actions.append(.forgetCall(call))
        }
        return actions
    }

    private mutating func inherit(_ call: CallState, _ flows: [FlowVersion: Flow]) {
        if let known = calls[call.callID], known.revision >= call.revision { return }
        var call = call
        call.flow = call.run.flatMap { program(of: $0, tenant: call.tenant, flows) }
        calls[call.callID] = call
    }

    /// The flow and its sub-flows as the call began with them; nil if one cannot be found any more.
    private func program(of run: FlowRun, tenant: TenantID, _ flows: [FlowVersion: Flow]) -> FlowProgram? {
        let book = books[tenant] ?? TenantBook()
        var found: [FlowID: PublishedFlow] = [:]
        for (flowID, version) in run.versions {
            let published = book.flows[flowID].flatMap { $0.version == version ? $0.flow : nil }
            guard let flow = published ?? flows[FlowVersion(tenant: tenant, flowID: flowID, version: version)] else {
                return nil
            }
            found[flowID] = PublishedFlow(flowID: flowID, version: version, flow: flow)
        }
        guard let main = found[run.flowID] else { return nil }
        let parts = found.filter { run.parts?[$0.key.rawValue] != nil }
        return FlowProgram(main: main, parts: parts, lists: book.lists)
    }

    /// Agents on calls are on them; agents whose call is gone are done with it.
    private mutating func settleAgents(
        _ present: [LegID: LegSnapshot], _ silent: Set<InstanceID>, at time: Timestamp
    ) -> [ShardAction] {
        var actions: [ShardAction] = []
        var onCalls: Set<AgentKey> = []
        for call in inOrder {
            for (key, input) in Self.agents(on: call, present) {
                onCalls.insert(key)
                actions += tellAgent(key, input, at: time)
            }
        }
        for (key, agent) in agents.sorted(by: { $0.key < $1.key }) where !onCalls.contains(key) {
            guard let callID = agent.callID, agent.status == .ringing || agent.status == .talking else { continue }
            if let call = calls[callID], silent.contains(call.mediaServer) { continue }
            actions += tellAgent(key, .callEnded(callID), at: time)
        }
        return actions
    }

    /// Who is on the call, and what each is to be told; nobody whose leg is not there.
    private static func agents(
        on call: CallState, _ present: [LegID: LegSnapshot]
    ) -> [(AgentKey, AgentState.Input)] {
        func found(
            _ agent: AgentID?, _ legID: LegID, isUp: Bool, isHeld: Bool, _ seconds: Int
        ) -> (AgentKey, AgentState.Input)? {
            guard let agent, let leg = present[legID] else { return nil }
            let input: AgentState.Input =
                isUp
                ? .foundTalking(call.callID, phone: leg.phoneID, isHeld: isHeld, afterCallWorkSeconds: seconds)
                : .foundRinging(call.callID, phone: leg.phoneID, afterCallWorkSeconds: seconds)
            return (AgentKey(tenant: call.tenant, agentID: agent), input)
        }
        let peer = call.peer.flatMap {
            found($0.agentID, $0.legID, isUp: $0.isUp, isHeld: call.phase == .held, call.afterCallWorkSeconds)
        }
        let others = call.parties.compactMap { party in
            let rival = call.rivals?.first { $0.agentID == party.agentID }
            return found(
                party.agentID, party.legID, isUp: party.isUp, isHeld: false, rival?.afterCallWorkSeconds ?? 0)
        }
        return (peer.map { [$0] } ?? []) + others
    }

    /// Calls that only their legs know of: their media-server was silent when the shard was taken over. They go on.
    mutating func revive(
        _ strays: [LegSnapshot], _ present: [LegID: LegSnapshot], on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        var found: Set<CallID> = []
        for leg in strays {
            guard let call = Self.call(in: leg.context), call.tenant == leg.tenant, call.mediaServer == instance,
                call.phase != .ended, !recentlyEnded.contains(call.callID),
                found.contains(call.callID) || calls[call.callID] == nil
            else { continue }
            inherit(call, [:])
            found.insert(call.callID)
        }
        if !found.isEmpty { findConferences() }
        var actions: [ShardAction] = []
        for callID in found.sorted() {
            guard let call = calls[callID] else { continue }
            for leg in call.legIDs { legs[leg] = callID }
            actions.append(.repaired("call known to its legs only goes on", callID, call.customerLeg))
            for (key, input) in Self.agents(on: call, present) { actions += tellAgent(key, input, at: time) }
            actions += mend(callID, present)
            actions += settleLegs(of: call, present, at: time)
            guard var settled = calls[callID] else { continue }
            let phase = settled.phase
            let resumed = settled.resume(from: firstRevision, at: time)
            actions += settle(settled, before: phase, resumed, at: time)
        }
        return actions
    }

    /// What happened to the call's legs while nobody was in control.
    private mutating func settleLegs(
        of call: CallState, _ present: [LegID: LegSnapshot], at time: Timestamp
    ) -> [ShardAction] {
        guard call.phase != .calling, call.isCustomerGone != true else {
            return settleOthers(of: call, present, at: time)
        }
        guard let customer = present[call.customerLeg] else {
            let cause: EndCause = call.phase == .dialling ? .unavailable : .remote
            return tell(call.callID, .legEnded(call.customerLeg, cause), at: time)
        }
        var actions: [ShardAction] = []
        if customer.state == .answered, call.phase == .answering || call.phase == .dialling {
            actions += tell(call.callID, .legAnswered(call.customerLeg), at: time)
        } else if customer.state == .arrived, call.phase == .answering {
            // The command to answer may have got lost with the former owner; a second one does no harm.
            actions.append(.command(call, call.customerLeg, [.answer]))
        }
        return actions + settleOthers(of: call, present, at: time)
    }

    private mutating func settleOthers(
        of call: CallState, _ present: [LegID: LegSnapshot], at time: Timestamp
    ) -> [ShardAction] {
        var actions: [ShardAction] = []
        let others =
            (call.peer.map { [($0.legID, $0.isUp)] } ?? []) + call.parties.map { ($0.legID, $0.isUp) }
            + call.parties.compactMap { party in party.line.map { ($0, party.isLineUp == true) } }
        for (legID, isUp) in others {
            if let leg = present[legID] {
                if leg.state == .answered, !isUp { actions += tell(call.callID, .legAnswered(legID), at: time) }
            } else {
                actions += tell(call.callID, .legMissing(legID), at: time)
            }
        }
        return actions
    }

    /// A leg that has arrived and that no one touched.
    mutating func adopt(_ leg: LegSnapshot, on instance: InstanceID, at time: Timestamp) -> [ShardAction] {
        guard leg.state == .arrived else {
            return [
                .repaired("leg without a call hung up", nil, leg.legID),
                .hangUpStray(leg.legID, tenant: leg.tenant, on: instance),
            ]
        }
        let arrival = LegArrived(
            legID: leg.legID, from: leg.from, to: leg.to, trunkID: leg.trunkID, phoneID: leg.phoneID,
            attributes: leg.attributes)
        return decide(.leg(.arrived(arrival), tenant: leg.tenant, on: instance), at: time)
    }
}
