// BYE from both sides (RFC 3261 §15).

extension Session {
    /// Ends the call by whatever its phase wants: a refusal, a CANCEL or a BYE.
    mutating func hangUp(_ end: SIPCallEnd, _ headers: SIPHeaders) -> [SessionAction] {
        switch phase {
        case .incoming: return reject(480, headers)
        case .calling:
            guard wantsEnd == nil else { return [] }
            wantsEnd = end
            return hasProvisional ? sendCancel() : []
        case .talking:
            guard !hasTold else { return [] }
            if awaitedAck != nil {
                // §15: the callee waits for its ACK before it says BYE.
                wantsEnd = end
                return []
            }
            return sendBye(end, headers)
        case .ended: return []
        }
    }

    private mutating func sendBye(_ end: SIPCallEnd, _ headers: SIPHeaders) -> [SessionAction] {
        var actions: [SessionAction] = []
        if let number = unacknowledged { actions += sendAck(number: number, nil) }
        actions += refuseOffer(487)
        guard var bye = dialog?.request(.bye) else { return actions + finish(end) }
        bye.headers.add(headers)
        actions.append(.send(bye, .bye))
        guard !hasTold else { return actions }
        hasTold = true
        farewell = end
        return actions + [.set(.farewell, settings.timers.t1 * 2, 0)]
    }

    /// Our BYE was answered, or that takes too long.
    mutating func tellFarewell() -> [SessionAction] {
        guard let end = farewell else { return [] }
        farewell = nil
        return [.event(.ended(end))]
    }

    /// The peer's BYE.
    mutating func hungUp(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        var actions: [SessionAction] = [.respond(transaction, response(to: request, 200, nil, [:]))]
        if let inviteTransaction, phase == .incoming {
            actions.append(.respond(inviteTransaction, response(to: invite, 487, nil, [:])))
        }
        actions += refuseOffer(487)
        // A caller's early dialog that hangs up is one fork of several: the INVITE's final response tells the end.
        return phase == .calling ? actions : actions + finish(.byPeer(request))
    }

    mutating func byeResponded(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        guard response.status.isFinal else { return [] }
        // A stray fork's BYE is no concern of the call.
        guard request.to.tag == dialog?.id.remoteTag || dialog == nil, hasTold else { return [] }
        if let repeated = authorized(request, response) { return [.send(repeated, .bye)] }
        return finish(.byUs)
    }
}
