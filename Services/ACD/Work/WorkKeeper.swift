import Bus
import Contracts
import Logging
import ServiceLifecycle

/// What the router decided of work, in order, until it is stored.
struct WorkDecisions: Sendable {
    private let made = AsyncStream.makeStream(of: (TenantID, WorkDecision).self)
    var stream: AsyncStream<(TenantID, WorkDecision)> { made.stream }

    private let looks = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// When somebody wants to know at once what is stored.
    var wishes: AsyncStream<Void> { looks.stream }

    /// Never waits.
    @Sendable func look() { looks.continuation.yield() }

    /// Never waits.
    func note(_ decision: WorkDecision, of tenant: TenantID) { made.continuation.yield((tenant, decision)) }
}

/// Stores what the router decides of work and then tells it to all; and tells the router what is stored, so that a new owner of
/// a tenant knows all that waits and who has what.
struct WorkKeeper: Service {
    let store: WorkStore
    let decisions: WorkDecisions
    let router: CallRouter
    let publish: @Sendable (any Fact, TenantID, Timestamp) -> Void
    let log: Logger
    var now: @Sendable () -> Timestamp = Timestamp.now

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { for await (tenant, decision) in decisions.stream { await keep(decision, of: tenant) } }
                group.addTask { try await look() }
                group.addTask { for await _ in decisions.wishes { _ = try? await refresh() } }
            }
        }
    }

    private func look() async throws {
        while true {
            var isNew = false
            do {
                isNew = try await refresh()
            } catch is CancellationError {
                return
            } catch {
                log.warning("work not read", metadata: ["error": "\(error)"])
            }
            // Callers of a tenant that is new here wait for it.
            try await Task.sleep(for: isNew ? .milliseconds(100) : .seconds(1))
        }
    }

    /// One turn of the loop: what changed of the tenants that are routed here.
    /// - Returns: whether some of them were new.
    @discardableResult
    func refresh() async throws -> Bool {
        let known = try await router.ask { floor throws(Failure) in floor.tenants.mapValues(\.work.readUpTo) }
        guard !known.isEmpty else { return false }
        let versions = try await store.versions()
        for (tenant, upTo) in known where versions[tenant] ?? 0 > upTo {
            let changes = try await store.changes(after: upTo, of: tenant)
            router.send(.tenant(tenant, .workFound(changes.items, upTo: changes.upTo)))
        }
        return known.values.contains { $0 < 0 }
    }

    /// Without PostgreSQL it waits: work that is no call can.
    func keep(_ decision: WorkDecision, of tenant: TenantID) async {
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                let result = try await store.carryOut(decision, of: tenant)
                if let result, result.isChanged { tell(decision, result.item, of: tenant) }
                return router.send(.tenant(tenant, .workStored(decision.workID, result.map { [$0.item] } ?? [])))
            } catch {
                log.warning(
                    "decision on work not stored", metadata: ["work.id": "\(decision.workID)", "error": "\(error)"])
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    private func tell(_ decision: WorkDecision, _ item: WorkItem, of tenant: TenantID) {
        let time = now()
        switch decision.kind {
        case .offered(let agent, let number, let until):
            publish(
                WorkOffered(
                    workID: item.id, medium: item.medium, agentID: agent, queueID: item.queueID, offer: number,
                    customer: item.customer, title: item.title, link: item.link, attributes: item.attributes,
                    enteredAt: item.enteredAt, expiresAt: until), tenant, time)
        case .offerEnded(let agent, let number, let outcome, _):
            publish(WorkOfferEnded(workID: item.id, agentID: agent, offer: number, outcome: outcome), tenant, time)
        case .interrupted(let agent, let call):
            publish(WorkProgressed(item, .interrupted, by: agent, callID: call, at: time), tenant, time)
        case .resumed(let agent): publish(WorkProgressed(item, .resumed, by: agent, at: time), tenant, time)
        case .givenBack(let agent): publish(WorkProgressed(item, .givenBack, by: agent, at: time), tenant, time)
        }
        log.info(
            "work decided", metadata: ["work.id": "\(item.id)", "tenant.id": "\(tenant)", "state": "\(item.state)"])
    }
}
