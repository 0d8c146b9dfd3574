import Contracts

/// A decision in as few requests as it can be told: one costs each side more than what it says.
extension [ShardAction] {
    /// The same, with commands to one leg that follow each other as one request.
    var inFewerMessages: [ShardAction] {
        var joined: [ShardAction] = []
        joined.reserveCapacity(count)
        // The last thing that goes to media-server, which keeps its order.
        var last: Int?
        for action in self {
            if action.isForMediaServer {
                if let place = last, let both = joined[place].joined(with: action) {
                    joined[place] = both
                    continue
                }
                last = joined.count
            }
            joined.append(action)
        }
        return joined
    }
}

extension ShardAction {
    fileprivate var isForMediaServer: Bool {
        switch self {
        case .command, .originate, .hangUpStray, .refuseLeg, .forgetCall, .ringTimer: true
        default: false
        }
    }

    /// Both as one request, if that means the same: nil if not.
    fileprivate func joined(with next: ShardAction) -> ShardAction? {
        guard case .command(let former, let leg, let first) = self,
            case .command(let call, leg, let second) = next, former.callID == call.callID,
            former.lane(of: first) == call.lane(of: second), let both = first.joined(with: second)
        else { return nil }
        return .command(call, leg, both)
    }
}

extension [LegCommand] {
    /// Commands of one request are done up to the first that fails. So whatever may fail stands last.
    fileprivate func joined(with next: [LegCommand]) -> [LegCommand]? {
        if allSatisfy(\.isSure) { return self + next }
        return next.allSatisfy(\.isSure) ? next + self : nil
    }
}

extension LegCommand {
    /// Done whatever state a leg of a call is in, as long as there is the leg; and in whatever order beside one that is not.
    fileprivate var isSure: Bool {
        switch self {
        case .record, .describeRecording: true
        default: false
        }
    }
}
