import Contracts

extension ShardState {
    /// Compares the legs that a media-server really has with the calls, and puts right what was wrong twice running: once
    /// may be a message on its way.
    mutating func reconcile(_ found: [LegSnapshot], on instance: InstanceID, at time: Timestamp) -> [ShardAction] {
        let mine = found.filter { Shard.of($0.tenant) == shard }
        let present = Set(mine.map(\.legID))
        // A media-server that was silent when the shard was taken over told nothing of its telephones then.
        for leg in mine { telephones.found(leg, on: instance) }
        let known = legs
        telephones.keep(present, on: instance, or: { known[$0] != nil }, at: time)
        let legsFound = Dictionary(mine.map { ($0.legID, $0) }) { first, _ in first }
        var wrong: Set<String> = []
        var actions: [ShardAction] = []
        let strays = mine.filter { leg in
            legs[leg.legID] == nil && isSuspect("leg", leg.legID.rawValue, on: instance, &wrong)
        }
        actions += revive(strays, legsFound, on: instance, at: time)
        for leg in strays where legs[leg.legID] == nil { actions += strayLeg(leg, on: instance, at: time) }
        for call in inOrder where call.mediaServer == instance {
            if call.phase != .calling, call.isCustomerGone != true, !present.contains(call.customerLeg) {
                guard isSuspect("call", call.callID.rawValue, on: instance, &wrong) else { continue }
                actions.append(.repaired("call without its customer's leg ended", call.callID, call.customerLeg))
                actions += tell(call.callID, .legEnded(call.customerLeg, .failed), at: time)
            } else if let leg = call.legIDs.first(where: { !present.contains($0) && !telephones.isHeld($0) }) {
                guard isSuspect("peer", leg.rawValue, on: instance, &wrong) else { continue }
                actions.append(.repaired("call without its agent's leg put right", call.callID, leg))
                telephones.ended(leg, .failed, at: time)
                actions += tell(call.callID, .legEnded(leg, .failed), at: time)
            } else {
                let mending = mend(call.callID, legsFound)
                guard !mending.isEmpty, isSuspect("bridge", call.callID.rawValue, on: instance, &wrong) else {
                    continue
                }
                actions.append(.repaired("legs bridged or parted again", call.callID, call.customerLeg))
                actions += mending
            }
        }
        for (key, conference) in conferences.sorted(by: { $0.key < $1.key }) where conference.mediaServer == instance {
            let mending = mend(key, legsFound)
            guard !mending.isEmpty, isSuspect("room", conference.room.rawValue, on: instance, &wrong) else { continue }
            actions.append(.repaired("members of a conference seated again", conference.room, nil))
            actions += mending
        }
        actions += reconcileAgents(on: instance, at: time)
        suspects = suspects.filter { !$0.hasSuffix(" \(instance)") }.union(wrong)
        return actions
    }

    /// Whether this was wrong at the last look already; remembers it for the next if not.
    private func isSuspect(_ kind: String, _ id: String, on instance: InstanceID, _ wrong: inout Set<String>) -> Bool {
        let suspect = "\(kind) \(id) \(instance)"
        if suspects.contains(suspect) { return true }
        wrong.insert(suspect)
        return false
    }

    private mutating func strayLeg(_ leg: LegSnapshot, on instance: InstanceID, at time: Timestamp) -> [ShardAction] {
        let wasCall = recentlyEnded.contains(CallID(rawValue: leg.legID.rawValue))
        if leg.context.isEmpty, !wasCall { return adopt(leg, on: instance, at: time) }
        return [
            .repaired("leg without a call hung up", nil, leg.legID),
            .hangUpStray(leg.legID, tenant: leg.tenant, on: instance),
        ]
    }

    /// An agent cannot be on a call that does not exist.
    private mutating func reconcileAgents(on instance: InstanceID, at time: Timestamp) -> [ShardAction] {
        var actions: [ShardAction] = []
        for (key, agent) in agents.sorted(by: { $0.key < $1.key }) {
            guard let callID = agent.callID, agent.status == .ringing || agent.status == .talking,
                calls[callID]?.agentIDs.contains(agent.agentID) != true
            else { continue }
            actions.append(.repaired("agent without a call freed", callID, nil))
            actions += tellAgent(key, .callEnded(callID), at: time)
        }
        return actions
    }
}
