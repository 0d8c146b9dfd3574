import Bus
import Contracts

/// This media-server and all others: what is asked of every one of them, and of the one that holds a leg.
struct SwitchPeers: Sendable {
    let instance: InstanceID
    let bus: any Bus
    /// Every media-server that lives, this one included.
    let all: @Sendable () -> [InstanceID]
    let switchboard: Switchboard

    static let patience = Duration.seconds(2)

    /// Asks all at once; who does not answer in time is named.
    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (InstanceID) async throws -> Answer
    ) async -> (answers: [Answer], silent: [InstanceID]) {
        await withTaskGroup(of: (InstanceID, Answer?).self) { group in
            for peer in Set(all() + [instance]) {
                group.addTask { (peer, try? await question(peer)) }
            }
            var (answers, silent): ([Answer], [InstanceID]) = ([], [])
            for await (peer, answer) in group {
                if let answer { answers.append(answer) } else { silent.append(peer) }
            }
            return (answers, silent.sorted())
        }
    }

    func legs(_ request: ShowLegs) async -> (legs: [ShownLeg], silent: [InstanceID]) {
        let found = await ask { peer in
            if peer == instance { return try await switchboard.show(request) }
            return try await bus.request(request, to: .instance(peer), deadline: Self.patience)
        }
        return (found.answers.flatMap(\.legs).sorted { $0.legID < $1.legID }, found.silent)
    }

    /// Wherever it is.
    /// - Throws: `Failure.notFound`; `Failure.unavailable` if it may be on one that does not answer.
    func leg(_ id: LegID, _ tenant: TenantID?) async throws -> ShownLeg {
        let found = await legs(ShowLegs(tenant: tenant, legID: id, limit: 1))
        if let leg = found.legs.first { return leg }
        guard found.silent.isEmpty else {
            throw Failure(.unavailable, "Not every media-server answers: \(found.silent.map(\.description)).")
        }
        throw Failure(.notFound, "There is no leg \(id).")
    }

    /// - Throws: as ``leg(_:_:)``.
    func hangUp(_ id: LegID, _ tenant: TenantID?) async throws -> ShownLeg {
        let leg = try await leg(id, tenant)
        let command = CommandLeg(legID: id, commands: [.hangUp(.local)])
        if leg.instance == instance {
            _ = try await switchboard.command(command, leg.tenant)
        } else {
            _ = try await bus.request(
                command, to: .instance(leg.instance), tenant: leg.tenant, deadline: Self.patience)
        }
        return leg
    }

    func drainStates() async -> (states: [DrainState], silent: [InstanceID]) {
        let found = await ask { try await drain($0, nil) }
        return (found.answers.sorted { $0.instance.description < $1.instance.description }, found.silent)
    }

    /// - Throws: `Failure.notFound`
    func setDraining(_ isDraining: Bool, _ number: Int) async throws -> DrainState {
        let peer = InstanceID(.mediaServer, number)
        guard peer == instance || all().contains(peer) else {
            throw Failure(.notFound, "There is no \(peer).")
        }
        return try await drain(peer, isDraining)
    }

    private func drain(_ peer: InstanceID, _ isDraining: Bool?) async throws -> DrainState {
        if peer == instance { return try await switchboard.drain(isDraining) }
        return try await bus.request(
            DrainMediaServer(isDraining: isDraining), to: .instance(peer), deadline: Self.patience)
    }
}
