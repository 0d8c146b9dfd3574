import Bus
import Contracts
import Logging
import ServiceLifecycle

/// Dials for campaigns: takes inputs one at a time, asks ``DiallingState`` what to do, and does it.
struct CampaignDialler: Service {
    let bus: any Bus
    let attempts: AttemptStore
    let metrics: DialerMetrics
    let log: Logger
    let now: @Sendable () -> Timestamp
    private let pulse: Duration
    private let inbox = AsyncStream.makeStream(of: DiallingState.Input.self, bufferingPolicy: .bufferingOldest(200_000))

    init(
        bus: any Bus, attempts: AttemptStore, metrics: DialerMetrics = DialerMetrics(), log: Logger,
        pulse: Duration = .milliseconds(500), now: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.bus = bus
        self.attempts = attempts
        self.metrics = metrics
        self.log = log
        self.pulse = pulse
        self.now = now
    }

    func send(_ input: DiallingState.Input) {
        if case .dropped = inbox.continuation.yield(input) { metrics.inputLost() }
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await tellTime() }
                var state = DiallingState()
                for await input in inbox.stream {
                    let actions = state.handle(input, at: now())
                    for action in actions { tasks.addTask { await perform(action) } }
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            inbox.continuation.finish()
        }
    }

    private func tellTime() async {
        while (try? await Task.sleep(for: pulse)) != nil { send(.timePassed) }
    }

    // MARK: - Carrying out

    private func perform(_ action: DiallingState.Action) async {
        switch action {
        case .check(let shards): await check(shards)
        case .askAgents(let tenant, let queues): await askAgents(tenant, queues)
        case .dial(let tenant, let campaign, let count, let zones): await dial(tenant, campaign, count, zones)
        case .giveUp(let attempt): await end(attempt, .failed, because: "cti does not have the call")
        }
    }

    private func askAgents(_ tenant: TenantID, _ queues: [QueueID]) async {
        let askedAt = now()
        do {
            let figures = try await bus.request(FreeAgents(queueIDs: queues), to: .shard(.acd, tenant), tenant: tenant)
            send(.agentsTold(tenant, figures, askedAt: askedAt))
        } catch {
            log.debug("not known who is free", metadata: ["tenant.id": "\(tenant)", "error": "\(error)"])
            send(.agentsUnknown(tenant))
        }
    }

    /// Stores the tries first, then dials: whatever happens in between, nobody is dialled twice.
    private func dial(_ tenant: TenantID, _ campaign: Campaign, _ count: Int, _ zones: [String]) async {
        var numbers: [ClaimedNumber] = []
        do {
            numbers = try await attempts.claim(count, of: campaign, tenant, in: zones, at: now())
        } catch {
            log.warning("no numbers taken", metadata: ["campaign.id": "\(campaign.id)", "error": "\(error)"])
        }
        send(.claimed(tenant, campaign.id, wanted: count, numbers.map(\.attempt)))
        await withDiscardingTaskGroup { calls in
            for number in numbers { calls.addTask { await originate(number, campaign) } }
        }
    }

    private func originate(_ number: ClaimedNumber, _ campaign: Campaign) async {
        let attempt = number.attempt
        let request = OriginateCall(
            callID: attempt.callID, campaignID: campaign.id, attemptID: attempt.id, number: number.number,
            from: campaign.fromNumber, queueID: campaign.queueID, priority: campaign.priority,
            ringSeconds: campaign.ringSeconds, attributes: number.attributes,
            detectAnswer: campaign.detectsAnswers ? AnswerDetection() : nil)
        do {
            metrics.dialled()
            log.info("number dialled", metadata: metadata(attempt))
            _ = try await bus.request(
                request, to: .shard(.cti, attempt.tenant), tenant: attempt.tenant, deadline: .seconds(5))
        } catch let failure as Failure where failure.kind == .timeout {
            // It may ring: the next check asks whether it does.
            log.warning("not known whether it rings", metadata: metadata(attempt))
        } catch let failure as Failure where failure.kind == .unavailable {
            // Nobody was called, and the next number would fare no better.
            send(.refused(attempt.tenant, campaign.id))
            await end(attempt, .failed, counts: false, because: "\(failure)")
        } catch {
            await end(attempt, .failed, because: "\(error)")
        }
    }

    /// - Parameter counts: whether it is one of the number's tries.
    private func end(
        _ attempt: OpenAttempt, _ result: AttemptResult, counts: Bool = true, because reason: String
    ) async {
        var metadata = metadata(attempt)
        metadata["reason"] = "\(reason)"
        do {
            try await attempts.finish(attempt, result, counts: counts, at: now())
            log.warning("attempt given up", metadata: metadata)
            send(.ended(attempt.tenant, attempt.callID))
        } catch {
            // It stays open, and the next check comes back to it.
            metadata["error"] = "\(error)"
            log.warning("attempt not ended", metadata: metadata)
        }
    }

    /// What the database has open, and what of it is up.
    private func check(_ shards: [Shard]) async {
        let askedAt = now()
        let open: [OpenAttempt]
        do {
            open = try await attempts.open().filter { shards.contains(.of($0.tenant)) }
        } catch {
            log.warning("open attempts not read", metadata: ["error": "\(error)"])
            return
        }
        send(.openRead(open, of: shards, askedAt: askedAt))
        for (tenant, attempts) in Dictionary(grouping: open, by: \.tenant) {
            // One that was stored a moment ago may not have reached cti yet.
            let old = attempts.filter { $0.startedAt.adding(.seconds(6)) < askedAt }.prefix(1000)
            guard !old.isEmpty else { continue }
            do {
                let up = try await bus.request(
                    FindCalls(callIDs: old.map(\.callID)), to: .shard(.cti, tenant), tenant: tenant)
                send(.callsFound(tenant, asked: Array(old), up: Set(up)))
            } catch {
                log.debug("calls not found out", metadata: ["tenant.id": "\(tenant)", "error": "\(error)"])
            }
        }
    }

    private func metadata(_ attempt: OpenAttempt) -> Logger.Metadata {
        [
            "attempt.id": "\(attempt.id)", "call.id": "\(attempt.callID)", "campaign.id": "\(attempt.campaignID)",
            "tenant.id": "\(attempt.tenant)",
        ]
    }
}
