import Contracts

/// Which telephones can be called here.
extension SwitchDesk {
    func reachable(_ phones: [PhoneID], of tenant: TenantID) -> [PhoneID] {
        phones.prefix(1000).filter { phone in
            let key = Registrar<PhonePlace>.Key(tenant: tenant, phone: phone)
            return registrar.binding(of: key, at: .now()) != nil || browsers[key] != nil
        }
    }
}

extension Switchboard {
    func find(_ phones: [PhoneID], of tenant: TenantID?) async throws -> [PhoneID] {
        guard let tenant else { throw Failure(.invalid, "The request names no tenant.") }
        return try await look { desk throws(Failure) in desk.reachable(phones, of: tenant) }
    }
}
