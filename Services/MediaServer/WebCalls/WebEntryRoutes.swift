import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// `/v1/web-entries`: where visitors of the tenant's web site call in (网页呼叫入口).
struct WebEntryRoutes {
    let entries: WebEntryStore
    let keeper: SwitchBookKeeper
    let plan: NumberPlan

    var routes: [APIRoute] {
        let one = "/v1/web-entries/{id}"
        return [
            APIRoute(
                .get, "/v1/web-entries", "Where visitors of the web site call in, by id", .configurator, use: list),
            APIRoute(
                .put, one,
                "Add or change a web entry: its calls arrive at one of the tenant's access numbers. Calls that are up go on",
                .configurator, use: put),
            APIRoute(.delete, one, "Remove a web entry; its calls go on until they end", .configurator, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<WebEntry> {
        Page(items: try await entries.list(tenant: try call.tenant))
    }

    @Sendable func put(_ call: APICall<WebEntrySettings>) async throws -> WebEntry {
        let tenant = try call.tenant
        let entry = try call.body.checked(try call.path("id"))
        guard keeper.current.tenant(of: entry.number, plan) == tenant else {
            throw Failure(.invalid, "The number is no access number of the tenant.", code: "number_not_yours")
        }
        try await entries.put(entry, tenant: tenant)
        await keeper.refreshNow()
        call.log.info("web entry set", metadata: ["entry.id": "\(entry.id)"])
        return entry
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let id: WebEntryID = try call.path("id")
        try await entries.remove(id, tenant: try call.tenant)
        await keeper.refreshNow()
        call.log.info("web entry removed", metadata: ["entry.id": "\(id)"])
        return Nothing()
    }
}
