import Foundation
import Testing

/// What stages of system tests do with a tenant.
extension Crowd {
    /// More numbers that are the tenant's.
    func own(_ numbers: [String], by platform: API) async throws {
        try await Self.give(numbers, to: tenant, by: platform)
    }

    /// Gives numbers to a tenant, and waits until the switch answers calls to them.
    static func give(_ numbers: [String], to tenant: String, by platform: API) async throws {
        for number in numbers {
            try await platform.ask("POST", "/crm/v1/access-numbers", ["number": number, "tenant": tenant])
        }
        for number in numbers {
            let owner = try await platform.insist("GET", "/media/v1/access-numbers/\(number)")
            try #require(owner["tenant"] as? String == tenant, "\(owner)")
        }
    }

    /// Publishes a flow, and lets a number lead to it.
    func lead(_ number: String, to flow: [String: Any], as id: String) async throws {
        try await admin.ask("PUT", "/cti/v1/flows/\(id)", flow)
        try await admin.insist("PUT", "/cti/v1/access-numbers/\(number)", ["flow": id])
    }

    func lead(_ number: String, to flow: String, as id: String) async throws {
        try await lead(number, to: try Self.document(flow), as: id)
    }

    static func document(_ json: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    /// The front door lets in only so many sign-ins a minute.
    func letIn(_ user: String) async throws -> API {
        try await eventually("\(user) being let in", within: 60) {
            try? await API.signedIn(user, to: suite, tenant: tenant)
        }
    }
}
