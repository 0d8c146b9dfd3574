import Contracts
import Foundation
import Logging
import ServiceKit

/// `/v1/access-numbers`: which number leads to which tenant (注册接入号).
struct AccessNumberRoutes {
    let accessNumbers: AccessNumberStore

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/access-numbers", "The tenant's numbers; for an operator, all", Permission.numberView.access,
                parameters: .page, use: list),
            APIRoute(
                .post, "/v1/access-numbers", "Give a number to a tenant", .operator, status: .created, use: assign),
            APIRoute(.delete, "/v1/access-numbers/{number}", "Take a number back", .operator, use: release),
        ]
    }

    /// `GET /v1/access-numbers`
    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<AccessNumber> {
        try await accessNumbers.list(call.identity.isOperator ? .all : call.tenant, call.page())
    }

    /// `POST /v1/access-numbers`
    @Sendable func assign(_ call: APICall<AccessNumber>) async throws -> AccessNumber {
        let number = AccessNumber(number: try Self.plain(call.body.number), tenant: call.body.tenant)
        guard number.tenant != .all else { throw Failure(.notFound, "There is no tenant *.") }
        try await accessNumbers.insert(number)
        call.log.info("access number assigned", metadata: ["tenant.to": "\(number.tenant)"])
        return number
    }

    /// `DELETE /v1/access-numbers/{number}`
    @Sendable func release(_ call: APICall<Nothing>) async throws -> Nothing {
        try await accessNumbers.delete(try Self.plain(try call.path("number")))
        return Nothing()
    }

    /// Without what people write between digits.
    /// - Throws: `Failure.invalid`
    private static func plain(_ text: String) throws -> String {
        let plain = text.filter { !" -()./".contains($0) }
        let digits = plain.hasPrefix("+") ? plain.dropFirst() : plain[...]
        guard (2...32).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw Failure(
                .invalid, "An access number has 2 to 32 digits, perhaps with + in front.", code: "accessNumberInvalid")
        }
        return plain
    }
}
