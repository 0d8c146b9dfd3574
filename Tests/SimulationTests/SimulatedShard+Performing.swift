import Bus
import Contracts
import Foundation

@testable import CTI

/// A model of `ShardPerformer`: requests go out in lanes, one a call, and are tried again as the performer does.
extension SimulatedShard {
    // MARK: Performing

    func perform(_ action: ShardAction) {
        switch action {
        case .publish(let fact, let tenant): node.publish(fact, tenant, at: sim.now)
        case .command(let call, let leg, let commands): command(call, leg, commands)
        case .originate(let call, let leg, let destination, let from, _, let seconds):
            let request = OriginateLeg(
                legID: leg, destination: destination, from: from, ringSeconds: seconds, context: sim.media.keep(call),
                beside: call.legBeside(leg))
            originate(request, call)
        case .ringTimer(let leg, let number, let due):
            node.at(due) { [weak self] in self?.take(.ringTime(leg, number: number)) { _ in } }
        case .hangUpStray(let leg, let tenant, _): hangUp(leg, .local, tenant)
        case .refuseLeg(let leg, let cause, let tenant, _): hangUp(leg, cause, tenant)
        case .enqueue(let call):
            inQueueLane(call.callID, call.tenant) { acd, reply in
                acd.enqueue(call, reply)
            } ifUnknown: { [self] in
                later(.call(call.callID, tenant: call.tenant, .queueRefused(call.queueID)))
            }
        case .dequeue(let id, let tenant): inQueueLane(id, tenant) { acd, reply in acd.dequeue(id, tenant, reply) }
        case .offerEnded(let ended, let tenant):
            inQueueLane(ended.callID, tenant) { acd, reply in acd.offerEnded(ended, tenant, reply) }
        case .callTimer(let id, let tenant, let timer, let due):
            node.at(due) { [weak self] in self?.take(.call(id, tenant: tenant, .timer(timer))) { _ in } }
        case .agentTimer(let key, let revision, let due):
            node.at(due) { [weak self] in self?.take(.agent(key, .timer(revision: revision))) { _ in } }
        case .saveAgent(let agent):
            node.pending.agents[AgentKey(tenant: agent.tenant, agentID: agent.agentID)] = .init(
                state: agent, shard: shard, epoch: epoch)
            node.mustWrite()
        case .saveCall(let call):
            node.pending.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch)
            node.mustWrite()
        case .forgetCall(let call): forget(call)
        case .repaired(let what, let call, let leg):
            sim.history.repaired("\(what) \(call?.rawValue ?? "") \(leg?.rawValue ?? "")", sim)
        case .askQueue, .findCustomer, .ask, .showCustomer, .passed, .forgetRoom, .refuse: break
        }
    }

    private func forget(_ call: CallState) {
        queueLanes.removeValue(forKey: call.callID)?.isOver = true
        guard let lane = mediaLanes.removeValue(forKey: call.callID) else {
            node.pending.forget(call.callID, epoch: epoch)
            return node.mustWrite()
        }
        node.pending.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch)
        node.mustWrite()
        add(to: lane) { [self] done in
            if !isCancelled {
                node.pending.forget(call.callID, epoch: epoch)
                node.mustWrite()
            }
            done()
        }
        lane.isOver = true
    }

    private func add(to lane: Lane, _ job: @escaping (@escaping () -> Void) -> Void) {
        guard !lane.isOver else { return }
        lane.jobs.append(job)
        runNext(lane)
    }

    private func runNext(_ lane: Lane) {
        guard !lane.isBusy, !isCancelled, !lane.jobs.isEmpty else { return }
        lane.isBusy = true
        let job = lane.jobs.removeFirst()
        job { [self] in
            lane.isBusy = false
            runNext(lane)
        }
    }

    private func mediaLane(_ call: CallID) -> Lane {
        if let lane = mediaLanes[call] { return lane }
        let lane = Lane()
        mediaLanes[call] = lane
        return lane
    }

    // MARK: media-server

    private func command(_ call: CallState, _ leg: LegID, _ steps: [LegCommand]) {
        let request = CommandLeg(legID: leg, commands: steps, context: sim.media.keep(call))
        commands += 1
        let endsLeg = steps.contains { if case .hangUp = $0 { true } else { false } }
        if endsLeg { dials.removeValue(forKey: leg)?.callOff() }
        let key = "\(shard).\(epoch).\(commands)"
        add(to: mediaLane(call.callID)) { [self] done in
            attempt(request, call, key, left: endsLeg ? 10 : 3, done)
        }
    }

    private func attempt(
        _ request: CommandLeg, _ call: CallState, _ key: String, left: Int, _ done: @escaping () -> Void
    ) {
        sendCommand(request, call.tenant, key) { [self] failure in
            if failure?.kind == .notFound, request.commands.contains(where: \.endsLeg) { later(.noLeg(request.legID)) }
            guard let failure, failure.kind != .notFound else { return done() }
            sim.note("\(node.id) leg \(request.legID) not commanded: \(failure)")
            if isCancelled || failure.kind == .staleEpoch { return done() }
            if failure.kind == .unavailable || failure.kind == .timeout, left > 1 {
                return attempt(request, call, key, left: left - 1, done)
            }
            for case .play(let playID, _, _, _) in request.commands {
                later(
                    .call(
                        call.callID, tenant: call.tenant, .playFinished(request.legID, playID: playID, .failed)))
            }
            done()
        }
    }

    private func sendCommand(
        _ request: CommandLeg, _ tenant: TenantID, _ key: String?, _ done: @escaping (Failure?) -> Void
    ) {
        sim.request(from: node, to: .instance(sim.media.id), tenant: tenant, epoch: epoch, key: key) { node, reply in
            (node as? SimulatedSwitch)?.command(request, tenant, reply)
        } done: { (answer: Result<Done, Failure>) in
            if case .failure(let failure) = answer { done(failure) } else { done(nil) }
        }
    }

    private func hangUp(_ leg: LegID, _ cause: EndCause, _ tenant: TenantID) {
        sendCommand(CommandLeg(legID: leg, commands: [.hangUp(cause)]), tenant, nil) { _ in }
    }

    private func originate(_ request: OriginateLeg, _ call: CallState) {
        let dial = Dial()
        dials[request.legID] = dial
        add(to: mediaLane(call.callID)) { [self] done in ring(request, call, dial, done) }
    }

    private func ring(_ request: OriginateLeg, _ call: CallState, _ dial: Dial, _ done: @escaping () -> Void) {
        do {
            guard dial.begin() else { return done() }
            sim.request(from: node, to: .instance(sim.media.id), tenant: call.tenant, epoch: epoch) { node, reply in
                (node as? SimulatedSwitch)?.originate(request, call.tenant, reply)
            } done: { [self] (answer: Result<Done, Failure>) in
                defer { done() }
                guard case .failure(let failure) = answer else { return }
                let cause: EndCause =
                    switch failure.kind {
                    case .notFound: .notFound
                    case .forbidden: .rejected
                    case .unavailable: .unavailable
                    default: .failed
                    }
                later(.call(call.callID, tenant: call.tenant, .legEnded(request.legID, cause)))
                if failure.kind == .timeout || failure.kind == .unknown { hangUp(request.legID, .local, call.tenant) }
            }
        }
    }

    // MARK: acd

    private func inQueueLane(
        _ call: CallID, _ tenant: TenantID,
        _ serve: @escaping (SimulatedACD, @escaping (Result<Done, Failure>) -> Void) -> Void,
        ifUnknown: @escaping () -> Void = {}
    ) {
        let lane = queueLanes[call] ?? Lane()
        queueLanes[call] = lane
        add(to: lane) { [self] done in
            untilDone(tenant, lane, pause: 50_000, afterEnd: 0, serve, ifUnknown, done)
        }
    }

    private func untilDone(
        _ tenant: TenantID, _ lane: Lane, pause: Int64, afterEnd: Int,
        _ serve: @escaping (SimulatedACD, @escaping (Result<Done, Failure>) -> Void) -> Void,
        _ ifUnknown: @escaping () -> Void, _ done: @escaping () -> Void
    ) {
        guard !isCancelled else { return done() }
        sim.request(from: node, to: .shard(.acd, tenant), tenant: tenant, epoch: epoch) { node, reply in
            if let acd = node as? SimulatedACD { serve(acd, reply) }
        } done: { [self] (answer: Result<Done, Failure>) in
            guard case .failure(let failure) = answer else { return done() }
            switch failure.kind {
            case .unavailable, .timeout, .unknown: break
            case .staleEpoch where failure.code == "notOwner": break
            case .notFound:
                ifUnknown()
                return done()
            case .conflict where OverflowReason(rawValue: failure.code) != nil:
                ifUnknown()
                return done()
            default: return done()
            }
            let ended = afterEnd + (lane.isOver ? 1 : 0)
            if ended > 10 { return done() }
            node.after(pause) {
                self.untilDone(
                    tenant, lane, pause: min(pause * 2, 1_000_000), afterEnd: ended, serve, ifUnknown, done)
            }
        }
    }
}
