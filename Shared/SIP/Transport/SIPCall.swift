/// A call's name and what can be done with it. Commands that come too late, such as an answer after a CANCEL, do nothing:
/// the events tell what really happened.
public struct SIPCall: Sendable, Hashable {
    /// Unique in its endpoint.
    public let number: UInt64
    /// The Call-ID header.
    public let callID: String
    let endpoint: SIPEndpoint

    public static func == (left: SIPCall, right: SIPCall) -> Bool {
        left.number == right.number && left.endpoint === right.endpoint
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(number) }

    // MARK: A call that came in

    /// Says 180, or 183 with early media.
    public func ring(_ status: SIPStatus = 180, body: SIPBody? = nil, headers: SIPHeaders = [:]) {
        command(.ring(status, body, headers))
    }

    /// Says 200, and repeats it until the ACK comes. The body is the answer to the INVITE's offer, or an offer if it had none.
    public func answer(_ body: SIPBody?, headers: SIPHeaders = [:]) { command(.answer(body, headers)) }

    /// Refuses with a status of 300 or more. `ended(.byUs)` follows.
    public func reject(_ status: SIPStatus, headers: SIPHeaders = [:]) { command(.reject(status, headers)) }

    // MARK: Any call

    /// Ends the call by whatever its state wants: BYE, CANCEL or 480.
    public func hangUp(headers: SIPHeaders = [:]) { command(.hangUp(headers)) }

    /// Sends a re-INVITE with a new offer, or without one to be given one.
    public func offer(_ body: SIPBody?, headers: SIPHeaders = [:]) { command(.offer(body, headers)) }

    /// Answers the peer's re-INVITE.
    public func acceptOffer(_ body: SIPBody?) { command(.acceptOffer(body)) }

    public func refuseOffer(_ status: SIPStatus = 488) { command(.refuseOffer(status)) }

    /// Says 202 to the peer's REFER; what becomes of it is told by `notifyReferral`.
    public func acceptReferral() { command(.acceptReferral) }

    public func refuseReferral(_ status: SIPStatus) { command(.refuseReferral(status)) }

    /// Tells the peer how its REFER goes: 100 at first, the final status last (RFC 3515 §2.4.4).
    public func notifyReferral(_ status: SIPStatus, isLast: Bool) { command(.notifyReferral(status, isLast: isLast)) }

    /// Sends the ACK of a 2xx that carried the offer, with our answer.
    public func acknowledge(_ body: SIPBody?) { command(.acknowledge(body)) }

    /// Sends INFO, NOTIFY or another request within the call, or within its early dialog while it rings. The completion gets
    /// the final response, or nil if there was no dialog to send it in.
    public func send(
        _ method: SIPMethod, body: SIPBody? = nil, headers: SIPHeaders = [:],
        completion: (@Sendable (SIPResponse?) -> Void)? = nil
    ) {
        endpoint.perform { [number] core in core.send(method, body, headers, in: number, completion) }
    }

    /// A stream of a call's events and the handler that fills it; it ends behind `ended`. A reader who falls a thousand
    /// events behind loses the newest ones.
    public static func events() -> (AsyncStream<SIPCallEvent>, SIPCallHandler) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SIPCallEvent.self, bufferingPolicy: .bufferingOldest(1_000))
        return (
            stream,
            { _, event in
                continuation.yield(event)
                if case .ended = event { continuation.finish() }
            }
        )
    }

    private func command(_ input: SessionInput) {
        endpoint.perform { [number] core in core.command(number, input) }
    }
}
