import Bus
import Contracts
import Foundation
import Synchronization
import TestSupport

@testable import CTI

/// What happens one thing after the other, to be waited for.
final class Happenings<Thing: Sendable>: Sendable {
    private struct State {
        var things: [Thing] = []
        var waiting: [(wants: @Sendable (Thing) -> Bool, asker: CheckedContinuation<Thing, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [Thing] { state.withLock { $0.things } }

    func add(_ thing: Thing) {
        let askers = state.withLock { state in
            state.things.append(thing)
            let satisfied = state.waiting.filter { $0.wants(thing) }
            state.waiting.removeAll { $0.wants(thing) }
            return satisfied.map(\.asker)
        }
        for asker in askers { asker.resume(returning: thing) }
    }

    /// The first such thing, of those that have happened or are to come.
    @discardableResult
    func first(where wants: @escaping @Sendable (Thing) -> Bool) async -> Thing {
        await withCheckedContinuation { asker in
            let known = state.withLock { state in
                let known = state.things.first(where: wants)
                if known == nil { state.waiting.append((wants, asker)) }
                return known
            }
            if let known { asker.resume(returning: known) }
        }
    }
}

/// Holds legs and does as it is told, without a telephone.
final class FakeMediaServer: Sendable {
    struct Told: Sendable, Equatable {
        let leg: LegID
        let command: LegCommand
    }

    private struct State {
        var legs: [LegID: LegSnapshot] = [:]
        var number: UInt64 = 0
        /// Opened when it hears again.
        var deaf: Latch?
        /// Opened when it may say which legs it has.
        var silence: Latch?
        var hasPrompts = true
    }

    let bus: any Bus
    let stream = "media-server/1@1"
    let told = Happenings<Told>()
    let originated = Happenings<OriginateLeg>()
    let unheard = Happenings<CommandLeg>()
    let listed = Happenings<ListLegs>()
    private let state = Mutex(State())

    init(_ bus: any Bus) {
        self.bus = bus
        bus.serve(CommandLeg.self) { [self] request, context in
            if let deaf = state.withLock({ $0.deaf }) {
                unheard.add(request)
                await deaf.wait()
                throw Failure(.unavailable, "It was not heard.")
            }
            try refuseMissingPrompts(request.commands)
            try keep(request.context, for: request.legID)
            for command in request.commands { carryOut(command, request.legID, context.tenant ?? "t") }
            return Done()
        }
        bus.serve(OriginateLeg.self) { [self] request, context in
            begin(request, tenant: context.tenant ?? "t")
            originated.add(request)
            return Done()
        }
        bus.serve(ListLegs.self) { [self, stream] request, _ in
            listed.add(request)
            await state.withLock { $0.silence }?.wait()
            return state.withLock {
                LegList(legs: Array($0.legs.values), phones: [], stream: stream, number: $0.number)
            }
        }
    }

    /// From now on commands come to nothing, and are answered by that when it ends.
    func beDeaf() { state.withLock { $0.deaf = Latch() } }

    func hearAgain() {
        state.withLock { state in
            defer { state.deaf = nil }
            return state.deaf
        }?.open()
    }

    /// Says nothing about its legs until the latch is opened.
    func keepSilent() -> Latch {
        let silence = Latch()
        state.withLock { $0.silence = silence }
        return silence
    }

    /// From now on files cannot be played.
    func losePrompts() { state.withLock { $0.hasPrompts = false } }

    private func refuseMissingPrompts(_ commands: [LegCommand]) throws {
        guard !state.withLock({ $0.hasPrompts }) else { return }
        for case .play(_, let prompts, _, _) in commands {
            if case .file = prompts.first { throw Failure(.conflict, "There is no such prompt.") }
        }
    }

    var legs: Set<LegID> { state.withLock { Set($0.legs.keys) } }

    /// A telephone rings.
    func begin(_ request: OriginateLeg, tenant: TenantID = "t") {
        let phone: PhoneID? = if case .phone(let phone) = request.destination { phone } else { nil }
        let leg = LegSnapshot(
            legID: request.legID, tenant: tenant, state: .ringing, from: request.from, to: "", trunkID: nil,
            phoneID: phone, bridgedWith: nil, context: request.context, arrivedAt: .now(), answeredAt: nil)
        state.withLock { $0.legs[request.legID] = leg }
    }

    func arrive(_ leg: LegID, from: String = "13900000001", to: String = "400", tenant: TenantID = "t") {
        let snapshot = LegSnapshot(
            legID: leg, tenant: tenant, state: .arrived, from: from, to: to, trunkID: nil, phoneID: nil,
            bridgedWith: nil, context: Data(), arrivedAt: .now(), answeredAt: nil)
        state.withLock { $0.legs[leg] = snapshot }
        tell(LegArrived(legID: leg, from: from, to: to, trunkID: nil), tenant)
    }

    func press(_ digit: String, on leg: LegID, tenant: TenantID = "t") {
        tell(LegDigit(legID: leg, digit: digit), tenant)
    }

    func answer(_ leg: LegID, tenant: TenantID = "t") {
        state.withLock { $0.legs[leg] = $0.legs[leg]?.answered }
        tell(LegAnswered(legID: leg), tenant)
    }

    func end(_ leg: LegID, _ cause: EndCause = .remote, tenant: TenantID = "t") {
        guard state.withLock({ $0.legs.removeValue(forKey: leg) }) != nil else { return }
        tell(LegEnded(legID: leg, cause: cause), tenant)
    }

    private func carryOut(_ command: LegCommand, _ leg: LegID, _ tenant: TenantID) {
        switch command {
        case .answer: answer(leg, tenant: tenant)
        case .hangUp: end(leg, .local, tenant: tenant)
        case .bridge(let other):
            state.withLock { state in
                state.legs[leg] = state.legs[leg]?.bridged(with: other)
                state.legs[other] = state.legs[other]?.bridged(with: leg)
            }
        default: break
        }
        told.add(Told(leg: leg, command: command))
    }

    private func keep(_ context: Data?, for leg: LegID) throws {
        try state.withLock { state in
            guard let known = state.legs[leg] else { throw Failure(.notFound, "There is no leg \(leg).") }
            guard let context else { return }
            state.legs[leg] = known.with(context)
        }
    }

    private func tell(_ fact: some Fact, _ tenant: TenantID) {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        guard let envelope = try? Envelope(fact, stream: stream, number: number, tenant: tenant, time: .now()) else {
            return
        }
        bus.publish(envelope)
    }
}

/// Remembers what cti asks acd for.
final class FakeACD: Sendable {
    let bus: any Bus
    let enqueued = Happenings<WaitingCall>()
    let ended = Happenings<OfferEnded>()
    let dequeued = Happenings<CallID>()

    init(_ bus: any Bus) {
        self.bus = bus
        bus.serve(EnqueueCall.self) { [enqueued] request, _ in
            enqueued.add(request.call)
            return Done()
        }
        bus.serve(OfferEnded.self) { [ended] request, _ in
            ended.add(request)
            return Done()
        }
        bus.serve(DequeueCall.self) { [dequeued] request, _ in
            dequeued.add(request.callID)
            return Done()
        }
        bus.serve(QueueStatus.self) { request, _ in
            guard request.queueID == "tech" else { throw Failure(.notFound, "There is no queue \(request.queueID).") }
            return QueueFigures(
                queueID: request.queueID, waiting: 0, offered: 0, longestSince: nil, agentsReady: 1, agentsBusy: 0,
                agentsPaused: 0)
        }
    }

    func offer(_ call: CallID, to agent: AgentID, number: Int = 1) async throws {
        _ = try await bus.request(
            OfferCall.to(agent, number: number, call: call), to: .shard(.cti, "t"), tenant: "t")
    }
}

extension LegSnapshot {
    func with(_ context: Data) -> LegSnapshot {
        LegSnapshot(
            legID: legID, tenant: tenant, state: state, from: from, to: to, trunkID: trunkID, phoneID: phoneID,
            bridgedWith: bridgedWith, context: context, arrivedAt: arrivedAt, answeredAt: answeredAt)
    }
}
