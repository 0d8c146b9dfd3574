import Contracts
import Foundation
import TestSupport

@testable import CTI

extension TenantBook {
    /// Number 400 leads straight into the queue.
    static let example = TenantBook(flows: ["queue": .queueOnly], numbers: ["400": "queue"])
}

extension LegArrived {
    static let example = LegArrived(legID: "c1", from: "13900000001", to: "400", trunkID: nil)
}

extension [ShardAction] {
    var ended: [CallEnded] {
        compactMap { action in
            if case .publish(let fact, _) = action { fact as? CallEnded } else { nil }
        }
    }

    var commands: [(leg: LegID, commands: [LegCommand])] {
        compactMap { action in
            if case .command(_, let leg, let commands) = action { (leg, commands) } else { nil }
        }
    }

    var saved: [CallState] { compactMap { if case .saveCall(let call) = $0 { call } else { nil } } }
    var changed: [AgentSnapshot] {
        compactMap { if case .publish(let fact, _) = $0 { (fact as? AgentStateChanged)?.agent } else { nil } }
    }

    var strays: [LegID] {
        compactMap { action in
            if case .hangUpStray(let leg, _, _) = action { leg } else { nil }
        }
    }
}

extension ShardState {
    /// What somebody who takes over finds: each call's legs with the call as their context, and all that was written.
    func inheritance() throws -> ShardInheritance {
        var inheritance = ShardInheritance(agents: Array(agents.values))
        for call in calls.values {
            let context = try JSONEncoder().encode(call)
            let isUp = call.phase != .answering && call.phase != .dialling
            let arrangement = call.arrangement
            for leg in call.legIDs {
                let party = call.parties.first { $0.legID == leg }
                let isAnswered = leg == call.customerLeg ? isUp : party?.isUp ?? call.peer?.isUp ?? false
                let agent = party?.agentID ?? (leg == call.peer?.legID ? call.peer?.agentID : nil)
                let phone = agent.map { PhoneID(rawValue: $0 == "amy" ? "201" : "2-\($0)") }
                var snapshot = LegSnapshot.of(leg, call, context, isUp: isAnswered, phone: phone)
                for (room, seats) in [(call.callID, arrangement.main), (call.sideRoom, arrangement.side)] {
                    guard let seat = seats.first(where: { $0.legID == leg }) else { continue }
                    snapshot =
                        seats.isPair
                        ? snapshot.bridged(with: seats.first { $0.legID != leg }?.legID)
                        : snapshot.seated(in: room, as: seat.role)
                }
                inheritance.legs.append((media, snapshot))
            }
            var stored = call
            stored.flow = nil
            inheritance.calls.append(stored)
        }
        return inheritance
    }
}

extension LegSnapshot {
    static func of(
        _ leg: LegID, _ call: CallState, _ context: Data, isUp: Bool, phone: PhoneID? = nil, with other: LegID? = nil
    ) -> LegSnapshot {
        LegSnapshot(
            legID: leg, tenant: call.tenant, state: isUp ? .answered : .ringing, from: call.customerNumber,
            to: call.accessNumber, trunkID: nil, phoneID: phone, bridgedWith: other, context: context,
            arrivedAt: call.startedAt, answeredAt: nil)
    }

    /// A leg in state `arrived` or any other, with this context.
    static func leg(_ leg: LegID, _ state: State, context: String = "") -> LegSnapshot {
        LegSnapshot(
            legID: leg, tenant: "t", state: state, from: "1", to: "400", trunkID: nil, phoneID: nil, bridgedWith: nil,
            context: Data(context.utf8), arrivedAt: second(0), answeredAt: nil)
    }

    var answered: LegSnapshot { changed(to: .answered, bridgedWith: bridgedWith) }

    func bridged(with other: LegID?) -> LegSnapshot { changed(to: state, bridgedWith: other) }

    func seated(in room: CallID?, as role: RoomRole?) -> LegSnapshot {
        changed(to: state, bridgedWith: nil, room: room, role: role)
    }

    private func changed(
        to state: State, bridgedWith: LegID?, room: CallID? = nil, role: RoomRole? = nil
    ) -> LegSnapshot {
        LegSnapshot(
            legID: legID, tenant: tenant, state: state, from: from, to: to, trunkID: trunkID, phoneID: phoneID,
            bridgedWith: bridgedWith, room: room, role: role, context: context, arrivedAt: arrivedAt,
            answeredAt: answeredAt)
    }
}
