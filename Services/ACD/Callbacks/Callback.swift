import Contracts
import Foundation
import ServiceKit

/// Somebody who is to be called back (回呼): he asked for it, or he left before anybody answered.
struct Callback: Codable, Sendable, Equatable {
    enum Source: String, Codable, Sendable, CaseIterable {
        /// The caller asked for it while he waited; he keeps his place.
        case offered
        /// He hung up before an agent answered.
        case abandoned
        /// Somebody put him on the list.
        case entered
    }

    enum State: String, Codable, Sendable, CaseIterable {
        case waiting
        /// An agent is rung for it, or the customer is.
        case dialling
        /// Both talked.
        case done
        /// Called off, or the customer got through by himself.
        case cancelled
        /// As often tried as the queue allows.
        case failed
        case expired
    }

    let id: String
    let queueID: QueueID
    let number: String
    let source: Source
    let state: State
    /// Whether it is dialled when its turn comes; else only when an agent takes it from the list.
    let isAutomatic: Bool
    /// The place in line: since when the customer waits.
    let enqueuedAt: Timestamp
    let priority: Int
    let skills: [String]
    let attributes: [String: String]
    /// The number shown; empty for the trunk's own.
    let from: String
    /// The call in which the customer waited.
    let askedIn: CallID?
    /// The last call to him.
    let callID: CallID?
    /// Who called him last.
    let agentID: AgentID?
    /// How often the customer was called.
    let attempts: Int
    let refusedBy: [AgentID]
    /// Not dialled before.
    let notBefore: Timestamp?
    let expiresAt: Timestamp
    /// Why the last attempt ended, or how it all did: `talked`, `reachedUs`, `busy`, `noAnswer`, …
    let outcome: String?
    let note: String?
    let changedAt: Timestamp
}

/// What a queue does about calling back.
struct CallbackRules: Codable, Sendable, Equatable {
    /// What becomes of callers who hang up before an agent answers.
    enum Abandoned: String, Codable, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// They are listed, for agents to take.
        case list
        /// They are called at their place, as those who asked for it.
        case dial
    }

    var abandoned: Abandoned?
    /// Who hung up sooner has not waited: 5 if it is left out.
    var afterSeconds: Int?
    /// The number shown; the number that the customer called if it is left out.
    var from: String?
    var mostAttempts: Int?
    var retrySeconds: Int?
    var expiresHours: Int?

    var attemptsAllowed: Int { mostAttempts ?? 3 }
    var retry: Duration { .seconds(retrySeconds ?? 900) }
    var lifetime: Duration { .seconds(3600 * (expiresHours ?? 96)) }

    /// - Throws: `Failure.invalid`
    func checked() throws -> CallbackRules {
        guard afterSeconds.map({ (0...3600).contains($0) }) ?? true,
            mostAttempts.map({ (1...20).contains($0) }) ?? true,
            retrySeconds.map({ (30...86_400).contains($0) }) ?? true,
            expiresHours.map({ (1...720).contains($0) }) ?? true, from.map(Callback.isDialable) ?? true
        else {
            throw Failure(
                .invalid,
                """
                callbacks: afterSeconds 0 to 3600, mostAttempts 1 to 20, retrySeconds 30 to 86400, expiresHours 1 to 720, \
                from a number.
                """, code: "callbacksInvalid")
        }
        return self
    }
}

/// A callback to be listed.
struct NewCallback: Sendable, Equatable {
    var queueID: QueueID
    var number: String
    var source: Callback.Source
    var enqueuedAt: Timestamp
    var isAutomatic = true
    var priority = 100
    var skills: [String] = []
    var attributes: [String: String] = [:]
    var askedIn: CallID?
    var notBefore: Timestamp?
    /// The number that the customer called, to be shown if the queue names none.
    var called: String?

    static let mostAttributes = 64

    /// - Throws: `Failure.invalid`
    func checked() throws -> NewCallback {
        guard Callback.isDialable(number), NumberHome().normal(number) != nil else {
            throw Failure(.invalid, "A number has 3 to 32 of 0-9, +, * and #.", code: "numberInvalid")
        }
        guard QueueID.isAcceptable(queueID.rawValue), attributes.count <= Self.mostAttributes,
            attributes.allSatisfy({ (1...64).contains($0.key.count) && $0.value.count <= 256 })
        else {
            throw Failure(.invalid, "A callback has a queue, and at most \(Self.mostAttributes) attributes.")
        }
        var new = self
        new.priority = min(max(priority, 0), 1000)
        new.skills = try Skills.checked(skills)
        return new
    }
}

extension Callback {
    static func isDialable(_ number: String) -> Bool {
        (3...32).contains(number.utf8.count) && number.utf8.allSatisfy { "0123456789+*#".utf8.contains($0) }
    }
}
