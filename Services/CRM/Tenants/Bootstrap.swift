import Logging

/// Makes the first operator at the first start.
struct Bootstrap {
    let tenants: TenantStore
    let log: Logger

    func run(_ password: String?) async throws {
        if try await tenants.insertOperator(password: password) {
            log.notice("first operator made", metadata: ["tenant.id": "*", "user.id": "operator"])
        }
    }
}
