import Contracts

// What instances of cti ask each other: HTTP arrives anywhere, the owner of the tenant decides.

/// Something an agent wants for himself.
enum AgentWish: Codable, Sendable, Equatable {
    case signIn(PhoneID)
    case signOut
    case ready
    case pause(reason: String)
    case endAfterCallWork(disposition: String?)

    var input: AgentState.Input {
        switch self {
        case .signIn(let phone): .signIn(phone)
        case .signOut: .signOut
        case .ready: .makeReady
        case .pause(let reason): .pause(reason: reason)
        case .endAfterCallWork(let disposition): .endAfterCallWork(disposition: disposition)
        }
    }
}

/// Something an agent wants for his call.
enum CallWish: Codable, Sendable, Equatable {
    case answer, hold, retrieve, hangUp
    case decline(reason: String?)
    case transfer(TransferTarget)

    func input(by agent: AgentID) -> CallInput {
        switch self {
        case .answer: .answer(by: agent)
        case .hold: .hold(by: agent)
        case .retrieve: .retrieve(by: agent)
        case .hangUp: .hangUp(by: agent)
        case .decline(let reason): .decline(by: agent, because: reason)
        case .transfer(let target): .transfer(by: agent, to: target)
        }
    }
}

/// Any cti → the owner: do what an agent wants for himself.
struct CommandAgent: BusRequest {
    typealias Reply = AgentSnapshot
    static let name = "cti.command_agent"
    let agentID: AgentID
    let wish: AgentWish
}

/// Any cti → the owner: do what an agent wants for his call.
struct CommandCall: BusRequest {
    typealias Reply = Done
    static let name = "cti.command_call"
    let callID: CallID
    let agentID: AgentID
    let wish: CallWish
}

/// Any cti → the owner: an agent and his call, true at a number of the owner's stream.
struct ReadDesk: BusRequest {
    typealias Reply = DeskSnapshot
    static let name = "cti.read_desk"
    let agentID: AgentID
}

/// What ``ReadDesk`` answers.
struct DeskSnapshot: Codable, Sendable {
    let desk: Desk
    let stream: String
    let number: UInt64
}

/// Any cti → the owner: the tenant's agents, in the order of their ids.
struct ReadAgents: BusRequest {
    typealias Reply = [AgentSnapshot]
    static let name = "cti.read_agents"
    /// Only those behind this one.
    let after: AgentID?
    let limit: Int
}

/// Any cti → the owner: the tenant's calls, oldest first.
struct ReadCalls: BusRequest {
    typealias Reply = [CallView]
    static let name = "cti.read_calls"

    /// Where a call stands in the list.
    struct Place: Codable, Sendable, Comparable {
        let startedAt: Timestamp
        let callID: CallID

        static func < (left: Place, right: Place) -> Bool {
            (left.startedAt, left.callID) < (right.startedAt, right.callID)
        }
    }

    /// Only those behind this one.
    let after: Place?
    let limit: Int
}

/// Any cti → the owner: one of the tenant's calls; nil if it is not up.
struct ReadCall: BusRequest {
    typealias Reply = CallView?
    static let name = "cti.read_call"
    let callID: CallID
}

/// The owner → whoever shows the agent's screen: the customer of the call before him became known.
struct CustomerShown: Signal {
    static let topic = "desk.customer_shown"
    let callID: CallID
    let agentID: AgentID
    let customer: CustomerCard
    var subject: String { callID.rawValue }
}

/// Whoever published a flow or bound a number → all cti: look now.
struct BooksChanged: Signal {
    static let topic = "desk.books_changed"
    let tenant: TenantID
    var subject: String { tenant.rawValue }
}
