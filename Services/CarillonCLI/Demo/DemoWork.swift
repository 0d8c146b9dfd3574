import Contracts
import Foundation

/// Keeps the demo's agents at work: signed in at their telephones, and ready again after a missed call.
struct DemoWork {
    let door: Door
    let password: String
    let people: [DemoTenant.Person]

    /// Until it is ended. An agent whom cti does not know for a moment is tried again.
    func run() async throws {
        var desks: [String: Door] = [:]
        while true {
            for person in people {
                do {
                    let desk = if let known = desks[person.id] { known } else { try await signIn(person) }
                    desks[person.id] = desk
                    try await Self.work(person, desk)
                } catch {
                    desks[person.id] = nil
                }
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func signIn(_ person: DemoTenant.Person) async throws -> Door {
        try await door.signedIn(tenant: DemoTenant.id, user: person.id, password: password)
    }

    /// One look at one agent, and what follows from it.
    static func work(_ person: DemoTenant.Person, _ desk: Door) async throws {
        let status = try await desk.get("/cti/v1/agents/me", as: JSONValue.self)["agent"]?["status"]?.string
        switch status {
        case "signedOut":
            try await desk.post("/cti/v1/agents/me/sign-in", ["phone": .string(person.phone)])
            try await desk.post("/cti/v1/agents/me/ready")
        case "paused": try await desk.post("/cti/v1/agents/me/ready")
        default: break
        }
    }
}
