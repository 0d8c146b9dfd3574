import Bus
import Contracts
import ServiceKit

/// `/v1/number-lists`: blacklists, important customers, and whatever else flows ask for.
struct NumberListRoutes: Sendable {
    let flows: FlowStore
    let library: FlowLibrary
    let bus: any Bus

    struct Name: Codable, Sendable {
        let name: String
    }

    struct Note: Codable, Sendable {
        /// Why the number is in the list; at most 200 characters.
        let note: String?
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/number-lists", "Lists of numbers", .flowManage, parameters: .page, use: lists),
            APIRoute(.put, "/v1/number-lists/{id}", "Make a list, or rename it", .flowManage, use: keep),
            APIRoute(.delete, "/v1/number-lists/{id}", "Remove a list with its numbers", .flowManage, use: remove),
            APIRoute(
                .get, "/v1/number-lists/{id}/numbers", "The numbers of a list", .flowManage, parameters: .page,
                use: numbers),
            APIRoute(
                .put, "/v1/number-lists/{id}/numbers/{number}", "Put a number into a list; the next call meets it",
                .flowManage, use: add),
            APIRoute(
                .delete, "/v1/number-lists/{id}/numbers/{number}", "Take a number out of a list", .flowManage,
                use: take),
        ]
    }

    @Sendable func lists(_ call: APICall<Nothing>) async throws -> Page<NumberList> {
        try await flows.numberLists(try call.page(), tenant: try call.tenant)
    }

    @Sendable func keep(_ call: APICall<Name>) async throws -> NumberList {
        guard (1...100).contains(call.body.name.count) else {
            throw Failure(.invalid, "“name” has 1 to 100 characters.", code: "nameInvalid")
        }
        let tenant = try call.tenant
        let list = try await flows.keepList(try listID(call), name: call.body.name, tenant: tenant)
        try await tell(tenant)
        return list
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let tenant = try call.tenant
        try await flows.removeList(try listID(call), tenant: tenant)
        try await tell(tenant)
        return Nothing()
    }

    @Sendable func numbers(_ call: APICall<Nothing>) async throws -> Page<ListedNumber> {
        try await flows.numbers(in: try listID(call), try call.page(), tenant: try call.tenant)
    }

    @Sendable func add(_ call: APICall<Note>) async throws -> ListedNumber {
        let (number, note) = (try call.path("number"), call.body.note ?? "")
        guard FlowValidation.isDialable(number) else {
            throw Failure(.invalid, "A number has 1 to 32 of 0-9, +, * and #.", code: "numberInvalid")
        }
        guard note.count <= 200 else {
            throw Failure(.invalid, "“note” has at most 200 characters.", code: "noteInvalid")
        }
        let tenant = try call.tenant
        let listed = try await flows.list(
            number, note: note, in: try listID(call), tenant: tenant, by: call.identity.user)
        try await tell(tenant)
        return listed
    }

    @Sendable func take(_ call: APICall<Nothing>) async throws -> Nothing {
        let tenant = try call.tenant
        try await flows.unlist(try call.path("number"), from: try listID(call), tenant: tenant)
        try await tell(tenant)
        return Nothing()
    }

    private func listID<Body>(_ call: APICall<Body>) throws -> String {
        let text = try call.path("id")
        guard QueueID.isAcceptable(text), text.count <= 64 else {
            throw Failure(.notFound, "There is nothing at this address.")
        }
        return text
    }

    /// This instance knows at once, the others as soon as they hear.
    private func tell(_ tenant: TenantID) async throws {
        bus.signal(BooksChanged(tenant: tenant), tenant: tenant)
        try await library.refresh()
    }
}
