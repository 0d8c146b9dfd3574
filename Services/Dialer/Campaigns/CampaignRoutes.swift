import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// `/v1/campaigns`: what is called, and whether it is called now.
struct CampaignRoutes: Sendable {
    let campaigns: CampaignStore
    let numbers: NumberStore
    /// Lets the dialer of this instance see a change at once.
    let look: @Sendable () async throws -> Void

    /// A list of numbers to be added.
    struct NumberList: Codable, Sendable {
        let numbers: [NumberImport.Row]
    }

    /// What became of the list.
    struct NumberReport: Codable, Sendable, Equatable {
        let added: Int
        /// In the list twice, or in the campaign already.
        let duplicates: Int
        let errors: [NumberImport.RowError]
    }

    var routes: [APIRoute] {
        let one = "/v1/campaigns/{id}"
        return [
            APIRoute(.get, "/v1/campaigns", "All campaigns, by name", .campaignManage, parameters: .page, use: list),
            APIRoute(.post, "/v1/campaigns", "Make a campaign", .campaignManage, status: .created, use: create),
            APIRoute(.get, one, "One campaign", .campaignManage, use: find),
            APIRoute(.patch, one, "Change what is given", .campaignManage, use: change),
            APIRoute(.delete, one, "Remove a paused campaign with its results", .campaignManage, use: remove),
            APIRoute(.post, one + "/start", "Dial, within the calling hours", .campaignManage, use: start),
            APIRoute(.post, one + "/pause", "Dial no more; calls go on", .campaignManage, use: pause),
            APIRoute(.get, one + "/progress", "How far the campaign has come", .campaignManage, use: progress),
            APIRoute(
                .post, one + "/numbers", "Add numbers, each once; wrong rows are told and left out", .campaignManage,
                bodyLimit: 8 << 20, use: addNumbers),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Campaign> {
        try await campaigns.list(call.page(), of: call.tenant)
    }

    @Sendable func create(_ call: APICall<CampaignWish>) async throws -> Campaign {
        let wish = try call.body.checked()
        guard let name = wish.name, let queue = wish.queueID, let from = wish.fromNumber else {
            throw Failure(
                .invalid, "A campaign needs a name, a queueID and a fromNumber.", code: "campaignIncomplete")
        }
        let campaign = wish.applied(
            to: Campaign(id: .make(at: .now()), name: name, queueID: queue, fromNumber: from))
        try await campaigns.insert(campaign, of: call.tenant)
        return campaign
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> Campaign {
        try await campaigns.find(call.path("id"), of: call.tenant)
    }

    @Sendable func change(_ call: APICall<CampaignWish>) async throws -> Campaign {
        let campaign = try await campaigns.change(call.path("id"), try call.body.checked(), of: call.tenant)
        try? await look()  // The watch sees it within a second at the latest.
        return campaign
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await campaigns.remove(call.path("id"), of: call.tenant)
        return Nothing()
    }

    @Sendable func start(_ call: APICall<Nothing>) async throws -> Campaign {
        try await set(running: true, call)
    }

    @Sendable func pause(_ call: APICall<Nothing>) async throws -> Campaign {
        try await set(running: false, call)
    }

    private func set(running: Bool, _ call: APICall<Nothing>) async throws -> Campaign {
        let campaign = try await campaigns.setRunning(running, call.path("id"), of: call.tenant)
        call.log.info(
            "campaign changed", metadata: ["campaign.id": "\(campaign.id)", "running": "\(campaign.isRunning)"])
        try? await look()
        return campaign
    }

    @Sendable func progress(_ call: APICall<Nothing>) async throws -> CampaignProgress {
        try await campaigns.progress(of: call.path("id"), of: call.tenant)
    }

    @Sendable func addNumbers(_ call: APICall<NumberList>) async throws -> NumberReport {
        let sent = call.body.numbers
        guard sent.count <= NumberImport.mostRows else {
            throw Failure(
                .invalid, "At most \(NumberImport.mostRows) numbers at a time.", code: "tooManyNumbers")
        }
        var list = NumberImport(sent)
        let forbidden = try await DoNotCallStore(database: numbers.database).forbidden(
            among: list.rows.map(\.number), of: call.tenant)
        list.leaveOut(forbidden, of: sent)
        let added = try await numbers.add(list.rows, to: call.path("id"), of: call.tenant, at: .now())
        return NumberReport(
            added: added, duplicates: list.repeated + list.rows.count - added, errors: list.errors)
    }
}
