import Bus
import Contracts

/// What cti (and another acd) may ask for: the requests of `Contracts`, and how each is answered.
struct RoutingRequests: Sendable {
    let router: CallRouter
    /// Looks again for queues that were made a moment ago.
    let refresh: @Sendable () async throws -> Void
    /// Who among the agents knows a caller; without it nobody is asked.
    var memory: CallerMemory?
    /// Whom we called; without it nobody is remembered.
    var called: CalledNumberStore?
    /// Where callbacks are kept; without it none are.
    var callbacks: CallbackStore?
    /// Lets the router of this instance see a new callback at once.
    var callbacksChanged: @Sendable () async throws -> Void = {}

    /// To be called before the bus runs.
    func serve(on bus: any Bus) {
        bus.serve(EnqueueCall.self, enqueue)
        bus.serve(DequeueCall.self, dequeue)
        bus.serve(OfferEnded.self, offerEnded)
        bus.serve(RequestCallback.self, requestCallback)
        bus.serve(FindEarlierCall.self, findEarlierCall)
        bus.serve(QueueStatus.self, queueStatus)
        bus.serve(FreeAgents.self, freeAgents)
        bus.serve(ShowRouting.self, showRouting)
    }

    @Sendable func enqueue(_ request: EnqueueCall, _ context: RequestContext) async throws -> Done {
        let call = try request.call.checked()
        do {
            try await lineUp(call)
        } catch let failure as Failure where failure.kind == .notFound {
            // Without PostgreSQL we do not know better than before, and say so.
            try? await refresh()
            try await lineUp(call)
        }
        return Done()
    }

    private func lineUp(_ call: WaitingCall) async throws {
        let rules = try await router.ask { floor throws(Failure) in
            floor.owns(call.tenant) ? floor.preferredAgents(in: call.queueID, of: call.tenant) : []
        }
        let known = await memory?.recall(call, for: rules) ?? CallerKnowledge()
        do {
            try await router.tell(call.tenant, .callEnqueued(call, knowing: known)) { floor throws(Failure) in
                try call.mayWait(in: floor, knowing: known)
            }
        } catch let failure as Failure where OverflowReason(rawValue: failure.code) != nil {
            let noted = try? await router.ask { floor throws(Failure) in
                floor.tenants[call.tenant]?.noted(.refused, of: call, reason: failure.code, at: call.enqueuedAt)
            }
            if let noted = noted ?? nil {
                router.keepNote(DecisionNote(tenant: call.tenant, notedAt: router.now(), noted: noted))
            }
            throw failure
        }
    }

    @Sendable func dequeue(_ request: DequeueCall, _ context: RequestContext) async throws -> Done {
        try await router.tell(try context.itsTenant, .callGone(request.callID))
        return Done()
    }

    @Sendable func offerEnded(_ request: OfferEnded, _ context: RequestContext) async throws -> Done {
        let offer = Offer(callID: request.callID, agentID: request.agentID, number: request.offer)
        try await router.tell(try context.itsTenant, .offerEnded(offer, request.outcome))
        return Done()
    }

    @Sendable func requestCallback(_ request: RequestCallback, _ context: RequestContext) async throws -> Done {
        let tenant = try context.itsTenant
        guard let callbacks else { throw Failure(.unavailable, "No callbacks are kept here.") }
        let attributes = request.attributes ?? [:]
        let called = (request.called ?? attributes["called"]).flatMap { Callback.isDialable($0) ? $0 : nil }
        let kept = attributes.sorted { $0.key < $1.key }.prefix(NewCallback.mostAttributes)
        let new = try NewCallback(
            queueID: request.queueID, number: request.number, source: .offered, enqueuedAt: request.enqueuedAt,
            priority: request.priority, skills: request.skills,
            attributes: Dictionary(kept.map { ($0.key, $0.value) }) { first, _ in first }, askedIn: request.callID,
            called: called
        ).checked()
        _ = try await callbacks.add(new, of: tenant)
        try? await callbacksChanged()
        return Done()
    }

    @Sendable func findEarlierCall(_ request: FindEarlierCall, _ context: RequestContext) async throws -> EarlierCall? {
        let tenant = try context.itsTenant
        guard let called else { throw Failure(.unavailable, "Nobody is remembered here.") }
        let hours = min(max(request.withinHours, 1), PreferredAgentRule.longestHours)
        return try await called.find(request.number, since: router.now().adding(.seconds(-3600 * hours)), of: tenant)
    }

