import Bus
import Contracts
import Foundation
import Logging
import ServiceKit

/// Does what a shard's state decided. Nothing in here decides, and nothing waits: requests go out in lanes of their own.
struct ShardPerformer {
    let loop: ShardLoop
    let tools: ShardTools
    /// By call, and by room of a conference.
    private var mediaLanes: [CallID: Lane] = [:]
    /// In which lane a call's last command went out, if not its own.
    private var elsewhere: [CallID: CallID] = [:]
    private var queueLanes: [CallID: Lane] = [:]
    private var commands: UInt64 = 0
    /// Legs that are to be called when their turn comes.
    private var dials: [LegID: Dial] = [:]
    /// The call that was written as JSON last.
    private var written: (callID: CallID, revision: UInt64, phase: CallState.Phase, context: Data)?

    init(loop: ShardLoop, tools: ShardTools) {
        self.loop = loop
        self.tools = tools
    }

    mutating func perform(_ action: ShardAction, _ group: inout DiscardingTaskGroup) {
        switch action {
        case .publish(let fact, let tenant): publish(fact, tenant)
        case .command(let call, let leg, let commands): command(call, leg, commands, &group)
        case .originate(let call, let leg, let destination, let from, let name, let seconds):
            let request = OriginateLeg(
                legID: leg, destination: destination, from: from, displayName: name, ringSeconds: seconds,
                context: context(call), beside: call.legBeside(leg))
            originate(request, call, &group)
        case .ringTimer(let leg, let number, let due):
            tools.timers.start(at: due) { [weak loop] in loop?.send(.input(.ringTime(leg, number: number))) }
        case .hangUpStray(let leg, let tenant, let instance):
            let tools = tools
            group.addTask { await tools.hangUp(leg, tenant: tenant, on: instance) }
        case .refuseLeg(let leg, let cause, let tenant, let instance):
            let tools = tools
            group.addTask { await tools.hangUp(leg, cause, tenant: tenant, on: instance) }
        case .enqueue(let call): enqueue(call, &group)
        case .dequeue(let callID, let tenant):
            inQueueLane(callID, tenant, DequeueCall(callID: callID), &group)
        case .offerEnded(let ended, let tenant): inQueueLane(ended.callID, tenant, ended, &group)
        case .askQueue(let queue, let callID, let tenant): askQueue(queue, callID, tenant, &group)
        case .findCustomer(let number, let callID, let tenant): findCustomer(number, callID, tenant, &group)
        case .ask(let task, let step, let callID, let tenant):
            let (tools, loop) = (tools, loop)
            group.addTask {
                let answer = await tools.answer(task, tenant: tenant)
                loop.send(.input(.call(callID, tenant: tenant, .flowAnswered(step: step, answer))))
            }
        case .showCustomer(let agent, let callID, let card, let tenant):
            tools.bus.signal(CustomerShown(callID: callID, agentID: agent, customer: card), tenant: tenant)
        case .callTimer(let callID, let tenant, let timer, let due):
            // Weakly: a timer may be due long after the shard was given away.
            tools.timers.start(at: due) { [weak loop] in
                loop?.send(.input(.call(callID, tenant: tenant, .timer(timer))))
            }
        case .agentTimer(let key, let revision, let due):
            tools.timers.start(at: due) { [weak loop] in
                loop?.send(.input(.agent(key, .timer(revision: revision))))
            }
        case .saveAgent(let agent): tools.writeBehind.save(agent, loop.shard, epoch: loop.epoch)
        case .saveCall(let call): save(call)
        case .forgetCall(let call): forget(call, &group)
        case .passed(let passages, let tenant): tools.counters.add(passages, of: tenant)
        case .repaired(let what, let callID, let leg):
            tools.metrics.repaired()
            tools.repairs.note(what, subject: callID?.rawValue ?? leg?.rawValue ?? "")
            tools.log.warning(
                "\(what)", metadata: ["call.id": "\(callID?.rawValue ?? "")", "leg.id": "\(leg?.rawValue ?? "")"])
        case .forgetRoom(let room): mediaLanes.removeValue(forKey: room)?.finish()
        case .refuse: break
        }
    }

    /// No more is to come for any call: what waits is still done.
    mutating func finish() {
        for lane in mediaLanes.values { lane.finish() }
        for lane in queueLanes.values { lane.finish() }
        (mediaLanes, queueLanes) = ([:], [:])
    }

    /// Until its legs have been told, the call is kept as one that has ended, so that whoever takes over in between tells
    /// them, and nobody else.
    private mutating func forget(_ call: CallState, _ group: inout DiscardingTaskGroup) {
        let (behind, epoch) = (tools.writeBehind, loop.epoch)
        queueLanes.removeValue(forKey: call.callID)?.finish()
        elsewhere[call.callID] = nil
        guard let lane = mediaLanes.removeValue(forKey: call.callID) else {
            return behind.forget(call.callID, tenant: call.tenant, epoch: epoch)
        }
        save(call)
        group.add(to: lane) {
            if !Task.isCancelled { behind.forget(call.callID, tenant: call.tenant, epoch: epoch) }
        }
        lane.finish()
    }

