// ACK of a 2xx, which is the call's business and not the transaction's (RFC 3261 §13.2.2.4 and §13.3.1.4).

extension Session {
    /// Sends our 2xx and repeats it until the ACK comes.
    mutating func accept(_ transaction: TransactionID, _ response: SIPResponse) -> [SessionAction] {
        serial += 1
        awaitedAck = AwaitedAck(
            transaction: transaction, response: response, serial: serial, interval: settings.timers.t1)
        return [
            .respond(transaction, response), .set(.repeatAnswer, settings.timers.t1, serial),
            .set(.acknowledgement, settings.timers.giveUp, serial),
        ]
    }

    mutating func repeatAnswer(_ serial: UInt32) -> [SessionAction] {
        guard var awaited = awaitedAck, awaited.serial == serial else { return [] }
        awaited.interval = min(awaited.interval * 2, settings.timers.t2)
        awaitedAck = awaited
        return [.respond(awaited.transaction, awaited.response), .set(.repeatAnswer, awaited.interval, serial)]
    }

    mutating func ackMissing(_ serial: UInt32) -> [SessionAction] {
        guard let awaited = awaitedAck, awaited.serial == serial else { return [] }
        awaitedAck = nil
        return hangUp(wantsEnd ?? .timedOut(.acknowledgement), [:])
    }

    mutating func acknowledged(_ ack: SIPRequest) -> [SessionAction] {
        guard let awaited = awaitedAck, awaited.response.cseq.number == ack.cseq.number else { return [] }
        awaitedAck = nil
        let told = tell(.confirmed(ack))
        return wantsEnd.map { told + hangUp($0, [:]) } ?? told
    }

    /// Our ACK with an answer in it, for a 2xx that carried the offer.
    mutating func acknowledge(_ body: SIPBody?) -> [SessionAction] {
        guard let number = unacknowledged else { return [] }
        if let body { lastBody = body }
        return sendAck(number: number, body)
    }

    /// For a 2xx that came again because its ACK was lost.
    func ackAgain(_ number: UInt32) -> [SessionAction] {
        if let lastAck, lastAck.cseq.number == number { return [.sendAck(lastAck)] }
        guard unacknowledged != number, let dialog else { return [] }
        return [.sendAck(dialog.ack(number: number))]
    }

    mutating func sendAck(number: UInt32, _ body: SIPBody?) -> [SessionAction] {
        guard var ack = dialog?.ack(number: number) else { return [] }
        unacknowledged = nil
        if let body { ack.setBody(body) }
        lastAck = ack
        return [.sendAck(ack)]
    }
}
