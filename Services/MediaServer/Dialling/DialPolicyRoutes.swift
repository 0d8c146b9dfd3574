import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// `/v1/dial-policies`: what each tenant may call, how much and under which number.
struct DialPolicyRoutes {
    let policies: DialPolicyStore
    let keeper: SwitchBookKeeper
    let plan: NumberPlan
    /// Asks the switch what a tenant has used today.
    let usage: @Sendable (TenantID) async throws -> DialUsage

    /// A tenant's policy; `*` for the platform's, which counts for all without one of their own.
    struct TenantPolicy: Codable, Sendable {
        let tenant: TenantID
        let policy: DialPolicy
    }

    /// What counts for a tenant.
    struct OwnPolicy: Codable, Sendable {
        let policy: DialPolicy
        /// False: the platform's counts.
        let isOwn: Bool
        /// Of today, on all instances.
        let used: DialUsage
    }

    var routes: [APIRoute] {
        let one = "/v1/dial-policies/{tenant}"
        return [
            APIRoute(.get, "/v1/dial-policies", "All dial policies", .operator, use: list),
            APIRoute(.put, one, "Set a tenant's dial policy; * for the platform's", .operator, use: put),
            APIRoute(.delete, one, "The tenant has the platform's again", .operator, use: remove),
            APIRoute(.get, "/v1/dial-policy", "What the tenant may call, and has used today", .configurator, use: own),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<TenantPolicy> {
        Page(items: try await policies.all().sorted { $0.key < $1.key }.map { TenantPolicy(tenant: $0, policy: $1) })
    }

    @Sendable func put(_ call: APICall<DialPolicySettings>) async throws -> DialPolicy {
        let tenant: TenantID = try call.path("tenant")
        let base = tenant == .all ? DialPolicy.standard(plan) : keeper.current.policy(of: .all, plan)
        let policy = try call.body.checked(base, plan)
        try await policies.put(policy, of: tenant)
        await keeper.refreshNow()
        call.log.info("dial policy set", metadata: ["tenant.to": "\(tenant)"])
        return policy
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await policies.remove(try call.path("tenant"))
        await keeper.refreshNow()
        return Nothing()
    }

    @Sendable func own(_ call: APICall<Nothing>) async throws -> OwnPolicy {
        let tenant = try call.tenant
        let book = keeper.current
        return OwnPolicy(
            policy: book.policy(of: tenant, plan), isOwn: book.policies[tenant] != nil, used: try await usage(tenant))
    }
}