    private mutating func save(_ call: CallState) {
        tools.writeBehind.save(call, written: context(call), loop.shard, epoch: loop.epoch)
    }

    /// What a leg carries for the next owner of its call, and PostgreSQL keeps: made once for all that is done with the
    /// call as it is.
    private mutating func context(_ call: CallState) -> Data {
        let (callID, revision, phase) = (call.callID, call.revision, call.phase)
        if let written, written.callID == callID, written.revision == revision, written.phase == phase {
            return written.context
        }
        let context = (try? BusJSON.encoder.encode(call)) ?? Data()
        written = (callID, revision, phase, context)
        return context
    }

    private func publish(_ fact: any Fact, _ tenant: TenantID) {
        tools.facts.publish(fact, tenant: tenant, time: tools.now())
        switch fact {
        case let started as CallStarted:
            tools.metrics.callStarted()
            log("call started", started.callID)
        case let queued as CallQueued: log("call queued", queued.callID, ["queue.id": "\(queued.queueID)"])
        case let offered as CallOffered: log("call offered", offered.callID, ["agent.id": "\(offered.agentID)"])
        case let ended as CallOfferEnded:
            log("offer ended", ended.callID, ["agent.id": "\(ended.agentID)", "outcome": "\(ended.outcome)"])
        case let answered as CallAnswered: log("call answered", answered.callID, ["agent.id": "\(answered.agentID)"])
        case let ended as CallEnded:
            tools.metrics.callEnded()
            log("call ended", ended.callID, ["reason": "\(ended.reason)"])
        default: break
        }
    }

    private func log(
        _ step: @autoclosure () -> Logger.Message, _ callID: CallID, _ more: @autoclosure () -> Logger.Metadata = [:]
    ) {
        tools.log.info(step(), metadata: more().merging(["call.id": "\(callID)"]) { first, _ in first })
    }

    // MARK: media-server

    private mutating func command(
        _ call: CallState, _ leg: LegID, _ commands: [LegCommand], _ group: inout DiscardingTaskGroup
    ) {
        let request = CommandLeg(legID: leg, commands: commands, context: context(call))
        self.commands += 1
        let endsLeg = commands.contains(where: \.endsLeg)
        if endsLeg { dials.removeValue(forKey: leg)?.callOff() }
        // Sent again under the same key, it is not done again.
        let key = "\(loop.shard).\(loop.epoch).\(self.commands)"
        let (tools, loop, instance, tenant, callID) = (tools, loop, call.mediaServer, call.tenant, call.callID)
        // A leg that was not told to go would be taken for a call that goes on.
        let attempts = endsLeg ? 10 : 3
        let lane = mediaLane(of: call, commands, &group)
        group.add(to: lane) {
            for attempt in 0..<attempts {
                do {
                    _ = try await tools.bus.request(
                        request, to: .instance(instance), tenant: tenant, deadline: .seconds(2), idempotencyKey: key)
                    return
                } catch let failure as Failure {
                    // If it was there its end is told as a fact as well.
                    if failure.kind == .notFound { return endsLeg ? loop.send(.input(.noLeg(leg))) : () }
                    tools.metrics.requestFailed()
                    tools.log.warning(
                        "leg not commanded",
                        metadata: [
                            "call.id": "\(callID)", "leg.id": "\(leg)", "error": "\(failure)",
                            "attempt": "\(attempt)",
                        ])
                    if Task.isCancelled || failure.kind == .staleEpoch { return }
                    guard failure.kind == .unavailable || failure.kind == .timeout else { break }
                } catch { return }
            }
            // Nobody waits for the end of a prompt that is not heard.
            for case .play(let playID, _, _, _) in commands {
                loop.send(.input(.call(callID, tenant: tenant, .playFinished(leg, playID: playID, .failed))))
            }
        }
    }

    private mutating func originate(_ request: OriginateLeg, _ call: CallState, _ group: inout DiscardingTaskGroup) {
        let (tools, loop, instance, tenant, callID) = (tools, loop, call.mediaServer, call.tenant, call.callID)
        let dial = Dial()
        dials = dials.filter { !$0.value.hasBegun }
        dials[request.legID] = dial
        group.add(to: lane(\.mediaLanes, call.callID)) {
            guard !Task.isCancelled, dial.begin() else { return }
            let cause: EndCause
            var mayHaveBegun = false
            do {
                _ = try await tools.bus.request(request, to: .instance(instance), tenant: tenant)
                return
            } catch let failure as Failure {
                tools.log.info(
                    "leg not originated",
                    metadata: ["call.id": "\(callID)", "leg.id": "\(request.legID)", "error": "\(failure)"])
                cause =
                    switch failure.kind {
                    case .notFound: .notFound
                    case .forbidden: .rejected
                    case .unavailable: .unavailable
                    default: .failed
                    }
                mayHaveBegun = failure.kind == .timeout || failure.kind == .unknown
            } catch { cause = .failed }
            loop.send(.input(.call(callID, tenant: tenant, .legEnded(request.legID, cause))))
            // Nobody's telephone rings for nothing.
            if mayHaveBegun { await tools.hangUp(request.legID, tenant: tenant, on: instance) }
        }
    }

