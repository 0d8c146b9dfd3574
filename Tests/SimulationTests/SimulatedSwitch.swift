import Bus
import Contracts
import Foundation

@testable import CTI
@testable import MediaServer

/// A media-server: the real `SwitchState`, and a model of the telephones and callers at its other end.
final class SimulatedSwitch: Node {
    private var state = SwitchState()
    private var askers: [ReplyToken: (Result<Done, Failure>) -> Void] = [:]
    private var tokens: UInt64 = 0
    /// Contexts by number: a leg carries the number, and JSON is written only for who takes over.
    private var contexts: [CallState] = []
    private var json: [Int: Data] = [:]
    /// Which leg a telephone is in.
    private var phones: [PhoneID: LegID] = [:]
    /// Until when telephones are busy with calls that are over.
    private var settling: [PhoneID: Timestamp] = [:]
    private var callers: [LegID: Plan.Caller] = [:]

    var legs: [LegID] { state.legs.keys.sorted() }

    // MARK: What cti asks

    func keep(_ call: CallState) -> Data {
        contexts.append(call)
        return Data("\(contexts.count - 1)".utf8)
    }

    /// With its context as a new owner finds it.
    func written(_ leg: LegSnapshot) -> LegSnapshot {
        guard let number = Int(String(decoding: leg.context, as: UTF8.self)), contexts.indices.contains(number) else {
            return leg
        }
        let context = json[number] ?? (try? Self.encoder.encode(contexts[number])) ?? Data()
        json[number] = context
        return LegSnapshot(
            legID: leg.legID, tenant: leg.tenant, state: leg.state, from: leg.from, to: leg.to, trunkID: leg.trunkID,
            phoneID: leg.phoneID, bridgedWith: leg.bridgedWith, room: leg.room, role: leg.role, context: context,
            arrivedAt: leg.arrivedAt, answeredAt: leg.answeredAt)
    }

    private static let encoder = JSONEncoder()

    func list(_ shards: [Shard]) -> LegList {
        LegList(
            legs: state.legs.values.filter { shards.contains(Shard.of($0.tenant)) }.map { $0.snapshot(state.rooms) }
                .sorted { $0.legID < $1.legID },
            phones: [], stream: stream.name, number: UInt64(stream.facts.count))
    }

    func command(_ command: CommandLeg, _ tenant: TenantID, _ reply: @escaping (Result<Done, Failure>) -> Void) {
        decide(.command(command, tenant: tenant, reply: token(reply)))
    }

    func originate(_ request: OriginateLeg, _ tenant: TenantID, _ reply: @escaping (Result<Done, Failure>) -> Void) {
        let phone: PhoneID? = if case .phone(let phone) = request.destination { phone } else { nil }
        let number = if case .number(let number) = request.destination { number } else { "" }
        let leg = Leg(
            id: request.legID, tenant: tenant, isOutbound: true, from: request.from, to: number, trunkID: nil,
            phoneID: phone, arrivedAt: sim.now, state: .dialling, context: request.context, isClaimed: true)
        decide(.originate(leg, request, reply: token(reply)))
    }

    private func token(_ reply: @escaping (Result<Done, Failure>) -> Void) -> ReplyToken {
        tokens += 1
        let token = ReplyToken(number: tokens)
        askers[token] = reply
        return token
    }

    // MARK: Deciding and doing

    private func decide(_ input: SwitchState.Input) {
        for action in state.handle(input, at: sim.now) { perform(action) }
    }

    private func perform(_ action: SwitchState.Action) {
        switch action {
        case .publish(let fact, let tenant): publish(fact, tenant, at: sim.now)
        case .reply(let token, let failure):
            askers.removeValue(forKey: token)?(failure.map { .failure($0) } ?? .success(Done()))
        case .dial(let leg, let request): dial(leg, request)
        case .answer(let leg): after(sim.dice.between(10, 40)) { [unowned self] in decide(.answered(leg)) }
        case .askToAnswer(let leg): after(300_000) { [unowned self] in lift(leg) }
        case .hangUp(let leg, let cause):
            after(sim.dice.between(2, 20)) { [unowned self] in
                if let phone = state.legs[leg]?.phoneID, phones[phone] == leg { free(phone) }
                decide(.ended(leg, cause, sipStatus: nil))
            }
        case .play(let leg, let playID, let prompts, let loop, _): play(leg, playID, prompts, loop)
        case .bridge(let one, let other): talk(one, other)
        case .arrange(_, let seats):
            for seat in seats where callers[seat.legID] != nil {
                talk(seat.legID, seats.first { $0.legID != seat.legID }?.legID ?? seat.legID)
            }
        case .awaitClaim(let leg): after(10_000_000) { [unowned self] in decide(.claimExpired(leg)) }
        case .release(let leg, _):
            if let phone = phones.first(where: { $0.value == leg })?.key { phones[phone] = nil }
            if callers[leg] != nil { sim.history.customerLeft(CallID(rawValue: leg.rawValue), sim) }
        default: break
        }
    }

    // MARK: Callers

