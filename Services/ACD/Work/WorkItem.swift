import Contracts
import ServiceKit

/// A customer's matter that is no call, as it is stored and shown.
struct WorkItem: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable, CaseIterable {
        case waiting
        /// An agent is asked to take it.
        case offered
        /// He has it in hand.
        case open
        /// He has it in hand, and something that comes first.
        case interrupted
        case done
        /// Called off.
        case cancelled

        var isOver: Bool { self == .done || self == .cancelled }
        /// Whether an agent has it, or is asked.
        var isHeld: Bool { self == .offered || self == .open || self == .interrupted }
    }

    let id: WorkID
    let medium: Medium
    var queueID: QueueID
    let priority: Int
    let skills: [String]
    let customer: WorkCustomer?
    let title: String
    let link: String?
    let attributes: [String: String]
    /// Its place in line, kept whatever happens.
    let enteredAt: Timestamp
    var state: State
    var agentID: AgentID?
    /// How often it was offered; the number of the last offer.
    var offers: Int
    var offeredUntil: Timestamp?
    var refusedBy: [AgentID]
    var acceptedAt: Timestamp?
    var interruptions: Int
    var endedAt: Timestamp?
    var disposition: String?
    var note: String?
    /// Raised with each change; among a tenant's items each number is given once, in the order of the changes.
    var version: Int64
}

/// A matter to be entered. Entered again under the same id, nothing happens.
struct NewWork: Codable, Sendable, Equatable {
    static let mostAttributes = 64

    /// Of the system where it comes from; one is made up if it is left out.
    var id: WorkID?
    let medium: Medium
    let queue: QueueID
    var customer: WorkCustomer?
    /// 0 to 1000, higher first; 100 if it is left out.
    var priority: Int?
    var skills: [String]?
    /// What it is about, in one line.
    var title: String?
    /// Where the agent deals with it: an address of http or https.
    var link: String?
    var attributes: [String: String]?

    /// - Throws: `Failure.invalid`
    func checked(at now: Timestamp) throws -> WorkItem {
        guard medium != .voice else { throw Failure(.invalid, "Calls come through cti.", code: "mediumInvalid") }
        let attributes = attributes ?? [:]
        guard id.map({ WorkID.isAcceptable($0.rawValue) }) ?? true, QueueID.isAcceptable(queue.rawValue),
            title?.count ?? 0 <= 200, attributes.count <= Self.mostAttributes,
            attributes.allSatisfy({ (1...64).contains($0.key.count) && $0.value.count <= 256 }),
            link.map({ $0.count <= 2000 && ($0.hasPrefix("https://") || $0.hasPrefix("http://")) }) ?? true,
            customer.map(Self.isSound) ?? true
        else {
            throw Failure(
                .invalid,
                """
                Work has a queue, a title of at most 200 letters, a link of http or https, and at most \
                \(Self.mostAttributes) attributes of at most 256 letters.
                """)
        }
        return WorkItem(
            id: id ?? .make(at: now), medium: medium, queueID: queue, priority: min(max(priority ?? 100, 0), 1000),
            skills: try Skills.checked(skills ?? []), customer: customer, title: title ?? "", link: link,
            attributes: attributes, enteredAt: now, state: .waiting, agentID: nil, offers: 0, offeredUntil: nil,
            refusedBy: [], acceptedAt: nil, interruptions: 0, endedAt: nil, disposition: nil, note: nil, version: 0)
    }

    private static func isSound(_ customer: WorkCustomer) -> Bool {
        (customer.customerID.map { CustomerID.isAcceptable($0.rawValue) } ?? true) && customer.name?.count ?? 0 <= 200
            && customer.address?.count ?? 0 <= 320
    }
}

/// What the router decided of a matter. It holds once it is stored; if the matter is not any more as the router saw it,
/// nothing is changed, and the router is told what is true.
struct WorkDecision: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case offered(AgentID, number: Int, until: Timestamp)
        case offerEnded(AgentID, number: Int, OfferOutcome, isRefusal: Bool)
        case interrupted(AgentID, by: CallID?)
        case resumed(AgentID)
        /// The agent is gone.
        case givenBack(AgentID)
    }

    let workID: WorkID
    let kind: Kind
}
