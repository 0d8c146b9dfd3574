import Bus
import Contracts
import Synchronization
import TestSupport

@testable import ACD

/// A cti that has agents and calls in memory, answers as the real one does, and can be told what happens.
final class FakeCTI: Sendable {
    struct State {
        var agents: [AgentID: AgentSnapshot] = [:]
        var waiting: [CallID: WaitingCall] = [:]
        var offered: [CallID: OfferedCall] = [:]
        var number: UInt64 = 0
        /// What the next offers are refused with.
        var refusals: [Failure] = []
    }

    let bus: LocalBus
    let state = Mutex(State())
    /// Every offer that was made, in order.
    let offers: AsyncStream<OfferCall>
    let announcements: AsyncStream<AnnouncePosition>

    init(_ network: LocalBus.Network, _ instance: InstanceID = InstanceID(.cti, 1)) {
        bus = network.bus(instance)
        let (offers, made) = AsyncStream.makeStream(of: OfferCall.self)
        let (announcements, announced) = AsyncStream.makeStream(of: AnnouncePosition.self)
        self.offers = offers
        self.announcements = announcements
        bus.serve(SnapshotShard.self) { [self] request, _ in snapshot(request.shard) }
        bus.serve(OfferCall.self) { [self] request, context in
            let change = try offer(request)
            publish(change, context.tenant)
            made.yield(request)
            return Done()
        }
        bus.serve(AnnouncePosition.self) { request, _ in
            announced.yield(request)
            return Done()
        }
    }

    func sign(_ agent: AgentID, _ status: AgentStatus, tenant: TenantID = "t") {
        publish(change(agent, to: status, tenant: tenant), tenant)
    }

    func wait(_ call: WaitingCall) { state.withLock { $0.waiting[call.callID] = call } }

    /// The phone rang in vain, or was answered; as the real one it tells acd.
    func end(_ call: CallID, _ outcome: OfferOutcome, then status: AgentStatus) async throws {
        guard let offered = state.withLock({ $0.offered.removeValue(forKey: call) }) else { return }
        if outcome != .answered && outcome != .callerGone { wait(offered.call) }
        let tenant = offered.call.tenant
        publish(change(offered.agentID, to: status, tenant: tenant), tenant)
        _ = try await bus.request(
            OfferEnded(callID: call, agentID: offered.agentID, offer: offered.offer, outcome: outcome),
            to: .shard(.acd, tenant), tenant: tenant)
    }

    private func change(_ agent: AgentID, to status: AgentStatus, tenant: TenantID) -> AgentSnapshot {
        state.withLock { state in
            let snapshot = AgentSnapshot(
                tenant: tenant, agentID: agent, status: status, pauseReason: nil, since: .now(), phoneID: nil,
                callID: nil, isOnHold: false, until: nil, revision: (state.agents[agent]?.revision ?? 0) + 1)
            state.agents[agent] = snapshot
            return snapshot
        }
    }

    private func publish(_ agent: AgentSnapshot, _ tenant: TenantID?) {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        let event = AgentStateChanged(agent: agent, previous: .paused)
        guard
            let envelope = try? Envelope(event, stream: "cti/1@a", number: number, tenant: tenant, time: .now())
        else { return }
        bus.publish(envelope)
    }

    private func offer(_ request: OfferCall) throws -> AgentSnapshot {
        if let refusal = state.withLock({ $0.refusals.popLast() }) { throw refusal }
        let tenant = try state.withLock { state in
            guard state.agents[request.agentID]?.status == .ready else {
                throw Failure(.conflict, "not ready", code: "agentNotReady")
            }
            guard let call = state.waiting.removeValue(forKey: request.callID) else {
                throw Failure(.conflict, "not waiting", code: "callNotWaiting")
            }
            state.offered[request.callID] = OfferedCall(call: call, agentID: request.agentID, offer: request.offer)
            return call.tenant
        }
        return change(request.agentID, to: .ringing, tenant: tenant)
    }

    private func snapshot(_ shard: Shard) -> ShardSnapshot {
        state.withLock { state in
            ShardSnapshot(
                waiting: state.waiting.values.filter { Shard.of($0.tenant) == shard },
                offered: state.offered.values.filter { Shard.of($0.call.tenant) == shard },
                agents: state.agents.values.filter { Shard.of($0.tenant) == shard }, stream: "cti/1@a",
                number: state.number)
        }
    }
}
