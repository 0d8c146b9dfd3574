import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/do-not-call`: numbers that no campaign calls.
struct DoNotCallRoutes: Sendable {
    let store: DoNotCallStore

    /// `reason` has at most 200 letters.
    struct NewNumber: Codable, Sendable {
        let number: String
        let reason: String?
    }

    var routes: [APIRoute] {
        let path = "/v1/do-not-call"
        return [
            APIRoute(
                .get, path, "Numbers that no campaign calls", .campaignManage, parameters: .page, use: list),
            APIRoute(
                .post, path, "Let no campaign call this number, however it is written", .agent, status: .created,
                use: add),
            APIRoute(.delete, path + "/{number}", "Let it be called again", .campaignManage, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<DoNotCall> {
        try await store.list(call.page(), of: call.tenant)
    }

    @Sendable func add(_ call: APICall<NewNumber>) async throws -> DoNotCall {
        guard let number = PhoneNumber.normal(call.body.number) else {
            throw Failure(.invalid, "A telephone number has 3 to 20 digits.", code: "numberInvalid")
        }
        guard call.body.reason?.count ?? 0 <= 200 else {
            throw Failure(.invalid, "The reason has at most 200 letters.", code: "reasonInvalid")
        }
        let entry = DoNotCall(
            number: number, reason: call.body.reason?.replacing("\0", with: "\u{fffd}"), addedBy: call.identity.user,
            addedAt: .now())
        try await store.add(entry, of: call.tenant)
        return entry
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        guard let number = PhoneNumber.normal(try call.path("number")) else {
            throw Failure(.invalid, "A telephone number has 3 to 20 digits.", code: "numberInvalid")
        }
        try await store.remove(number, of: call.tenant)
        return Nothing()
    }
}
