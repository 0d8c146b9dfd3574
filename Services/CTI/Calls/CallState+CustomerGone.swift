import Contracts

/// The customer leaves a conference of more than two: the others stay together, unless the tenant wants it otherwise.
extension CallState {
    /// Everybody who is left talks on; nil if the call ends with the customer. What supervisors hear is no conference, and numbers
    /// outside are not left to themselves.
    mutating func goOnWithoutCustomer() -> [CallAction]? {
        guard phase == .talking || phase == .held, peer?.isUp == true, !joined.isEmpty,
            rules?.endsConferenceWithCustomer != true
        else { return nil }
        isCustomerGone = true
        playing = nil
        let actions = endRecordingWithCustomer()
        segments.turn(
            to: .talk, queueID: queueID, agentID: agentID, because: CallEndReason.customerHungUp.rawValue, at: now)
        return actions
    }

    /// Whose leg a new one is heard with: it speaks the same codec, if it can.
    func legBeside(_ leg: LegID) -> LegID? {
        if leg == customerLeg { return nil }
        return isCustomerGone == true ? peer?.legID : customerLeg
    }

    /// Whether fewer than two would be left without the agent.
    var isAloneWithoutAgent: Bool {
        guard isCustomerGone == true else { return false }
        let asked = phase == .held && consulted?.isUp == true ? 1 : 0
        return joined.count + asked < 2
    }

    /// Without the customer a call is over as soon as nobody is left whom the agent talks with.
    mutating func endIfAlone() -> [CallAction] {
        guard isCustomerGone == true, phase != .ended else { return [] }
        let isTalk = phase == .talking || phase == .held
        guard !isTalk || (joined.isEmpty && consulted?.isUp != true) else { return [] }
        return end(.customerHungUp)
    }
}
