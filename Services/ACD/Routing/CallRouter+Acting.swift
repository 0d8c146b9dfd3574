import Bus
import Contracts
import Logging

/// Carrying out what was decided. Nothing in here decides.
extension CallRouter {
    func perform(_ action: RoutingFloor.Action, at time: Timestamp, in tasks: inout DiscardingTaskGroup) {
        switch action {
        case .tenant(let tenant, .offer(let offer, in: let queue)):
            metrics.offered()
            log.info("call offered", metadata: .of(offer, tenant))
            tasks.addTask { await make(offer, in: queue, of: tenant) }
        case .tenant(let tenant, .record(let decided)):
            keep(Decision(tenant: tenant, decidedAt: time, decided: decided))
        case .tenant(let tenant, .announce(let callID, let position, let seconds)):
            tasks.addTask {
                // A caller who was not told his place this time is told the next time.
                _ = try? await bus.request(
                    AnnouncePosition(callID: callID, position: position, estimatedSeconds: seconds),
                    to: .shard(.cti, tenant), tenant: tenant)
            }
        case .tenant(let tenant, .repaired(let drift)):
            metrics.repaired(drift.kind)
            mend(drift, tenant)
            log.warning(
                "drift repaired",
                metadata: ["kind": "\(drift.kind)", "subject": "\(drift.subject)", "tenant.id": "\(tenant)"])
        case .tenant(let tenant, .dialBack(let offer, let callback, in: let queue)):
            metrics.offered()
            log.info("callback offered", metadata: .of(offer, tenant))
            tasks.addTask { await dial(callback, offer, in: queue, of: tenant) }
        case .tenant(let tenant, .callerReached(let number, let queue)):
            guard let desk else { break }
            // If it cannot be told now, the end of the call tells it.
            tasks.addTask { try? await desk.callbacks.reached(number, in: queue, of: tenant) }
        case .tenant(let tenant, .recall(let call, let rules)):
            guard let memory else { break }
            tasks.addTask {
                let known = await memory.recall(call, for: rules)
                if known != CallerKnowledge() { send(.tenant(tenant, .callerKnown(call.callID, known))) }
            }
        case .tenant(let tenant, .workDecided(let decision)): keepWork(decision, tenant)
        case .tenant(let tenant, .note(let noted)):
            keepNote(DecisionNote(tenant: tenant, notedAt: time, noted: noted))
        case .tenant(let tenant, .seatLocked(let lock)):
            publish(SeatLocked(lock), tenant, time)
        case .tenant(let tenant, .seatUnlocked(let lock, let end)):
            publish(SeatUnlocked(lock, end, at: time), tenant, time)
        case .tenant(let tenant, .askForSnapshot): tasks.addTask { await askForSnapshot(.of(tenant)) }
        case .askForSnapshot(let shard): tasks.addTask { await askForSnapshot(shard) }
        case .tick(let tenant, let figures):
            metrics.figures(figures, of: tenant)
            bus.signal(QueueTicked(figures: figures), tenant: tenant)
        case .tickAgents(let tenant, let agents): bus.signal(AgentsTicked(agents: agents), tenant: tenant)
        }
    }

    /// Asks cti to ring the agent, and tells the decision what came of it.
    private func make(_ offer: Offer, in queue: Queue, of tenant: TenantID) async {
        let request = OfferCall(
            callID: offer.callID, agentID: offer.agentID, queueID: queue.id, offer: offer.number,
            ringSeconds: queue.ringSeconds, afterCallWorkSeconds: queue.afterCallWorkSeconds,
            ringsBack: queue.ringBack, ringsBeside: queue.ringsAtOnce > 1 ? true : nil)
        do {
            _ = try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant)
            send(.tenant(tenant, .offerConfirmed(offer)))
        } catch {
            let failure = error as? Failure ?? Failure(.unknown, "\(error)")
            metrics.refused(failure)
            var metadata = Logger.Metadata.of(offer, tenant)
            metadata["failure"] = "\(failure)"
            log.info("offer refused", metadata: metadata)
            send(.tenant(tenant, .offerRefused(offer, OfferRefusal(failure))))
        }
    }

    /// Has the agent call somebody back, and tells the decision whether he is busy with it.
    private func dial(_ callback: WaitingCallback, _ offer: Offer, in queue: Queue, of tenant: TenantID) async {
        guard let desk else { return send(.tenant(tenant, .offerRefused(offer, .callNotWaiting))) }
        do {
            let begun = try await desk.dial(
                callback.id, by: offer.agentID, afterCallWorkSeconds: queue.afterCallWorkSeconds, mustBeReady: true,
                of: tenant)
            switch begun {
            case .made: send(.tenant(tenant, .offerConfirmed(offer)))
            case .refused(let failure):
                metrics.refused(failure)
                let isAgents = failure.code == "agentNotReady"
                send(.tenant(tenant, .offerRefused(offer, isAgents ? .agentNotReady : .callNotWaiting)))
            }
        } catch {
            // It was called off or taken by somebody, or PostgreSQL is away: then nobody is called.
            log.info("callback not begun", metadata: ["callback.id": "\(callback.id)", "error": "\(error)"])
            send(.tenant(tenant, .offerRefused(offer, .callNotWaiting)))
        }
    }

    /// Asks until cti answers or the shard is not ours any more.
    private func askForSnapshot(_ shard: Shard) async {
        while !Task.isCancelled {
            let askedAt = now()
            do {
                let snapshot = try await bus.request(
                    SnapshotShard(shard: shard), to: .shard(.cti, shard.someTenant), tenant: nil, deadline: .seconds(2))
                return send(.snapshotTaken(shard, snapshot, askedAt: askedAt))
            } catch {
                log.debug("no snapshot yet", metadata: ["shard": "\(shard)", "error": "\(error)"])
            }
            guard (try? await ask({ $0.owns(shard) })) == true,
                (try? await Task.sleep(for: .milliseconds(200))) != nil
            else { return }
        }
    }
}

extension OfferRefusal {
    /// cti's refusal in our words.
    init(_ failure: Failure) {
        switch failure.code {
        case "agentNotReady": self = .agentNotReady
        case "callNotWaiting": self = .callNotWaiting
        default: self = .unclear
        }
    }
}

extension Shard {
    /// Some tenant of the shard, whether it exists or not: addresses the shard's owner.
    var someTenant: TenantID { Self.tenants[number] }

    private static let tenants: [TenantID] = all.map { shard in
        var number = 0
        while Shard.of(TenantID(rawValue: "shard-\(number)")) != shard { number += 1 }
        return TenantID(rawValue: "shard-\(number)")
    }
}

extension Logger.Metadata {
    fileprivate static func of(_ offer: Offer, _ tenant: TenantID) -> Logger.Metadata {
        [
            "call.id": "\(offer.callID)", "agent.id": "\(offer.agentID)", "offer": "\(offer.number)",
            "tenant.id": "\(tenant)",
        ]
    }
}

extension SeatLocked {
    init(_ lock: SeatLock) {
        self.init(
            agentID: lock.agentID, callID: lock.callID, queueID: lock.queueID, reason: lock.reason,
            lockedAt: lock.since, until: lock.until)
    }
}

extension SeatUnlocked {
    init(_ lock: SeatLock, _ end: SeatLock.End, at time: Timestamp) {
        self.init(
            agentID: lock.agentID, callID: lock.callID, queueID: lock.queueID, lockedAt: lock.since, endedAt: time,
            end: end.rawValue)
    }
}
