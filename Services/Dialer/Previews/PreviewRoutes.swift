import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/previews`: an agent looks at records before they are dialled (预先拨号); and what became of each, for those who manage.
struct PreviewRoutes: Sendable {
    static let mostEarlier = 5

    let desk: PreviewDesk

    /// A campaign that can be chosen.
    struct PreviewCampaign: Codable, Sendable, Equatable {
        let id: CampaignID
        let name: String
        let queueID: QueueID
    }

    /// Which campaign's records I look at, and the one that I look at now.
    struct PreviewView: Codable, Sendable, Equatable {
        let campaign: PreviewCampaign?
        let record: Record?
    }

    /// All that is known of a number before it is dialled.
    struct Record: Codable, Sendable, Equatable {
        let preview: Preview
        let campaignName: String
        /// Imported with the number.
        let attributes: [String: String]
        let attempts: Int
        let maxAttempts: Int
        /// Its last tries, newest first.
        let earlier: [Attempt]
        /// Whose number it is, if crm knows.
        let customer: CustomerCard?
        /// What happens when the time is over.
        let whenOver: PreviewRules.WhenOver
    }

    struct Choice: Codable, Sendable { let campaignID: CampaignID }

    /// Why: 1 to 200 letters. With `isDone` the number is not called any more; else it comes again after the campaign's
    /// `retrySeconds`.
    struct Skip: Codable, Sendable {
        let reason: String
        let isDone: Bool?
    }

    /// When it is to be called, within the campaign's hours; with `isMine` by me, if I am there within half an hour.
    struct Appointment: Codable, Sendable {
        let at: Timestamp
        let isMine: Bool?
        let reason: String?
    }

    /// The call that was begun.
    struct Dialled: Codable, Sendable, Equatable {
        let attemptID: AttemptID
        let callID: CallID
    }

    var routes: [APIRoute] {
        let (mine, one) = ("/v1/previews/me", "/v1/previews/{id}")
        return [
            APIRoute(
                .get, "/v1/preview-campaigns", "Campaigns whose records I may look at, by name", .agent, use: campaigns),
            APIRoute(.get, mine, "The campaign that I have chosen, and the record that I look at", .agent, use: view),
            APIRoute(
                .put, mine, "Choose a campaign: whenever I am ready, I am given its next record", .agent, use: choose),
            APIRoute(.delete, mine, "Look at no records any more; the present one goes to another", .agent, use: leave),
            APIRoute(
                .post, one + "/dial", "Dial the record's number: my telephone lifts itself first", .agent,
                status: .created, repeats: .harmless, use: dial),
            APIRoute(
                .post, one + "/skip", "Do not dial it, and say why; the next record comes", .agent, repeats: .harmless,
                use: skip),
            APIRoute(
                .post, one + "/appoint", "Set a time at which it is to be dialled; the next record comes", .agent,
                repeats: .harmless, use: appoint),
            APIRoute(
                .get, "/v1/campaigns/{id}/previews",
                "Which agent looked at which record, and what he decided, newest first",
                .campaignManage, parameters: [.text("agent", "Only this agent's.")] + .page, use: list),
        ]
    }

    @Sendable func campaigns(_ call: APICall<Nothing>) async throws -> [PreviewCampaign] {
        try await desk.dialling.previews.campaigns(for: AgentID(call.identity.user), of: call.tenant).map {
            PreviewCampaign($0)
        }
    }

    @Sendable func view(_ call: APICall<Nothing>) async throws -> PreviewView {
        try await view(of: AgentID(call.identity.user), call.tenant)
    }

    @Sendable func choose(_ call: APICall<Choice>) async throws -> PreviewView {
        let (agent, tenant) = (AgentID(call.identity.user), try call.tenant)
        try await desk.dialling.previews.choose(
            call.body.campaignID, by: agent, of: tenant, at: desk.dialling.now())
        await desk.look()
        return try await view(of: agent, tenant)
    }

    @Sendable func leave(_ call: APICall<Nothing>) async throws -> Nothing {
        try await desk.dialling.previews.leave(AgentID(call.identity.user), of: call.tenant)
        await desk.look()
        return Nothing()
    }

    @Sendable func dial(_ call: APICall<Nothing>) async throws -> Dialled {
        let dialled = try await desk.dialling.dial(
            call.path("id"), by: AgentID(call.identity.user), of: call.tenant, isByTime: false)
        await desk.look()
        return Dialled(attemptID: dialled.attempt.id, callID: dialled.attempt.callID)
    }

    @Sendable func skip(_ call: APICall<Skip>) async throws -> Nothing {
        guard (1...200).contains(call.body.reason.count) else {
            throw Failure(.invalid, "The reason has 1 to 200 letters.", code: "reasonInvalid")
        }
        return try await end(call) { campaign, _, now in
            .skipped(
                because: call.body.reason.storable, isDone: call.body.isDone ?? false,
                retrySeconds: campaign.retrySeconds, at: now)
        }
    }

    @Sendable func appoint(_ call: APICall<Appointment>) async throws -> Nothing {
        guard call.body.reason?.count ?? 0 <= 200 else {
            throw Failure(.invalid, "The reason has at most 200 letters.", code: "reasonInvalid")
        }
        return try await end(call) { campaign, number, now in
            try campaign.hours.checkAppointment(at: call.body.at, in: number.zone, now: now)
            return .appointed(
                at: call.body.at, isMine: call.body.isMine ?? false, because: call.body.reason?.storable)
        }
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Preview> {
        let campaign = try await desk.campaigns.find(call.path("id"), of: call.tenant)
        return try await desk.dialling.previews.list(
            of: campaign.id, agent: call.query("agent", as: AgentID.self), call.page(), of: call.tenant)
    }

    /// Ends the record that the agent looks at, in the way that its campaign and number say.
    private func end<Body>(
        _ call: APICall<Body>, _ how: (Campaign, PreviewedNumber, Timestamp) throws -> PreviewEnd
    ) async throws -> Nothing {
        let (agent, tenant) = (AgentID(call.identity.user), try call.tenant)
        let id: PreviewID = try call.path("id")
        let store = desk.dialling.previews
        guard let open = try await store.open(of: agent, of: tenant), open.id == id,
            let number = try await store.number(of: open, of: tenant)
        else { throw Failure.previewOver }
        let campaign = try await desk.campaigns.find(open.campaignID, of: tenant)
        try await desk.dialling.end(id, how(campaign, number, desk.dialling.now()), by: agent, of: tenant)
        await desk.look()
        return Nothing()
    }

    private func view(of agent: AgentID, _ tenant: TenantID) async throws -> PreviewView {
        let store = desk.dialling.previews
        guard let chosen = try await store.choice(of: agent, of: tenant) else {
            return PreviewView(campaign: nil, record: nil)
        }
        let campaign = try await desk.campaigns.find(chosen, of: tenant)
        guard let open = try await store.open(of: agent, of: tenant), open.campaignID == chosen,
            let number = try await store.number(of: open, of: tenant)
        else { return PreviewView(campaign: PreviewCampaign(campaign), record: nil) }
        let earlier = try await desk.dialling.attempts.earlier(
            open.number, of: chosen, of: tenant, limit: Self.mostEarlier)
        let record = Record(
            preview: open, campaignName: campaign.name, attributes: number.attributes, attempts: number.attempts,
            maxAttempts: campaign.maxAttempts, earlier: earlier,
            customer: await desk.dialling.customer(of: open.number, tenant),
            whenOver: campaign.preview.whenOver)
        return PreviewView(campaign: PreviewCampaign(campaign), record: record)
    }
}

extension PreviewRoutes.PreviewCampaign {
    init(_ campaign: Campaign) { self.init(id: campaign.id, name: campaign.name, queueID: campaign.queueID) }
}

extension String {
    /// U+0000 is none to PostgreSQL.
    fileprivate var storable: String { replacing("\0", with: "\u{fffd}") }
}
