import Contracts

// What instances of cti ask each other: HTTP arrives anywhere, the owner of the tenant decides.

/// Something an agent wants for himself.
enum AgentWish: Codable, Sendable, Equatable {
    case signIn(PhoneID, name: String? = nil)
    case signOut
    case ready
    case pause(reason: String)
    case endAfterCallWork(disposition: String?, note: String? = nil)
    case extendAfterCallWork

    var input: AgentState.Input {
        switch self {
        case .signIn(let phone, let name): .signIn(phone, name: name)
        case .signOut: .signOut
        case .ready: .makeReady
        case .pause(let reason): .pause(reason: reason)
        case .endAfterCallWork(let disposition, let note): .endAfterCallWork(disposition: disposition, note: note)
        case .extendAfterCallWork: .extendAfterCallWork
        }
    }
}

/// Something an agent wants for his call.
enum CallWish: Codable, Sendable, Equatable {
    case answer, hold, retrieve, hangUp
    case decline(reason: String?)
    case transfer(TransferTarget, confirms: Bool = false)
    /// Asks somebody while the customer waits.
    case consult(TransferTarget)
    /// Of a consult: to and fro, no more, the call to whom is asked, all together.
    case swap, giveUp, complete, join
    /// Drops somebody from the conversation.
    case remove(LegID)
    case park, pickUp
    case record(RecordingWish)
    /// What goes with the call; nil takes a thing away.
    case setData([String: String?])
}

/// Any cti → the owner: an agent calls a number.
struct DialNumber: BusRequest {
    typealias Reply = CallView
    static let name = "cti.dial_number"
    /// Chosen by who asks, so that asking again makes no second call.
    let callID: CallID
    let agentID: AgentID
    let number: String
    /// The number shown; empty for the trunk's own.
    let from: String
    /// Whose record is dialled.
    var customer: CustomerCard?
}

/// What a supervisor wants of an agent and of his call.
enum SupervisionWish: Codable, Sendable, Equatable {
    case listen, whisper, barge, takeOver, leave, release, makeReady, signOut
    case pause(reason: String)

    var action: SupervisorAction {
        switch self {
        case .listen: .listen
        case .whisper: .whisper
        case .barge: .barge
        case .takeOver: .takeOver
        case .leave: .leave
        case .release: .release
        case .makeReady: .makeReady
        case .signOut: .signOut
        case .pause: .pause
        }
    }
}

/// Any cti → the owner: do what a supervisor wants, who was found to be allowed to.
struct SuperviseAgent: BusRequest {
    typealias Reply = AgentSnapshot
    static let name = "cti.supervise_agent"
    let agentID: AgentID
    let supervisor: AgentID
    let wish: SupervisionWish
}

/// Any cti → the owner: the tenant's agents with their calls, in the order of their ids.
struct ReadFloor: BusRequest {
    typealias Reply = [Desk]
    static let name = "cti.read_floor"
    /// Only these; nil for all.
    let among: [AgentID]?
    /// Only those behind this one.
    let after: AgentID?
    let limit: Int
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

/// Any cti → the owner: this call began, and nobody has told of its end for long. If it is not known either, it is over.
struct BuryCall: BusRequest {
    typealias Reply = Done
    static let name = "cti.bury_call"
    let begun: CallStarted
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
    /// Only those of these agents, and those that nobody has yet; nil for all.
    var among: [AgentID]?
}

/// Any cti → the owner: the tenant's parked calls, by their slots.
struct ReadParked: BusRequest {
    typealias Reply = [CallView]
    static let name = "cti.read_parked"
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
