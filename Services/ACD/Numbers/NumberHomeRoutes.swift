import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/number-home`: in which country and area numbers are at home that are written without.
struct NumberHomeRoutes: Sendable {
    let homes: NumberHomeStore
    /// Lets the router of this instance see a change at once.
    let refresh: @Sendable () async throws -> Void

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/number-home", "In which country and area numbers are at home that are written without",
                .signedIn, use: find),
            APIRoute(
                .put, "/v1/number-home",
                "Say so: country as 86, area as 10, so that callers are known however a carrier "
                    + "writes them", .queueManage, use: put),
        ]
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> NumberHome {
        try await homes.find(of: call.tenant)
    }

    @Sendable func put(_ call: APICall<NumberHome>) async throws -> NumberHome {
        let home = call.body
        guard home.isSound else {
            throw Failure(
                .invalid, "country is 1 to 3 digits, area 1 to 5, without a 0 in front.", code: "numberHomeInvalid")
        }
        try await homes.put(home, of: call.tenant)
        try? await refresh()  // The watch sees it within a second at the latest.
        return home
    }
}