    func arrive(_ caller: Plan.Caller) {
        let leg = LegID(rawValue: "call-\(caller.number)")
        callers[leg] = caller
        sim.history.arrived(CallID(rawValue: leg.rawValue), caller.tenant)
        decide(
            .arrived(
                Leg(
                    id: leg, tenant: caller.tenant, isOutbound: false, from: "13900000\(100 + caller.number)",
                    to: caller.dials, phoneID: nil, arrivedAt: sim.now, state: .arrived)))
        after(caller.patience) { [unowned self] in if !talks(leg) { hangUp(leg) } }
        after(caller.lifetime) { [unowned self] in hangUp(leg) }
    }

    private func talks(_ leg: LegID) -> Bool {
        state.legs[leg].map { $0.bridgedWith != nil || state.rooms.room(of: leg) != nil } ?? false
    }

    private func hangUp(_ leg: LegID) {
        guard let known = state.legs[leg] else { return }
        sim.note("\(leg) hangs up")
        if let phone = known.phoneID, phones[phone] == leg { free(phone) }
        decide(.ended(leg, .remote, sipStatus: nil))
    }

    /// One in three needs a moment from the end of a call to the next.
    private func free(_ phone: PhoneID) {
        phones[phone] = nil
        if sim.dice.chance(333) { settling[phone] = sim.later(sim.dice.between(10, 300)) }
    }

    private func play(_ leg: LegID, _ playID: Int, _ prompts: [Prompt], _ loop: Bool) {
        if callers[leg]?.dials == "401", prompts == [.file("ask")] {
            let key: Character = sim.dice.one(of: ["1", "1", "2", "7"])
            after(sim.dice.between(500, 4000)) { [unowned self] in decide(.digit(leg, key)) }
        }
        guard !loop else { return }
        after(sim.dice.between(800, 2500)) { [unowned self] in
            guard state.legs[leg]?.playing == playID else { return }
            decide(.playFinished(leg, playID: playID, .finished))
        }
    }

    /// They talk for a while, then one of them hangs up.
    private func talk(_ one: LegID, _ other: LegID) {
        let (customer, agent) = callers[one] == nil ? (other, one) : (one, other)
        guard callers[customer] != nil else { return }
        let last = sim.dice.chance(600) ? customer : agent
        after(sim.dice.between(2000, 14_000)) { [unowned self] in if talks(customer) { hangUp(last) } }
    }

    // MARK: Telephones

    private func dial(_ leg: Leg, _ request: OriginateLeg) {
        guard let phone = leg.phoneID else { return dialOutside(leg) }
        sim.history.rings(leg.id, at: phone, sim)
        if let busy = phones[phone] {
            // Whoever cannot be told for long to end is waited for no longer.
            if sim.network.stormUntil.adding(.seconds(10)) < sim.now {
                sim.history.violate("I2", "\(phone) is rung for \(leg.id) while \(busy) is up", sim)
            }
            return end(leg.id, .busy)
        }
        if let until = settling[phone], sim.now < until { return end(leg.id, .busy) }
        let call = leg.id.rawValue.split(separator: "-").prefix(2).joined(separator: "-") + "-"
        for other in state.legs.values.sorted(by: { $0.id < $1.id })
        where other.id != leg.id && other.id.rawValue.hasPrefix(call) && other.phoneID != nil {
            guard other.state != .answered, !other.isEnding else { continue }
            sim.history.violate("I3", "\(leg.id) rings while \(other.id) still does", sim)
        }
        phones[phone] = leg.id
        after(sim.dice.between(20, 120)) { [unowned self] in
            guard state.legs[leg.id] != nil else { return }
            decide(.ringing(leg.id, hasSound: false))
        }
        let answers = sim.dice.below(1000)
        let pause = sim.dice.between(300, 4000)
        if answers < 700 {
            after(pause) { [unowned self] in lift(leg.id) }
        } else if answers < 790 {
            after(pause) { [unowned self] in end(leg.id, .rejected) }
        } else if answers < 810 {
            after(pause) { [unowned self] in end(leg.id, .unavailable) }
        }
        after(Int64(request.ringSeconds) * 1_000_000) { [unowned self] in
            if let known = state.legs[leg.id], known.state != .answered { end(leg.id, .noAnswer) }
        }
    }

    private func dialOutside(_ leg: Leg) {
        let answers = sim.dice.chance(700)
        after(sim.dice.between(500, 3000)) { [unowned self] in
            if answers { decide(.answered(leg.id)) } else { end(leg.id, .busy) }
        }
        after(sim.dice.between(6000, 25_000)) { [unowned self] in hangUp(leg.id) }
    }

    private func lift(_ leg: LegID) {
        guard let known = state.legs[leg], !known.isEnding, known.phoneID.map({ phones[$0] == leg }) ?? false else {
            return
        }
        decide(.answered(leg))
    }

    private func end(_ leg: LegID, _ cause: EndCause) {
        guard let known = state.legs[leg], !known.isEnding else { return }
        if let phone = known.phoneID, phones[phone] == leg { phones[phone] = nil }
        decide(.ended(leg, cause, sipStatus: nil))
    }

    /// Whether a leg of the customer's is up.
    func isUp(_ call: CallID) -> Bool { state.legs[LegID(rawValue: call.rawValue)] != nil }
}
