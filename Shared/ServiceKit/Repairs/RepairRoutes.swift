import Contracts
import HTTPTypes

/// `/v1/repairs`: what this service found wrong and put right by itself, for operators.
public struct RepairRoutes: Sendable {
    private let store: RepairStore

    public init(store: RepairStore) { self.store = store }

    public var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/repairs", "What was found wrong and put right by itself, newest first, of all instances",
                .operator, parameters: .page, use: list)
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Repair> { try await store.list(try call.page()) }
}
