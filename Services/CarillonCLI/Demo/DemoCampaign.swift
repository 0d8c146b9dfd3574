import Contracts
import Foundation

/// A small campaign of the demo tenant, one a day: made, filled and started as a supervisor would.
struct DemoCampaign {
    let door: Door
    let password: String
    let now: Timestamp

    func run() async throws {
        let company = try await door.signedIn(tenant: DemoTenant.id, user: "admin", password: password)
        let wanted = DemoTenant.campaign(on: now.date.formatted(.iso8601.year().month().day()))
        try await company.make("/dialer/v1/campaigns", wanted)
        let id = try await find(wanted["name"]?.string ?? "", company)
        let numbers = DemoTenant.numbersToDial.map { JSONValue.object(["number": .string($0)]) }
        try await company.post("/dialer/v1/campaigns/\(id)/numbers", ["numbers": .array(numbers)])
        try await company.post("/dialer/v1/campaigns/\(id)/start")
    }

    private func find(_ name: String, _ door: Door) async throws -> String {
        struct Page: Decodable, Sendable {
            let items: [Campaign]
            let nextCursor: String?
        }
        struct Campaign: Decodable, Sendable {
            let id: String
            let name: String
        }
        var place = ""
        while true {
            let page = try await door.get("/dialer/v1/campaigns?limit=200\(place)", as: Page.self)
            if let campaign = page.items.first(where: { $0.name == name }) { return campaign.id }
            guard let cursor = page.nextCursor else {
                throw CommandFailure("The campaign \(name) was made and is not there.")
            }
            place = "&cursor=\(cursor)"
        }
    }
}
