import Contracts
import HTTPTypes
import SIP
import ServiceKit

/// What an administrator says of a phone.
struct PhoneSettings: Codable, Sendable {
    let displayName: String?
    /// At least 8 characters; only hashes of it are kept.
    let password: String
    /// `both` if left out.
    let digest: Phone.Digest?
}

/// `/v1/phones`: the tenant's telephones.
struct PhoneRoutes {
    let phones: PhoneStore
    let keeper: SwitchBookKeeper

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/phones", "List the phones", .agent, use: list),
            APIRoute(.put, "/v1/phones/{id}", "Add a phone or change its password", .admin, use: put),
            APIRoute(.delete, "/v1/phones/{id}", "Remove a phone", .admin, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Phone> {
        Page(items: try await phones.list(tenant: try call.tenant))
    }

    @Sendable func put(_ call: APICall<PhoneSettings>) async throws -> Phone {
        let id: PhoneID = try call.path("id")
        guard !id.isBrowser else {
            throw Failure(
                .invalid, "\(PhoneID.browserPrefix) begins the names of telephones in browsers.",
                code: "phoneNameReserved")
        }
        let password = call.body.password
        guard (8...128).contains(password.count) else {
            throw Failure(.invalid, "A phone's password has 8 to 128 characters.", code: "phonePasswordInvalid")
        }
        let tenant = try call.tenant
        let phone = Phone(
            tenant: tenant, id: id, displayName: call.body.displayName ?? id.rawValue,
            digest: call.body.digest ?? .both)
        let secret = { (algorithm: DigestAlgorithm) in
            DigestSecret(
                id.rawValue, realm: tenant.rawValue, password: password, algorithm
            ).hash
        }
        try await phones.put(PhoneSecret(phone: phone, md5: secret(.md5), sha256: secret(.sha256)))
        await keeper.refreshNow()
        return phone
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await phones.remove(try call.path("id"), tenant: try call.tenant)
        return Nothing()
    }
}
