import Contracts
import ServiceKit
import Testing

@testable import CRM

@Suite struct PasswordHasherTests {
    private static let cheap = PasswordCost(memoryBytes: 64 << 10, passes: 1)

    @Test func `a password is recognised by its hash, and no other is`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let hash = try await hasher.hash("密码是八个字以上的")
        #expect(hash.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try await hasher.verify("密码是八个字以上的", hash).isRight)
        #expect(try await !hasher.verify("密码是八个字以上", hash).isRight)
        #expect(try await !hasher.verify("", hash).isRight)
        #expect(try await !hasher.verify("x", nil).isRight)
        #expect(try await !hasher.verify("x", "not a hash").isRight)
    }

    @Test func `the standard is 64 MiB and three passes`() throws {
        #expect(try PasswordHash.make("12345678", .standard).contains("$m=65536,t=3,p=1$"))
    }

    @Test func `a hash of another cost is made anew at sign-in`() async throws {
        let old = try await PasswordHasher(cost: Self.cheap).hash("12345678")
        let hasher = try PasswordHasher(cost: PasswordCost(memoryBytes: 128 << 10, passes: 2))
        let (isRight, newHash) = try await hasher.verify("12345678", old)
        #expect(isRight && newHash?.contains("m=128,t=2") == true)
        #expect(try await hasher.verify("12345678", newHash).newHash == nil)
        #expect(try await hasher.verify("wrong", old).newHash == nil)
    }

    @Test func `so many may wait, and no more`() async throws {
        let hasher = try PasswordHasher(cost: PasswordCost(memoryBytes: 8 << 20, passes: 2), places: 1, waitingLimit: 2)
        let results = await withTaskGroup { group in
            for _ in 1...20 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("12345678")
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(results.contains(true) && results.contains(false))
        // The places are free again.
        #expect(try await !hasher.hash("12345678").isEmpty)
    }

    @Test(arguments: ["", "1234567", String(repeating: "x", count: 129)])
    func `a password that breaks the rule is refused`(password: String) async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        await #expect(throws: Failure.self) { try await hasher.hash(password) }
    }
}
