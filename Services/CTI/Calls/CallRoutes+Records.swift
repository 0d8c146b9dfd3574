import Bus
import Contracts
import Logging
import ServiceKit

extension CallRoutes {
    /// The customer whose record is to be dialled; nil if none is named. A number is dialled also while crm is away.
    /// - Throws: `Failure.forbidden`, `Failure.notFound`, `Failure.unavailable`
    func record(of call: APICall<Dial>) async throws -> CustomerCard? {
        guard let id = call.body.customerID else { return nil }
        guard Access.permission("customer.view").admits(call.identity) else {
            throw Failure(.forbidden, "You may not see customers.", code: "customerForbidden")
        }
        let tenant = try call.tenant
        do {
            let found = try await bus.request(
                FindCustomer(customerID: id), to: .any(.crm), tenant: tenant, deadline: .seconds(1))
            guard let found else { throw Failure(.notFound, "There is no customer \(id).", code: "customerNotFound") }
            return found
        } catch let failure as Failure
            where (failure.kind == .timeout || failure.kind == .unavailable) && call.body.number != nil
        {
            call.log.warning("customer's record not read", metadata: ["error": "\(failure)"])
            return nil
        }
    }
}
