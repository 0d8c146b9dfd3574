import Contracts

/// Makes the demo tenant through the HTTP APIs, as an operator and then the tenant's administrator would.
struct DemoSetUp {
    let door: Door
    let operatorPassword: String
    /// Of everyone in the demo, and of their telephones.
    let password: String
    let carrierHost: String
    let carrierPort: Int

    func run() async throws {
        let platform = try await door.signedIn(tenant: "*", user: "operator", password: operatorPassword)
        try await makeTenant(platform)
        let company = try await door.signedIn(tenant: DemoTenant.id, user: "admin", password: password)
        try await makePeople(company)
        try await makeLines(company)
        try await makeCustomers(company)
    }

    private func makeTenant(_ door: Door) async throws {
        try await door.put(
            "/media/v1/trunks/sandbox",
            [
                "host": .string(carrierHost), "port": .number(Double(carrierPort)), "isInbound": true,
                "isOutbound": true,
                // It comes and goes as people try it: a call asks it, not a probe.
                "probeSeconds": 0,
            ])
        try await door.make(
            "/crm/v1/tenants",
            [
                "tenant": .string(DemoTenant.id), "name": .string(DemoTenant.name),
                "extras": ["outbound", "recording"],
                "admin": ["user": "admin", "name": "管理员", "password": .string(password)],
            ])
        for number in [DemoTenant.accessNumber, DemoTenant.campaignNumber] {
            try await door.make(
                "/crm/v1/access-numbers", ["number": .string(number), "tenant": .string(DemoTenant.id)])
        }
    }

    private func makePeople(_ door: Door) async throws {
        for person in DemoTenant.people {
            try await door.make(
                "/crm/v1/users",
                [
                    "user": .string(person.id), "name": .string(person.name), "password": .string(password),
                    "roles": .array(person.roles.map(JSONValue.string)),
                ])
            try await door.put(
                "/media/v1/phones/\(person.phone)",
                ["displayName": .string(person.name), "password": .string(password)])
        }
        for queue in DemoTenant.queues {
            try await door.make("/acd/v1/queues", queue)
            for person in DemoTenant.people {
                try await door.put("/acd/v1/queues/\(queue["id"]?.string ?? "")/members/\(person.id)")
            }
        }
    }

    private func makeLines(_ door: Door) async throws {
        try await door.put("/cti/v1/flows/welcome", DemoTenant.flow)
        try await door.put("/cti/v1/access-numbers/\(DemoTenant.accessNumber)", ["flow": "welcome"])
        // The page /embed/demo.html; its number is known to the media server when the fact has come there.
        try await door.insist(
            "/media/v1/web-entries/site",
            [
                "name": "网站", "number": .string(DemoTenant.accessNumber), "origins": [.string(door.address)],
                "attributes": ["product"],
            ])
    }

    private func makeCustomers(_ door: Door) async throws {
        for customer in DemoTenant.customers { try await door.make("/crm/v1/customers", customer) }
    }
}
