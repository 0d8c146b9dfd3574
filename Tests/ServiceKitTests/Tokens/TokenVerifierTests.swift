import Contracts
import Foundation
import ServiceKit
import Synchronization
import TestSupport
import Testing

@Suite struct TokenVerifierTests {
    private let amy = Identity(
        tenant: TenantID(rawValue: "t1"), user: UserID(rawValue: "amy"), name: "Amy", roles: ["agent"],
        permissions: ["customer.edit"])

    @Test func `a token says who it was made for`() async throws {
        let signer = try await TokenSigner(keyID: "k1")
        let token = try await signer.sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        #expect(try await TokenVerifier(signer).verify(token) == amy)
    }

    @Test func `a signer keeps its key`() async throws {
        let signer = try await TokenSigner(keyID: "k1")
        let again = try await TokenSigner(keyID: "k1", privateKey: signer.privateKey)
        let token = try await again.sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        #expect(try await TokenVerifier(signer).verify(token) == amy)
    }

    @Test func `an old token is refused as expired`() async throws {
        let signer = try await TokenSigner(keyID: "k1")
        let token = try await signer.sign(amy, id: "1", at: Date(timeIntervalSinceNow: -120), validFor: .seconds(60))
        let failure = await #expect(throws: Failure.self) { try await TokenVerifier(signer).verify(token) }
        #expect(failure?.code == "token_expired")
    }

    @Test func `what is not a token of ours is refused`() async throws {
        let signer = try await TokenSigner(keyID: "k1")
        let forger = try await TokenSigner(keyID: "k1")
        let verifier = TokenVerifier(signer)
        let forged = try await forger.sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        let none = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.e30."
        let hmac = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.e30.AAAA"
        for token in [forged, none, hmac, "", "a.b.c", "....", String(repeating: "x", count: 100_000)] {
            let failure = await #expect(throws: Failure.self) { try await verifier.verify(token) }
            #expect(failure?.kind == .unauthorized)
        }
    }

    @Test func `a new key is fetched, but not for each unknown name`() async throws {
        let (old, new) = (try await TokenSigner(keyID: "k1"), try await TokenSigner(keyID: "k2"))
        let fetched = Mutex(0)
        let clock = Mutex(ContinuousClock.now)
        let verifier = TokenVerifier(now: { clock.withLock { $0 } }) {
            let times = fetched.withLock {
                $0 += 1
                return $0
            }
            return TokenSigner.jwks(times == 1 ? [old.publicJWK] : [old.publicJWK, new.publicJWK])
        }
        let first = try await old.sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        let second = try await new.sign(amy, id: "2", at: Date(), validFor: .seconds(60))
        _ = try await verifier.verify(first)
        for _ in 1...3 { await #expect(throws: Failure.self) { try await verifier.verify(second) } }
        #expect(fetched.withLock { $0 } == 1)
        clock.withLock { $0 += .seconds(6) }
        #expect(try await verifier.verify(second) == amy)
        #expect(fetched.withLock { $0 } == 2)
    }

    @Test func `while crm is away the keys that are known go on`() async throws {
        let signer = try await TokenSigner(keyID: "k1")
        let isAway = Mutex(false)
        let clock = Mutex(ContinuousClock.now)
        let verifier = TokenVerifier(now: { clock.withLock { $0 } }) {
            if isAway.withLock({ $0 }) { throw Failure(.unavailable, "crm is away.") }
            return TokenSigner.jwks([signer.publicJWK])
        }
        let token = try await signer.sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        _ = try await verifier.verify(token)
        isAway.withLock { $0 = true }
        clock.withLock { $0 += .seconds(600) }
        #expect(try await verifier.verify(token) == amy)
        let other = try await TokenSigner(keyID: "k9").sign(amy, id: "1", at: Date(), validFor: .seconds(60))
        let failure = await #expect(throws: Failure.self) { try await verifier.verify(other) }
        #expect(failure?.kind == .unauthorized)
    }
}
