import Contracts

extension CallState {
    /// A caller's leg arrived. Its call has the leg's name, so that telling twice makes one call.
    /// - Parameters:
    ///   - came: what came with the leg.
    ///   - flow: what the dialled number is bound to; nil if nothing is.
    static func inbound(
        _ leg: LegID, tenant: TenantID, from: String, to: String, with came: [String: String] = [:],
        on mediaServer: InstanceID, flow: FlowProgram?, at time: Timestamp
    ) -> CallState {
        let attributes = bounded(came)
        let run = flow.map { FlowRun($0, caller: from, called: to, attributes: attributes) }
        return CallState(
            tenant: tenant, callID: CallID(rawValue: leg.rawValue), direction: .inbound, customerNumber: from,
            accessNumber: to, campaignID: nil, attemptID: nil, startedAt: time, mediaServer: mediaServer,
            customerLeg: leg, phase: .answering, now: time, segments: SegmentLine(.ivr, at: time), run: run,
            attributes: attributes, flow: flow)
    }

    /// A number is to be called for a campaign.
    static func outbound(
        _ request: OriginateCall, tenant: TenantID, on mediaServer: InstanceID, at time: Timestamp
    ) -> CallState {
        CallState(
            tenant: tenant, callID: request.callID, direction: .outbound, customerNumber: request.number,
            accessNumber: request.from, campaignID: request.campaignID, attemptID: request.attemptID, startedAt: time,
            mediaServer: mediaServer, customerLeg: LegID(rawValue: "\(request.callID.rawValue)-0"), phase: .dialling,
            now: time, segments: SegmentLine(.dial, at: time), run: nil, attributes: bounded(request.attributes),
            onAnswer: QueueWish(queueID: request.queueID, priority: request.priority),
            ringSeconds: min(max(request.ringSeconds, 1), 300),
            detection: request.detectAnswer.flatMap { $0.problem == nil ? $0 : nil })
    }

    /// An agent calls somebody: first his own telephone rings.
    static func dialled(
        _ number: String, from: String, by agent: AgentID, at phone: PhoneID, as callID: CallID, tenant: TenantID,
        on mediaServer: InstanceID, at time: Timestamp
    ) -> CallState {
        var call = CallState(
            tenant: tenant, callID: callID, direction: .outbound, customerNumber: number, accessNumber: from,
            campaignID: nil, attemptID: nil, startedAt: time, mediaServer: mediaServer,
            customerLeg: LegID(rawValue: "\(callID.rawValue)-0"), phase: .calling, now: time,
            segments: SegmentLine(.dial, at: time), run: nil, attributes: [:], dialPhone: phone)
        call.callFirst(agent)
        return call
    }

    static func bounded(_ attributes: [String: String]) -> [String: String] {
        var kept: [String: String] = [:]
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }).prefix(FlowRun.mostAttributes) {
            kept[String(name.prefix(64))] = String(value.prefix(FlowRun.longestValue))
        }
        return kept
    }

    /// What a new owner has to do again: timers are gone, requests may not have arrived, a prompt may have ended unheard.
    /// Legs are untouched otherwise: whoever talks, talks on.
    /// - Parameter revision: contexts that the former owner's last commands still bring to a leg have a lower one.
    mutating func resume(from revision: UInt64 = 0, at time: Timestamp) -> [CallAction] {
        now = max(now, time)
        self.revision = max(self.revision &+ 1, revision)
        switch phase {
        case .inFlow:
            guard let flow, var run else { return end(.systemFailed) }
            // Before he had a place in the conference nobody else knew of him.
            let steps =
                run.waits == .conference && conference != nil
                ? [] : run.resume(in: FlowScene(program: flow, now: now, call: callID.rawValue))
            self.run = run
            return perform(steps)
        case .waiting: return lineUp()
        case .listening: return detect()
        case .offered:
            guard let offer else { return [] }
            return timers()
                + ([offer] + (rivals ?? [])).map {
                    CallAction.startTimer(.offer(number: $0.number), at: $0.expiresAt)
                }
        case .parked: return parkTimer()
        case .talking where isAnnouncing == true:
            // How much of it was heard nobody knows; they have waited long enough.
            let before = arrangement
            isAnnouncing = nil
            return rearranged(from: before)
        default:
            // The agent asks in a queue.
            guard let waitingCall else { return [] }
            return [.enqueue(waitingCall)]
                + (offer.map { [.startTimer(.offer(number: $0.number), at: $0.expiresAt)] } ?? [])
        }
    }

    /// Asking acd again changes nothing there.
    func lineUp() -> [CallAction] {
        guard let call = waitingCall else { return [] }
        return [.enqueue(call)] + timers()
    }

    /// The timers of a place in a queue, as they would stand had nothing happened.
    private func timers() -> [CallAction] {
        guard let place else { return [] }
        var actions: [CallAction] = []
        if let seconds = place.wish.timeoutSeconds, !place.isOverdue {
            let due = place.enqueuedAt.adding(.seconds(seconds))
            actions.append(.startTimer(.queue(entry: place.entry), at: due))
        }
        if let seconds = place.wish.announceEverySeconds, !place.wish.announcement.isEmpty {
            actions.append(.startTimer(.announcement(entry: place.entry), at: now.adding(.seconds(seconds))))
        }
        return actions
    }
}
