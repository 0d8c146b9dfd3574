import Contracts

/// Which legs lead to telephones, and when a telephone may be rung. Pure.
///
/// A telephone is busy until its call is over for it as well, some a moment longer, whatever its agent is. So it is not rung
/// before its former leg has ended. A leg that does not end must not hold a caller for ever: after ``patience`` the telephone
/// is rung all the same. One that says busy because of a call of ours, which is up there or ended a moment ago, was not asked
/// in vain: the offer stands, the caller keeps his place, and the same leg rings again after each of ``pauses``. Only then is
/// busy an answer.
struct Telephones: Sendable {
    /// How long a telephone's former leg is waited for.
    static let patience = Duration.seconds(6)
    /// How long after a leg of ours a telephone may be busy with it.
    static let settling = Duration.seconds(2)
    static let pauses: [Duration] = [.milliseconds(200), .milliseconds(400), .milliseconds(800)]

    private struct Phone: Hashable {
        let tenant: TenantID
        let phoneID: PhoneID
    }

    /// How a telephone is rung.
    private struct Ring {
        let from: String
        let displayName: String?
        let seconds: Int
    }

    private struct Line {
        let phone: Phone
        let instance: InstanceID
        /// Nil for a leg that was found.
        var ring: Ring?
        /// How often it was busy because of us.
        var tries = 0
    }

    /// A ringing that waits. The media-server has no such leg meanwhile.
    private struct Held {
        /// A timer with another number means nothing.
        let number: Int
        /// What was to be done to the leg meanwhile.
        var commands: [[LegCommand]] = []
    }

    private var lines: [LegID: Line] = [:]
    /// The leg of each that was told to end.
    private var leaving: [Phone: LegID] = [:]
    /// When a leg of ours ended there.
    private var lately: [Phone: Timestamp] = [:]
    private var held: [LegID: Held] = [:]
    private var holds = 0

    /// A leg that a new owner found.
    mutating func found(_ leg: LegSnapshot, on instance: InstanceID) {
        guard let phone = leg.phoneID, lines[leg.legID] == nil else { return }
        lines[leg.legID] = Line(phone: Phone(tenant: leg.tenant, phoneID: phone), instance: instance)
    }

    func isHeld(_ leg: LegID) -> Bool { held[leg] != nil }

    // MARK: What becomes of legs

    mutating func ended(_ leg: LegID, _ cause: EndCause, at time: Timestamp) {
        held[leg] = nil
        guard let line = lines.removeValue(forKey: leg) else { return }
        if cause != .busy { lately[line.phone] = time }
        if leaving[line.phone] == leg { leaving[line.phone] = nil }
    }

    /// The telephone was busy. If that may be our own doing it is to ring again: the action that waits for it; else nil.
    mutating func ringAgain(_ leg: LegID, at time: Timestamp) -> ShardAction? {
        guard let line = lines[leg], line.ring != nil, line.tries < Self.pauses.count,
            isOurs(line.phone, but: leg, time)
        else { return nil }
        lines[leg]?.tries += 1
        return hold(leg, until: time.adding(Self.pauses[line.tries]))
    }

    /// Whether a telephone's being busy may come from a call of ours.
    private func isOurs(_ phone: Phone, but leg: LegID, _ time: Timestamp) -> Bool {
        if let ended = lately[phone], time < ended.adding(Self.settling) { return true }
        return lines.contains { $0.key != leg && $0.value.phone == phone }
    }

    /// Forgets the legs that a media-server does not have, unless a call waits for them.
    mutating func keep(
        _ present: Set<LegID>, on instance: InstanceID, or isKnown: (LegID) -> Bool, at time: Timestamp
    ) {
        for (leg, line) in lines where line.instance == instance && !present.contains(leg) && !isKnown(leg) {
            ended(leg, .failed, at: time)
        }
        lately = lately.filter { time < $0.value.adding(Self.settling) }
    }

    /// The media-server is gone, and its legs with it.
    mutating func lost(_ instance: InstanceID, at time: Timestamp) {
        for (leg, line) in lines where line.instance == instance { ended(leg, .failed, at: time) }
    }

    // MARK: Ringing in turn

    /// The same actions, but that no telephone is rung whose former leg has not ended.
    mutating func inTurn(_ actions: [ShardAction], at time: Timestamp) -> [ShardAction] {
        actions.compactMap { inTurn($0, at: time) }
    }

    private mutating func inTurn(_ action: ShardAction, at time: Timestamp) -> ShardAction? {
        switch action {
        case .originate(let call, let leg, .phone(let phoneID), let from, let name, let seconds):
            let phone = Phone(tenant: call.tenant, phoneID: phoneID)
            let ring = Ring(from: from, displayName: name, seconds: seconds)
            lines[leg] = Line(phone: phone, instance: call.mediaServer, ring: ring)
            guard let former = leaving[phone], former != leg else { return action }
            return hold(leg, until: time.adding(Self.patience))
        case .command(_, let leg, let commands):
            let isEnd = commands.contains(where: \.endsLeg)
            guard held[leg] != nil else {
                if isEnd { leaves(leg) }
                return action
            }
            held[leg]?.commands.append(commands)
            if isEnd { forget(leg) }
            return nil
        case .hangUpStray(let leg, _, _), .refuseLeg(let leg, _, _, _):
            leaves(leg)
            return action
        default: return action
        }
    }

    private mutating func leaves(_ leg: LegID) {
        if let phone = lines[leg]?.phone { leaving[phone] = leg }
    }

    private mutating func hold(_ leg: LegID, until time: Timestamp) -> ShardAction {
        holds &+= 1
        held[leg] = Held(number: holds)
        return .ringTimer(leg, number: holds, at: time)
    }

    // MARK: What has waited

    /// Legs that may ring now: nothing at their telephones is to end any more.
    func free() -> [LegID] {
        held.keys.filter { leg in
            lines[leg].map { $0.tries == 0 && leaving[$0.phone] == nil } ?? false
        }.sorted()
    }

    /// Nobody wants it any more.
    mutating func forget(_ leg: LegID) { (held[leg], lines[leg]) = (nil, nil) }

    func isDue(_ leg: LegID, number: Int) -> Bool { held[leg]?.number == number }

    /// Rings, for a call as it is now.
    mutating func release(_ leg: LegID, of call: CallState) -> [ShardAction] {
        guard let waited = held.removeValue(forKey: leg), let line = lines[leg], let ring = line.ring else { return [] }
        let originate = ShardAction.originate(
            call, leg, .phone(line.phone.phoneID), from: ring.from, displayName: ring.displayName,
            ringSeconds: ring.seconds)
        return [originate] + waited.commands.map { .command(call, leg, $0) }
    }
}
