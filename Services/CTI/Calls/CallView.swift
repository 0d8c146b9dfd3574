import Contracts

/// A call as the API shows it.
struct CallView: Codable, Sendable, Equatable {
    let callID: CallID
    let direction: CallDirection
    let phase: CallState.Phase
    let customerNumber: String
    let accessNumber: String
    let queueID: QueueID?
    /// Who is rung or talks.
    let agentID: AgentID?
    let campaignID: CampaignID?
    let startedAt: Timestamp
    /// When the present phase began.
    let since: Timestamp
    let enqueuedAt: Timestamp?
    let expiresAt: Timestamp?
    let isHeld: Bool
    let recording: CallRecordingState
    /// It can be stopped, not only paused.
    let isRecordingByHand: Bool
    let attributes: [String: String]
    let customer: CustomerCard?
    /// Everybody besides customer and agent; nil from an instance that knows none.
    let parties: [CallParty]?
    /// The queue that the agent waits in to ask somebody there.
    let asksQueue: QueueID?
    /// Where the customer is parked.
    let parkSlot: Int?
    /// The customer has left, and the others talk on.
    let customerLeft: Bool?

    init(_ call: CallState) {
        callID = call.callID
        direction = call.direction
        phase = call.phase
        customerNumber = call.customerNumber
        accessNumber = call.accessNumber
        queueID = call.queueID
        agentID = call.peer?.agentID
        campaignID = call.campaignID
        startedAt = call.startedAt
        since = call.segments.current.startedAt
        enqueuedAt = call.place?.enqueuedAt
        expiresAt = call.offer?.expiresAt
        isHeld = call.phase == .held
        recording = call.recordingState
        isRecordingByHand = call.isRecordingByHand ?? false
        attributes = call.attributes
        customer = call.customer
        parties = call.parties.map(\.shown)
        asksQueue = call.enquiry?.wish.queueID
        parkSlot = call.parking?.slot
        customerLeft = call.isCustomerGone
    }

    /// Whether the agent handles it, or is in it otherwise.
    func involves(_ agent: AgentID) -> Bool {
        agentID == agent || parties?.contains { $0.agentID == agent } ?? false
    }

    /// Calls of his own agents, and those that nobody has yet.
    func isSeen(bySupervisorOf agents: Set<AgentID>) -> Bool {
        let involved = (agentID.map { [$0] } ?? []) + (parties?.compactMap(\.agentID) ?? [])
        return involved.isEmpty || involved.contains { agents.contains($0) }
    }
}

extension CallView {
    var place: ReadCalls.Place { ReadCalls.Place(startedAt: startedAt, callID: callID) }
}

extension CallDirection: CaseIterable {
    static var allCases: [CallDirection] { [.inbound, .outbound] }
}
