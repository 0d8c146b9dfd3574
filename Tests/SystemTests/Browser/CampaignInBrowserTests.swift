import Foundation
import Testing

/// Campaigns managed on their screen, in Chromium on a suite of separate processes.
@Suite(.serialized) struct CampaignInBrowserTests {
    @Test(.timeLimit(.minutes(4)), arguments: [("zh-CN", "回访", "13900005743"), ("en", "Return visits", "13900005744")])
    func `a campaign is made, filled and started on its screen, and a number forbidden to all`(
        language: String, name: String, forbidden: String
    ) async throws {
        let stage = try await LettersStage.shared()
        let browser = try stage.browse(
            "run_campaign.py", language, user: "admin",
            ["--name", name, "--queue", Crowd.queue, "--forbidden", forbidden])
        #expect(await browser.status() == 0, "\(browser.words)")
        let id = browser.words.split(separator: "\n").last.map(String.init) ?? ""

        let campaign = try await stage.admin.ask("GET", "/dialer/v1/campaigns/\(id)")
        #expect(campaign["mode"] as? String == "preview" && campaign["isRunning"] as? Bool == true, "\(campaign)")
        let hours = campaign["hours"] as? [String: Any] ?? [:]
        #expect((hours["days"] as? [Any])?.compactMap(API.number) == [1, 2, 3, 4, 5, 6], "\(campaign)")
        // Both numbers, each once, but the wrong line.
        let progress = try await stage.admin.ask("GET", "/dialer/v1/campaigns/\(id)/progress")
        #expect(API.number(progress["open"]) == 2, "\(progress)")
        let list = try await stage.admin.items("/dialer/v1/do-not-call?limit=200")
        #expect(list.contains { $0["number"] as? String == forbidden }, "\(list)")

        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(id)/pause")
        try await stage.admin.insist("DELETE", "/dialer/v1/campaigns/\(id)")
        try await stage.admin.insist("DELETE", "/dialer/v1/do-not-call/\(forbidden)")
    }
}
