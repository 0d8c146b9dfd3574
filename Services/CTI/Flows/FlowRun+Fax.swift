import Contracts

extension FlowNode {
    /// Answers as a fax machine. When the fax is over the attributes `fax` (its id), `faxPages` and `faxOutcome` are set.
    struct Fax: Codable, Sendable, Equatable {
        /// What the other machine is shown; the access number if there is none.
        var station: String?
        /// Where to when all pages came.
        var next: String
        /// Where to otherwise; the call is hung up if there is none.
        var onFailed: String?
    }
}

/// Receiving a fax at a node.
extension FlowRun {
    mutating func receive(_ fax: FlowNode.Fax) -> [Step] {
        waits = .fax
        let station = fax.station.map { String(expand($0).filter(\.isASCII).prefix(20)) }
        return [.receiveFax(station: station)]
    }

    mutating func faxEnded(_ fact: LegFaxEnded, in scene: FlowScene) -> [Step] {
        guard waits == .fax, case .fax(let fax) = present(in: scene) else { return [] }
        remember("fax", fact.faxID.rawValue)
        remember("faxPages", String(fact.pages))
        remember("faxOutcome", fact.outcome.rawValue)
        return fact.outcome == .complete
            ? go("next", to: fax.next, in: scene) : go("onFailed", to: fax.onFailed, in: scene)
    }
}

extension CallState {
    /// The fax that the caller's leg is to receive: its name is the call's and the step's, so that asking again is harmless.
    func receiveFax(station: String?) -> CallAction {
        let id = FaxID(rawValue: "\(callID)-\(run?.step ?? 0)".replacing("/", with: "-"))
        return .command(customerLeg, [.receiveFax(id, of: callID, FaxOptions(station: station))])
    }
}