    @Sendable func queueStatus(_ request: QueueStatus, _ context: RequestContext) async throws -> QueueFigures {
        let tenant = try context.itsTenant
        return try await router.ask { floor throws(Failure) in
            guard floor.owns(tenant) else { throw .notRouted(tenant) }
            guard let figures = floor.tenants[tenant]?.figures(of: request.queueID) else {
                throw Failure(.notFound, "There is no queue \(request.queueID).")
            }
            return figures
        }
    }

    @Sendable func freeAgents(_ request: FreeAgents, _ context: RequestContext) async throws -> FreeAgentFigures {
        let tenant = try context.itsTenant
        guard request.queueIDs.count <= 10_000 else { throw Failure(.invalid, "At most 10000 queues at a time.") }
        return try await router.ask { floor throws(Failure) in
            guard floor.owns(tenant) else { throw .notRouted(tenant) }
            return floor.tenants[tenant]?.freeAgents(for: request.queueIDs) ?? FreeAgentFigures(groups: [], lines: [])
        }
    }

    @Sendable func showRouting(_ request: ShowRouting, _ context: RequestContext) async throws -> RoutingView {
        let tenant = try context.itsTenant
        return try await router.ask { floor throws(Failure) in
            guard floor.owns(tenant) else { throw .notRouted(tenant) }
            return RoutingView(of: floor.tenants[tenant] ?? RoutingState())
        }
    }
}

extension Failure {
    /// The bus then looks for the owner and asks again.
    static func notRouted(_ tenant: TenantID) -> Failure {
        Failure(.unavailable, "The calls of \(tenant) are not routed here.", code: "notOwner")
    }
}

extension RequestContext {
    /// - Throws: `Failure.invalid` if the request names none.
    var itsTenant: TenantID {
        get throws {
            guard let tenant, tenant != .all else { throw Failure(.invalid, "The request names no tenant.") }
            return tenant
        }
    }
}

extension WaitingCall {
    /// How many calls of one tenant can wait.
    static let mostWaiting = 50_000
    /// With more than these, rules that look at attributes do not hold.
    static let mostAttributes = 200

    /// With its priority in range.
    /// - Throws: `Failure.invalid`
    func checked() throws -> WaitingCall {
        guard TenantID.isAcceptable(tenant.rawValue), CallID.isAcceptable(callID.rawValue),
            QueueID.isAcceptable(queueID.rawValue),
            wants.map({ AgentID.isAcceptable($0.agentID.rawValue) }) ?? true,
            ownerID.map({ AgentID.isAcceptable($0.rawValue) }) ?? true, skills.count <= Skills.most,
            refusedBy.count <= 10_000
        else { throw Failure(.invalid, "This is no call that could wait.") }
        return WaitingCall(
            tenant: tenant, callID: callID, queueID: queueID, priority: min(max(priority, 0), 1000),
            enqueuedAt: enqueuedAt, skills: skills, refusedBy: refusedBy, mustBeTaken: mustBeTaken,
            wants: wants.map { WantedAgent(agentID: $0.agentID, seconds: min(max($0.seconds, 0), 3600)) },
            attributes: attributes.flatMap { $0.count <= Self.mostAttributes ? $0 : nil }, ownerID: ownerID)
    }

    /// - Throws: `Failure.notFound` if nobody set the queue up, `Failure.conflict` if it takes no more callers,
    ///   `Failure.unavailable` if too many wait.
    func mayWait(in floor: RoutingFloor, knowing known: CallerKnowledge) throws(Failure) {
        guard floor.knows(queueID, of: tenant) else {
            throw floor.hasSettings
                ? Failure(.notFound, "There is no queue \(queueID).")
                : Failure(.unavailable, "The queues have not been read yet.")
        }
        if let reason = floor.tenants[tenant]?.refusal(of: self, knowing: known, at: enqueuedAt) {
            throw Failure(.conflict, "The queue \(queueID) takes no more callers.", code: reason.rawValue)
        }
        guard floor.tenants[tenant]?.calls.count ?? 0 < Self.mostWaiting else {
            throw Failure(.unavailable, "Too many calls wait.", code: "queueFull")
        }
    }
}
