import Contracts

/// Which legs lead to telephones, and which of them were told to end and have not ended yet. Until then the telephone is
/// busy, whatever its agent is: it is not rung before that has been said to its former leg.
struct Telephones: Sendable {
    /// How often a media-server is asked to end a leg before its telephone is rung all the same.
    static let tries = 3

    private struct Phone: Hashable {
        let tenant: TenantID
        let phoneID: PhoneID
    }

    private struct Line {
        let phone: Phone
        let instance: InstanceID
    }

    private var lines: [LegID: Line] = [:]
    /// The leg of each that was told to end.
    private var leaving: [Phone: LegID] = [:]

    /// A leg that a new owner found.
    mutating func found(_ leg: LegSnapshot, on instance: InstanceID) {
        guard let phone = leg.phoneID else { return }
        lines[leg.legID] = Line(phone: Phone(tenant: leg.tenant, phoneID: phone), instance: instance)
    }

    mutating func ended(_ leg: LegID) {
        guard let line = lines.removeValue(forKey: leg), leaving[line.phone] == leg else { return }
        leaving[line.phone] = nil
    }

    /// Forgets the legs that a media-server does not have, unless a call waits for them.
    mutating func keep(_ present: Set<LegID>, on instance: InstanceID, or isKnown: (LegID) -> Bool) {
        for (leg, line) in lines where line.instance == instance && !present.contains(leg) && !isKnown(leg) {
            ended(leg)
        }
    }

    /// The same actions, with a word before each ringing that has to wait for the telephone's former leg to be told.
    mutating func inTurn(_ actions: [ShardAction]) -> [ShardAction] {
        var waits: [(index: Int, action: ShardAction)] = []
        for (index, action) in actions.enumerated() {
            switch action {
            case .originate(let call, let leg, .phone(let phoneID), _, _, _):
                let phone = Phone(tenant: call.tenant, phoneID: phoneID)
                lines[leg] = Line(phone: phone, instance: call.mediaServer)
                if let former = leaving[phone], former != leg { waits.append((index, .ringAfter(former, leg))) }
            case .command(_, let leg, let commands):
                guard let line = lines[leg], commands.contains(where: \.endsLeg) else { continue }
                leaving[line.phone] = leg
            default: break
            }
        }
        guard !waits.isEmpty else { return actions }
        var turned = actions
        for wait in waits.reversed() { turned.insert(wait.action, at: wait.index) }
        return turned
    }
}
