import Contracts
import Foundation
import ServiceKit

/// A customer's case that an agent could not close in one call: the customer's next call goes to him (未完全解决标识).
struct UnresolvedCase: Codable, Sendable, Equatable {
    let id: String
    let number: String
    let agentID: AgentID
    /// `complaint`, `afterSales`, or another word of the tenant's.
    let kind: String
    /// How far it has come, in the tenant's word.
    let state: String
    let note: String
    /// The call in which it was marked.
    let callID: CallID?
    let openedAt: Timestamp
    let changedAt: Timestamp
    /// Nil while it is open.
    let resolvedAt: Timestamp?
}

/// What an agent says of a case. One number has one open case of a kind: marking it again changes that one.
struct UnresolvedMark: Codable, Sendable, Equatable {
    let number: String
    let kind: String
    var state: String?
    var note: String?
    var callID: CallID?
    /// Whose case it is: the agent's own, unless a supervisor says whose.
    var agentID: AgentID?

    /// - Throws: `Failure.invalid`
    func checked() throws -> UnresolvedMark {
        guard NumberHome().normal(number) != nil else {
            throw Failure(.invalid, "The case needs the customer's number.", code: "numberInvalid")
        }
        guard kind.isName(1...64), state?.isName(1...64) ?? true, note?.count ?? 0 <= 2000,
            callID.map({ CallID.isAcceptable($0.rawValue) }) ?? true,
            agentID.map({ AgentID.isAcceptable($0.rawValue) }) ?? true
        else {
            throw Failure(.invalid, "A case has a kind and a state of 1 to 64 letters, and a note of at most 2000.")
        }
        return self
    }
}

/// What is changed of a case; what is left out stays.
struct CaseChange: Codable, Sendable, Equatable {
    var state: String?
    var note: String?
    var agentID: AgentID?

    /// - Throws: `Failure.invalid`
    func checked() throws -> CaseChange {
        guard state?.isName(1...64) ?? true, note?.count ?? 0 <= 2000,
            agentID.map({ AgentID.isAcceptable($0.rawValue) }) ?? true
        else { throw Failure(.invalid, "A case has a state of 1 to 64 letters, and a note of at most 2000.") }
        return self
    }
}
