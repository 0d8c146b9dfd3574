import Contracts
import Foundation
import ServiceKit

/// `/v1/customers`: who calls, and who is called.
struct CustomerRoutes {
    let customers: CustomerStore

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/customers", "Customers by number, by the beginning of the name, or all",
                Permission.customerView.access,
                parameters: [
                    .text("number", "Everyone who has this telephone number."),
                    .text("name", "Everyone whose name begins so."),
                ] + .page, use: list),
            APIRoute(
                .post, "/v1/customers", "Save a customer under an id that the client chose",
                Permission.customerCreate.access, use: create),
            APIRoute(.get, "/v1/customers/{customer}", "One customer", Permission.customerView.access, use: get),
            APIRoute(
                .put, "/v1/customers/{customer}", "Save a customer", Permission.customerEdit.access,
                parameters: [.number("revision", in: 1...Int(Int32.max), "Only if this is still his revision.")],
                use: save),
            APIRoute(
                .delete, "/v1/customers/{customer}", "Delete a customer", Permission.customerDelete.access, use: delete),
        ]
    }

    /// `GET /v1/customers`
    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Customer> {
        if let number = call.query("number") {
            return Page(items: try await customers.find(number: number, call.tenant))
        }
        return try await customers.list(call.tenant, name: call.query("name"), call.page())
    }

    /// `POST /v1/customers`
    @Sendable func create(_ call: APICall<NewCustomer>) async throws -> Customer {
        let id = call.body.customerID ?? CustomerID.make(at: .now())
        guard CustomerID.isAcceptable(id.rawValue) else { throw Failure(.invalid, "The customer's id is not one.") }
        return try await customers.save(id, call.body.form, call.tenant)
    }

    /// `GET /v1/customers/{customer}`
    @Sendable func get(_ call: APICall<Nothing>) async throws -> Customer {
        try await customers.find(try call.path("customer"), call.tenant)
    }

    /// `PUT /v1/customers/{customer}`
    @Sendable func save(_ call: APICall<CustomerForm>) async throws -> Customer {
        let revision = try call.query("revision", in: 1...Int(Int32.max))
        return try await customers.save(try call.path("customer"), call.body, call.tenant, revision: revision)
    }

    /// `DELETE /v1/customers/{customer}`
    @Sendable func delete(_ call: APICall<Nothing>) async throws -> Nothing {
        try await customers.delete(try call.path("customer"), call.tenant)
        return Nothing()
    }
}
