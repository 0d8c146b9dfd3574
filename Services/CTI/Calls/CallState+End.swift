import Contracts

/// How a call ends, whatever its phase.
extension CallState {
    /// Ends the call, whatever its phase: hangs up who is left, frees the agent, and tells all others, once.
    mutating func end(
        _ reason: CallEndReason, because word: String? = nil, customerIsGone: Bool = false,
        customerCause: EndCause = .local
    ) -> [CallAction] {
        var actions: [CallAction] = []
        let calledFor = calledFor
        switch phase {
        case .waiting: actions.append(.dequeue)
        case .offered: actions += endOffer(.callerGone)
        case .talking, .held, .transferring, .outside:
            if let agent = peer?.agentID { actions.append(.agent(agent, .callEnded(callID))) }
        case .calling, .dialling:
            if let agent = peer?.agentID { actions.append(.agent(agent, .callEnded(callID))) }
        case .listening, .answering, .inFlow, .parked, .ended: break
        }
        if let conference { actions.append(.leaveConference(number: conference.number)) }
        conference = nil
        actions += dismissAll()
        let isGone = customerIsGone || isCustomerGone == true || phase == .calling
        actions += release(customer: isGone ? nil : customerCause)
        phase = .ended
        place = nil
        parking = nil
        playing = nil
        let ended = CallEnded(
            callID: callID, direction: direction, customerNumber: customerNumber, accessNumber: accessNumber,
            flowID: run?.flowID, campaignID: campaignID, attemptID: attemptID, startedAt: startedAt, endedAt: now,
            reason: reason, segments: segments.end(because: word ?? reason.rawValue, at: now), agentID: agentID,
            queueID: queueID, recordings: recordings, attributes: attributes, calledFor: calledFor,
            customerID: customer?.customerID)
        return actions + [.publish(.ended(ended)), .forget]
    }

    /// Hangs up the legs that are left; the recording stops with the talk.
    private mutating func release(customer cause: EndCause?) -> [CallAction] {
        var stop = recording.map { [LegCommand.stopRecording($0)] } ?? []
        recording = nil
        var actions: [CallAction] = []
        if let cause {
            actions.append(.command(customerLeg, stop + [.hangUp(cause)]))
            stop = []
        }
        if let peer { actions.append(.command(peer.legID, stop + [.hangUp(.local)])) }
        peer = nil
        return actions
    }
}
