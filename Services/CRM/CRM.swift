import Bus
import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle

/// Tenants, people and customers: who may do what, and who calls.
///
/// This type is the parts list. It listens to no events; what it decides alone is in `SignIn/SignIn.swift`.
struct CRM {
    let kit: ServiceContext
    let signIn: SignIn
    let keys: SigningKeys
    let tenants: TenantStore
    let users: UserStore
    let roles: RoleStore
    let accessNumbers: AccessNumberStore
    let customers: CustomerStore

    /// Makes the signing key and the first operator if they are not there yet.
    init(_ kit: ServiceContext, _ configuration: CRMConfiguration) async throws {
        self.kit = kit
        let hasher = try PasswordHasher(cost: configuration.passwordCost)
        let database = kit.database
        keys = SigningKeys(database: database)
        roles = RoleStore(database: database)
        users = UserStore(database: database, hasher: hasher)
        tenants = TenantStore(database: database, hasher: hasher)
        accessNumbers = AccessNumberStore(database: database)
        customers = CustomerStore(
            database: database, numbers: PhoneNumbers(countryCode: configuration.countryCode))
        signIn = SignIn(
            credentials: CredentialStore(database: database), sessions: SessionStore(database: database),
            tries: SignInTryStore(database: database), hasher: hasher, keys: keys,
            tokenLife: configuration.tokenLife, sessionLife: configuration.sessionLife)
        try await keys.prepare()
        try await Bootstrap(tenants: tenants, log: kit.log).run(configuration.operatorPassword)
        serveRequests()
    }

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        [SignInCleaner(signIn: signIn, log: kit.log), kit.application(routes)]
    }

    /// Every route of the API, in the order of its document.
    var routes: [APIRoute] {
        SignInRoutes(signIn: signIn, keys: keys, users: users).routes
            + TenantRoutes(tenants: tenants).routes
            + UserRoutes(users: users).routes
            + RoleRoutes(roles: roles).routes
            + AccessNumberRoutes(accessNumbers: accessNumbers).routes
            + CustomerRoutes(customers: customers).routes
    }

    /// What other services ask over the bus.
    private func serveRequests() {
        let (keys, customers, accessNumbers) = (keys, customers, accessNumbers)
        kit.bus.serve(CopyAccessNumbers.self) { request, _ in try await accessNumbers.part(after: request.after) }
        kit.bus.serve(FetchTokenKeys.self) { _, _ in TokenKeys(jwks: try await keys.jwks()) }
        kit.bus.serve(FindCustomerByNumber.self) { request, context in
            guard let tenant = context.tenant, tenant != .all else {
                throw Failure(.invalid, "A customer is looked up in one tenant.")
            }
            return try await customers.card(for: request.number, tenant)
        }
        kit.bus.serve(FindCustomer.self) { request, context in
            guard let tenant = context.tenant, tenant != .all else {
                throw Failure(.invalid, "A customer is looked up in one tenant.")
            }
            do {
                return try await customers.find(request.customerID, tenant).card
            } catch let failure as Failure where failure.kind == .notFound {
                return nil
            }
        }
    }
}
