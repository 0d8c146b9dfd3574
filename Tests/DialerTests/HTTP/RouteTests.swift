import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Dialer

@Suite(.timeLimit(.minutes(1))) struct RouteTests {
    private func withRoutes(
        roles: Set<String> = ["supervisor"], permissions: Set<String>? = nil,
        _ body: (Desk, Database) async throws -> Void
    ) async throws {
        try await withDatabase("dialer", Outbox.migrations + Schema.migrations) { database in
            let campaigns = CampaignStore(database: database)
            let routes =
                CampaignRoutes(campaigns: campaigns, numbers: NumberStore(database: database), look: {}).routes
                + AttemptRoutes(campaigns: campaigns, attempts: AttemptStore(database: database)).routes
            try await withDesk(roles: roles, permissions: permissions) {
                APIServer(service: "dialer", routes: routes, tokens: $0)
            } _: { desk in
                try await body(desk, database)
            }
        }
    }

    private func make(_ desk: Desk) async throws -> Campaign {
        let hours = #"{"timeZone": "Asia/Shanghai", "from": "00:00", "until": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]}"#
        let made = try await desk.send(
            "POST", "/v1/campaigns",
            #"{"name": "Spring", "queueID": "sales", "fromNumber": "+86 10 8888", "hours": \#(hours)}"#)
        #expect(made.status == 201)
        return try made.decode(Campaign.self)
    }

    @Test func `a campaign is made, changed, started, paused and removed`() async throws {
        try await withRoutes { desk, _ in
            let campaign = try await make(desk)
            #expect(campaign.fromNumber == "+86108888")
            #expect(!campaign.isRunning)
            let path = "/v1/campaigns/\(campaign.id)"
            #expect(try await desk.send("PATCH", path, #"{"maxAttempts": 5}"#).decode(Campaign.self).maxAttempts == 5)
            #expect(try await desk.send("POST", path + "/start").decode(Campaign.self).isRunning)
            try await desk.gets(409, "DELETE", path)
            try await desk.gets(200, "POST", path + "/pause")
            #expect(try await desk.send("GET", "/v1/campaigns").decode(Page<Campaign>.self).items.count == 1)
            try await desk.gets(204, "DELETE", path)
            try await desk.gets(404, "GET", path)
        }
    }

    @Test func `a campaign that makes no sense is refused`() async throws {
        try await withRoutes { desk, _ in
            try await desk.gets(400, "POST", "/v1/campaigns", #"{"name": "a"}"#)
            let wrong = #"{"name": "a", "queueID": "q", "fromNumber": "100", "ringSeconds": 1}"#
            try await desk.gets(400, "POST", "/v1/campaigns", wrong)
            try await desk.gets(404, "POST", "/v1/campaigns/none/start")
        }
    }

    @Test func `numbers are added each once, and wrong rows are told`() async throws {
        try await withRoutes { desk, _ in
            let campaign = try await make(desk)
            let path = "/v1/campaigns/\(campaign.id)/numbers"
            let first = try await desk.send(
                "POST", path, #"{"numbers": [{"number": "100"}, {"number": "1-00"}, {"number": "x"}]}"#)
            #expect(
                try first.decode(CampaignRoutes.NumberReport.self)
                    == .init(
                        added: 1, duplicates: 1,
                        errors: [
                            .init(
                                row: 3, number: "x", message: "A telephone number has 3 to 20 digits.",
                                code: "phoneNumberInvalid")
                        ]))
            let again = try await desk.send("POST", path, #"{"numbers": [{"number": "100"}, {"number": "101"}]}"#)
            #expect(try again.decode(CampaignRoutes.NumberReport.self) == .init(added: 1, duplicates: 1, errors: []))
            let progress = try await desk.send("GET", "/v1/campaigns/\(campaign.id)/progress")
            #expect(
                try progress.decode(CampaignProgress.self)
                    == CampaignProgress(open: 2, dialling: 0, done: 0, results: [:]))
        }
    }

    @Test func `results are listed part by part, and as CSV`() async throws {
        try await withRoutes { desk, database in
            let campaign = try await make(desk)
            let path = "/v1/campaigns/\(campaign.id)"
            _ = try await desk.send("POST", path + "/start")
            _ = try await desk.send("POST", path + "/numbers", #"{"numbers": [{"number": "100"}, {"number": "101"}]}"#)
            let store = AttemptStore(database: database)
            let now = Timestamp.now()
            for number in try await store.claim(2, of: campaign, "t", in: [""], at: now) {
                try await store.finish(number.attempt, .busy, at: now)
            }
            let first = try await desk.send("GET", path + "/attempts?limit=1").decode(Page<Attempt>.self)
            #expect(first.items.count == 1)
            let cursor = try #require(first.nextCursor)
            let second = try await desk.send("GET", path + "/attempts?limit=1&cursor=\(cursor)")
                .decode(Page<Attempt>.self)
            #expect(Set((first.items + second.items).map(\.number)) == ["100", "101"])
            #expect(second.nextCursor == nil)
            #expect(
                try await desk.send("GET", path + "/attempts?result=connected").decode(Page<Attempt>.self).items.isEmpty
            )
            let lines = try await desk.send("GET", path + "/attempts.csv").text.split(separator: "\r\n")
            #expect(lines.count == 3)
            #expect(
                lines.first
                    == "attemptID,campaignID,callID,number,result,startedAt,answeredAt,endedAt,agentID,disposition,note"
            )
            try await desk.gets(400, "GET", path + "/attempts?cursor=nonsense")
        }
    }

    @Test func `campaigns are listed part by part`() async throws {
        try await withRoutes { desk, _ in
            for name in ["c", "a", "b"] {
                let wish = #"{"name": "\#(name)", "queueID": "sales", "fromNumber": "100"}"#
                try await desk.gets(201, "POST", "/v1/campaigns", wish)
            }
            #expect(try await desk.all("/v1/campaigns", Campaign.self).map(\.name) == ["a", "b", "c"])
        }
    }

    @Test func `campaigns are for those whose role allows it, whatever it is called`() async throws {
        try await withRoutes(roles: ["marketing"], permissions: ["campaign.manage"]) { desk, _ in
            _ = try await make(desk)
        }
        try await withRoutes(roles: ["supervisor"], permissions: []) { desk, _ in
            try await desk.gets(403, "GET", "/v1/campaigns")
        }
    }

    @Test func `an agent may not see campaigns`() async throws {
        try await withRoutes(roles: ["agent"]) { desk, _ in
            try await desk.gets(403, "GET", "/v1/campaigns")
        }
    }
}
