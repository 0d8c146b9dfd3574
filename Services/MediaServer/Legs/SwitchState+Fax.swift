import Contracts

/// A fax that a leg is to send or receive.
struct FaxOrder: Sendable, Equatable {
    let id: FaxID
    let sends: Bool
    /// The call that it comes in.
    let callID: CallID?
    let options: FaxOptions

    init(_ id: FaxID, sends: Bool, _ options: FaxOptions, of call: CallID? = nil) {
        self.id = id
        self.sends = sends
        self.options = options
        callID = call
    }
}

// Faxes on legs: one at a time, and while it runs the leg has no voice for anything else.

extension SwitchState {
    mutating func fax(_ order: FaxOrder, on leg: Leg) throws(Failure) -> [Action] {
        // Told again, nothing changes.
        if leg.fax == order.id { return [] }
        try requireAnswered(leg)
        if let problem = order.options.problem { throw Failure(.invalid, problem) }
        guard FaxID.isAcceptable(order.id.rawValue), !order.id.rawValue.contains("/"), !order.id.rawValue.hasPrefix(".")
        else { throw Failure(.invalid, "That is no fax's id.") }
        guard leg.bridgedWith == nil, rooms.room(of: leg.id) == nil else {
            throw Failure(.conflict, "The leg \(leg.id) talks with others.", code: "leg_not_alone")
        }
        let stops: [Action] = leg.playing == nil ? [] : [.stopPlaying(leg.id)]
        begin(order.id, on: leg.id)
        return stops + [.fax(leg.id, order)]
    }

    /// - Throws: `Failure.conflict` for what needs the voice of a leg that has a fax.
    func requireVoice(_ leg: Leg, for command: LegCommand) throws(Failure) {
        guard let fax = leg.fax else { return }
        switch command {
        case .play, .bridge, .confer, .sendDigits: throw Self.isFaxing(leg)
        case .sendFax(let other, _) where other != fax: throw Self.isFaxing(leg)
        case .receiveFax(let other, _, _) where other != fax: throw Self.isFaxing(leg)
        default: return
        }
    }

    static func isFaxing(_ leg: Leg) -> Failure {
        Failure(.conflict, "There is a fax on the leg \(leg.id).", code: "leg_is_faxing")
    }

    mutating func faxEnded(_ fact: LegFaxEnded, _ tenant: TenantID) -> [Action] {
        if legs[fact.legID]?.fax == fact.faxID { endFax(on: fact.legID) }
        return [.publish(fact, tenant)]
    }
}
