import Contracts
import Logging
import SIP

// Telephones that transfer by their own key (RFC 3515, RFC 5589): they are told what becomes of it.

extension SwitchDesk {
    /// How long cti has to decide. Longer than it takes a new owner of the tenant to go on.
    private static let transferPatience: Duration = .seconds(10)

    func referred(_ leg: LegID, _ referral: SIPReferral) {
        let consultation = referral.replacedCall.flatMap { number in
            lines.first { $0.value.call?.number == number }?.key
        }
        if referral.replaces != nil, consultation == nil {
            lines[leg]?.call?.refuseReferral(481)
            return
        }
        decide(
            .transferAsked(leg, number: Self.number(referral.target), consultation: consultation))
    }

    func acceptReferral(_ leg: LegID) {
        guard let call = lines[leg]?.call else { return }
        call.acceptReferral()
        call.notifyReferral(100, isLast: false)
        later { [post] in
            if (try? await Task.sleep(for: Self.transferPatience)) != nil { post(.transferExpired(leg)) }
        }
    }
}
