import CSodium
import Contracts
import Dispatch
import Foundation
import ServiceKit

/// Hashes and checks passwords, four at once and on threads of their own, so that a flood of sign-ins takes neither the memory
/// nor the processors that everything else needs.
actor PasswordHasher {
    private let cost: PasswordCost
    private let places: Int
    private let waitingLimit: Int
    private let queue = DispatchQueue(label: "password", attributes: .concurrent)
    private var running = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// What the password of somebody who does not exist is compared with, so that it takes as long.
    private let nobodysHash: String

    init(cost: PasswordCost, places: Int = 4, waitingLimit: Int = 100) throws {
        guard sodium_init() >= 0 else { throw Failure(.unknown, "libsodium does not start.") }
        self.cost = cost
        self.places = places
        self.waitingLimit = waitingLimit
        nobodysHash = try PasswordHash.make(UUID().uuidString, cost)
    }

    /// - Throws: `Failure.invalid` for a password that breaks the rule.
    func hash(_ password: String) async throws -> String {
        try PasswordRule.check(password)
        let cost = cost
        return try await work { try PasswordHash.make(password, cost) }
    }

    /// Whether the password is right, and its new hash if today's cost is another. Takes as long without a hash.
    func verify(_ password: String, _ hash: String?) async throws -> (isRight: Bool, newHash: String?) {
        let (cost, compared) = (cost, hash ?? nobodysHash)
        return try await work {
            let isRight = PasswordHash.verify(password, compared) && hash != nil
            guard isRight, PasswordHash.isOutdated(compared, cost) else { return (isRight, nil) }
            return (true, try PasswordHash.make(password, cost))
        }
    }

    private func work<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await takePlace()
        defer { leavePlace() }
        let queue = queue
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    private func takePlace() async throws {
        guard running >= places else {
            running += 1
            return
        }
        guard waiting.count < waitingLimit else {
            throw HTTPFailure.tooManyRequests("Too many people sign in at once.", retryAfter: 2)
        }
        // Who leaves hands the place on, so `running` stays.
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leavePlace() {
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
    }
}
