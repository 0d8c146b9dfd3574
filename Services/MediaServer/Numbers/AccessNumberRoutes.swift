import Contracts
import ServiceKit

/// `/v1/access-numbers/{number}`: whose number this switch takes it for, when it is dialled so.
struct AccessNumberRoutes {
    let book: @Sendable () -> SwitchBook
    let plan: NumberPlan

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/access-numbers/{number}",
                "Whose number that is, written in whichever way a trunk writes it; 404 as long as the switch would refuse the call",
                .operator, use: find)
        ]
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> AccessNumberOwner {
        let number = try call.path("number")
        guard let tenant = book().tenant(of: number, plan) else {
            throw Failure(.notFound, "The number \(number) belongs to no tenant.")
        }
        return AccessNumberOwner(number: number, tenant: tenant)
    }
}
