import Contracts
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CarillonCLI

@Suite(.timeLimit(.minutes(1))) struct DoorTests {
    @Test func `who has signed in asks with his token`() async throws {
        let fake = FakeDoor()
        try await fake.run { url in
            let door = try await Door(url + "/").signedIn(tenant: "demo", user: "li", password: "right")
            #expect(try await door.get("/x/v1/things", as: [String].self) == ["bell"])
            #expect(fake.asked.withLock { $0 } == ["a0"])
        }
    }

    @Test func `a token that has expired is renewed on the way`() async throws {
        let fake = FakeDoor()
        try await fake.run { url in
            let door = try await Door(url).signedIn(tenant: "demo", user: "li", password: "right")
            fake.forgetTokens()
            #expect(try await door.get("/x/v1/things", as: [String].self) == ["bell"])
            #expect(fake.asked.withLock { $0 } == ["a0", "a101"])
            #expect(try await door.get("/x/v1/things", as: [String].self) == ["bell"])
            #expect(fake.refreshes.withLock { $0 } == 101)
        }
    }

    @Test func `many who find it expired renew it once`() async throws {
        let fake = FakeDoor()
        try await fake.run { url in
            let door = try await Door(url).signedIn(tenant: "demo", user: "li", password: "right")
            fake.forgetTokens()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 { group.addTask { _ = try await door.get("/x/v1/things", as: [String].self) } }
                try await group.waitForAll()
            }
            #expect(fake.refreshes.withLock { $0 } == 101)
        }
    }

    @Test func `a refusal says what was asked and why not`() async throws {
        try await FakeDoor().run { url in
            let error = await #expect(throws: APIRefusal.self) {
                _ = try await Door(url).signedIn(tenant: "demo", user: "li", password: "wrong")
            }
            #expect(
                error?.description
                    == "POST /crm/v1/sign-in was refused with 401: They do not belong together.")
        }
    }

    @Test func `a door that is not there says which`() async throws {
        let error = await #expect(throws: CommandFailure.self) {
            _ = try await Door("http://127.0.0.1:1").get("/x/v1/things", as: [String].self)
        }
        #expect(error?.description.hasPrefix("127.0.0.1:1 does not answer") ?? false)
        #expect(throws: CommandFailure.self) { try Door("nowhere") }
    }
}