    // MARK: acd

    private mutating func enqueue(_ call: WaitingCall, _ group: inout DiscardingTaskGroup) {
        let (tools, loop) = (tools, loop)
        let lane = lane(\.queueLanes, call.callID)
        group.add(to: lane) { [weak lane] in
            await tools.untilDone(EnqueueCall(call: call), call.callID, call.tenant, lane) {
                loop.send(.input(.call(call.callID, tenant: call.tenant, .queueRefused(call.queueID))))
            }
        }
    }

    private mutating func inQueueLane(
        _ callID: CallID, _ tenant: TenantID, _ request: some BusRequest, _ group: inout DiscardingTaskGroup
    ) {
        let tools = tools
        let lane = lane(\.queueLanes, callID)
        group.add(to: lane) { [weak lane] in await tools.untilDone(request, callID, tenant, lane) {} }
    }

    private func askQueue(
        _ queue: QueueID, _ callID: CallID, _ tenant: TenantID, _ group: inout DiscardingTaskGroup
    ) {
        let (tools, loop) = (tools, loop)
        group.addTask {
            guard
                let figures = try? await tools.bus.request(
                    QueueStatus(queueID: queue), to: .shard(.acd, tenant), tenant: tenant)
            else { return }
            loop.send(.input(.call(callID, tenant: tenant, .queueFigures(figures))))
        }
    }

    // MARK: crm

    private func findCustomer(
        _ number: String, _ callID: CallID, _ tenant: TenantID, _ group: inout DiscardingTaskGroup
    ) {
        let (tools, loop) = (tools, loop)
        group.addTask {
            guard
                let card = try? await tools.bus.request(
                    FindCustomerByNumber(number: number), to: .any(.crm), tenant: tenant)
            else { return }
            loop.send(.input(.call(callID, tenant: tenant, .customerFound(card))))
        }
    }

    /// All that is said to those in a conference goes one after the other, whoever's leg it is said to. Whose call comes
    /// into that lane, or goes back to its own, waits there until what was said to him before has arrived.
    private mutating func mediaLane(
        of call: CallState, _ commands: [LegCommand], _ group: inout DiscardingTaskGroup
    ) -> Lane {
        let id = call.lane(of: commands)
        let before = elsewhere[call.callID] ?? call.callID
        let lane = lane(\.mediaLanes, id)
        guard id != before else { return lane }
        elsewhere[call.callID] = id == call.callID ? nil : id
        guard let former = mediaLanes[before] else { return lane }
        let latch = Latch()
        group.add(to: former) { latch.open() }
        group.add(to: lane) { await latch.waitUnlessCancelled() }
        return lane
    }

    private mutating func lane(_ lanes: WritableKeyPath<ShardPerformer, [CallID: Lane]>, _ callID: CallID) -> Lane {
        if let lane = self[keyPath: lanes][callID] { return lane }
        let lane = Lane()
        self[keyPath: lanes][callID] = lane
        return lane
    }
}

extension ShardTools {
    /// Ends a leg that no call has, or should have. If it cannot be told now, the reconciler does so.
    fileprivate func hangUp(_ leg: LegID, _ cause: EndCause = .local, tenant: TenantID, on instance: InstanceID) async {
        _ = try? await bus.request(
            CommandLeg(legID: leg, commands: [.hangUp(cause)]), to: .instance(instance), tenant: tenant)
    }

    /// Asks acd until it has done so, it refuses for good, or the shard is given up; a call that is over meanwhile is
    /// tried a while longer.
    fileprivate func untilDone(
        _ request: some BusRequest, _ callID: CallID, _ tenant: TenantID, _ lane: Lane?,
        ifUnknown: @Sendable () -> Void
    ) async {
        var pause = Duration.milliseconds(50)
        var attemptsAfterEnd = 0
        while !Task.isCancelled {
            do {
                _ = try await bus.request(request, to: .shard(.acd, tenant), tenant: tenant)
                return
            } catch let failure as Failure {
                switch failure.kind {
                case .unavailable, .timeout, .unknown: break
                // acd's shard is on its way to another owner.
                case .staleEpoch where failure.code == "notOwner": break
                case .notFound: return ifUnknown()
                case .conflict where OverflowReason(rawValue: failure.code) != nil: return ifUnknown()
                case .invalid, .conflict, .unauthorized, .forbidden, .staleEpoch:
                    log.warning("acd refused", metadata: ["call.id": "\(callID)", "error": "\(failure)"])
                    return
                }
            } catch { return }
            metrics.requestFailed()
            if lane?.isOver ?? true {
                attemptsAfterEnd += 1
                if attemptsAfterEnd > 10 { return }
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            pause = min(pause * 2, .seconds(1))
        }
    }
}
