import Bus
import Contracts
import Logging

/// Carries out what becomes of records: keeps agents for them at cti, lets them go, and has numbers dialled. Used by the loop
/// and by agents' requests, in any instance.
struct PreviewDialling: Sendable {
    /// How much longer than a record's time cti keeps its agent, should nobody let him go.
    static let grace = Duration.seconds(15)

    let bus: any Bus
    let previews: PreviewStore
    let attempts: AttemptStore
    var metrics = DialerMetrics()
    let log: Logger
    var now: @Sendable () -> Timestamp = { .now() }

    /// Stores whose the next number is, then has the agent kept for it.
    /// - Returns: the record, and the agent's revision then; nil if there is none, or he cannot be kept.
    func give(_ tenant: TenantID, _ agent: AgentID, _ campaign: Campaign, _ zones: [String]) async -> (
        OpenPreview, UInt64
    )? {
        let given: Preview?
        do {
            given = try await previews.give(campaign, to: agent, of: tenant, in: zones, at: now())
        } catch {
            log.warning("no record given", metadata: ["campaign.id": "\(campaign.id)", "error": "\(error)"])
            return nil
        }
        guard let given else { return nil }
        let open = OpenPreview(tenant: tenant, preview: given)
        guard let revision = await keep(open) else { return nil }
        log.info("record given", metadata: metadata(open))
        return (open, revision)
    }

    /// Has the agent kept for the record, again if he is; if that cannot be, the record goes back.
    /// - Returns: his revision then.
    func keep(_ open: OpenPreview) async -> UInt64? {
        let request = ReserveAgent(
            agentID: open.preview.agentID, previewID: open.preview.id,
            until: open.preview.expiresAt.adding(Self.grace))
        do {
            return try await bus.request(request, to: .shard(.cti, open.tenant), tenant: open.tenant).revision
        } catch {
            log.debug("agent not kept", metadata: metadata(open, ["error": "\(error)"]))
            await giveBack(open, .givenBack)
            return nil
        }
    }

    /// The record goes to the next agent. Who has let its time pass is paused by cti.
    func giveBack(_ open: OpenPreview, _ outcome: Preview.Outcome) async {
        do {
            let isNews = try await previews.end(open.preview.id, PreviewEnd(outcome), of: open.tenant, at: now())
            if isNews {
                metrics.previewEnded(outcome)
                log.info("record given back", metadata: metadata(open, ["outcome": "\(outcome.rawValue)"]))
            }
        } catch {
            // It is still open, and the loop comes back to it.
            log.warning("record not given back", metadata: metadata(open, ["error": "\(error)"]))
            return
        }
        await letGo(open.preview.agentID, of: open.preview.id, open.tenant, hasMissed: outcome == .expired)
    }

    /// The agent decides against dialling now.
    /// - Throws: `Failure.conflict` if it is not his any more.
    func end(_ id: PreviewID, _ end: PreviewEnd, by agent: AgentID, of tenant: TenantID) async throws {
        guard try await previews.end(id, end, by: agent, of: tenant, at: now()) else { throw Failure.previewOver }
        metrics.previewEnded(end.outcome)
        log.info(
            "record decided",
            metadata: ["preview.id": "\(id)", "tenant.id": "\(tenant)", "outcome": "\(end.outcome.rawValue)"])
        await letGo(agent, of: id, tenant, hasMissed: false)
    }

    /// Stores the try first, then has it dialled: whatever happens in between, nobody is dialled twice.
    /// - Parameter isByTime: the agent did not ask for it.
    /// - Throws: `Failure.conflict`, `Failure.notFound` as ``PreviewStore/dial(_:by:of:at:)``; `Failure.unavailable`.
    func dial(_ id: PreviewID, by agent: AgentID, of tenant: TenantID, isByTime: Bool) async throws -> DialledPreview {
        let dialled = try await previews.dial(id, by: agent, of: tenant, at: now())
        let customer = await customer(of: dialled.number.number, tenant)
        metrics.dialled()
        metrics.previewEnded(.dialled)
        let request = request(dialled, of: id, by: agent, customer: customer, isByTime: isByTime)
        do {
            log.info("record dialled", metadata: ["preview.id": "\(id)", "call.id": "\(request.callID)"])
            _ = try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant, deadline: .seconds(5))
        } catch let failure as Failure where failure.kind == .timeout {
            // It may ring: the dialler asks every few seconds whether it does.
            log.warning("not known whether it rings", metadata: ["call.id": "\(request.callID)"])
        } catch {
            // Nobody was called: the number has as many tries left as before.
            try await attempts.finish(dialled.attempt, .failed, counts: false, at: now())
            await letGo(agent, of: id, tenant, hasMissed: isByTime)
            throw error
        }
        return dialled
    }

    /// Whose number it is. A record is shown and dialled also while crm is away.
    func customer(of number: String, _ tenant: TenantID) async -> CustomerCard? {
        let found = try? await bus.request(
            FindCustomerByNumber(number: number), to: .any(.crm), tenant: tenant, deadline: .milliseconds(500))
        return found ?? nil
    }

    private func request(
        _ dialled: DialledPreview, of id: PreviewID, by agent: AgentID, customer: CustomerCard?, isByTime: Bool
    ) -> DialRecord {
        let (attempt, campaign) = (dialled.attempt, dialled.campaign)
        return DialRecord(
            previewID: id, agentID: agent, callID: attempt.callID, campaignID: campaign.id, attemptID: attempt.id,
            number: dialled.number.number, from: campaign.fromNumber, queueID: campaign.queueID,
            ringSeconds: campaign.ringSeconds, afterCallWorkSeconds: campaign.preview.afterCallWorkSeconds,
            attributes: dialled.number.attributes, customer: customer, isByTime: isByTime)
    }

    /// If cti does not hear of it, the agent's own time at cti lets him go.
    private func letGo(_ agent: AgentID, of id: PreviewID, _ tenant: TenantID, hasMissed: Bool) async {
        do {
            let request = ReleaseAgent(agentID: agent, previewID: id, hasMissed: hasMissed)
            _ = try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant)
        } catch {
            log.warning("agent not let go", metadata: ["preview.id": "\(id)", "error": "\(error)"])
        }
    }

    private func metadata(_ open: OpenPreview, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        let known: Logger.Metadata = [
            "preview.id": "\(open.preview.id)", "campaign.id": "\(open.preview.campaignID)",
            "agent.id": "\(open.preview.agentID)", "tenant.id": "\(open.tenant)",
        ]
        return known.merging(more) { _, new in new }
    }
}
