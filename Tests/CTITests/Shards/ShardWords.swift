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
            let isBridged = call.phase == .talking || call.phase == .outside
            let peer = call.peer
            inheritance.legs.append(
                (media, .of(call.customerLeg, call, context, isUp: isUp, with: isBridged ? peer?.legID : nil)))
            if let peer {
                let other = isBridged ? call.customerLeg : nil
                inheritance.legs.append(
                    (media, .of(peer.legID, call, context, isUp: peer.isUp, phone: "201", with: other)))
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

    private func changed(to state: State, bridgedWith: LegID?) -> LegSnapshot {
        LegSnapshot(
            legID: legID, tenant: tenant, state: state, from: from, to: to, trunkID: trunkID, phoneID: phoneID,
            bridgedWith: bridgedWith, context: context, arrivedAt: arrivedAt, answeredAt: answeredAt)
    }
}
