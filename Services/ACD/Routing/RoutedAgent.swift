import Contracts

/// An agent as routing sees him: what cti last said, what he can, and what he is being offered.
struct RoutedAgent: Sendable {
    var status = AgentStatus.signedOut
    var since = Timestamp(microseconds: 0)
    var revision: UInt64 = 0
    var callID: CallID?
    var work = AgentWork()
    /// Which call he was offered last, until he talks with it.
    var offered: CallID?
    var skills: Set<String> = [] { didSet { can = Skill.expanded(skills) } }
    /// All that may be asked of him: his skills at every level up to his own.
    private(set) var can: Set<String> = []
    var queues: Set<QueueID> = []
    var offer: Offer?
    /// A report of readiness is good for one offer: the next needs a newer report, or cti's word that nothing came of it.
    var isReportUsed = false
    /// What he has in hand leaves no room for a call.
    var isBlocked = false
    /// The share of him that his work takes while he is ready, and how much idle time it has cost him since then; until when
    /// that was reckoned, and in which readiness.
    var shareUsed = 0.0
    var idleLost: Int64 = 0
    var reckonedAt = Timestamp(microseconds: 0)
    var lostSince = Timestamp(microseconds: 0)
    /// How long his seat was locked today, and until when that was counted.
    var reservedMicroseconds: Int64 = 0
    var reservedUntil = Timestamp(microseconds: 0)
    /// When we last heard of him or gave him something; a snapshot asked for earlier does not overrule it.
    var changedAt = Timestamp(microseconds: 0)

    /// The lines he can serve, and how he is counted there.
    var lines: [Int] = []
    var countedAs = Standing.away
    var countedSince = Timestamp(microseconds: 0)
    var countedWork = AgentWork()

    var standing: Standing {
        switch status {
        case .signedOut: .away
        case .paused: .paused
        case .ready: offer == nil && !isReportUsed && !isBlocked ? .ready : .busy
        case .ringing, .talking, .afterCallWork: .busy
        }
    }
}

/// One agent's telephone is to ring for one call. The number counts the call's offers, so that a late end matches nothing.
struct Offer: Hashable, Sendable {
    let callID: CallID
    let agentID: AgentID
    let number: Int
}

/// A call in line, or being offered to an agent.
struct RoutedCall: Sendable {
    var call: WaitingCall
    /// Where it waits, or waited.
    var line: Int
    var place: Place
    /// Who among the agents knows the caller.
    var known = CallerKnowledge()
    /// The agent for whom it waits, and for nobody else; nil once any will do.
    var wanted: WantedSeat?
    var isWanting: Bool { wanted != nil }
    /// Who is to be called back, if it is no call but his place in line.
    var callback: WaitingCallback?
    /// Whose agents take it, if not its own queue's.
    var overflow: Overflow?
    /// How long it would wait by what was known when it came.
    var estimated: Int64?
    /// How many steps of the queue's widening it has taken.
    var widened = 0
    /// When it takes the next; a step due at another time is ignored.
    var widensAt: Timestamp?
    var refusedBy: Set<AgentID>
    /// Whether those who did not take it may be asked again: true once some seconds have passed since.
    var isLastResortOpen = true
    var offer: Offer?
    /// Offers to others who ring for it as well.
    var rivals: [Offer] = []
    /// cti lets nobody else ring for it.
    var ringsAlone = false
    /// Whether cti said that it rings.
    var isOfferConfirmed = false
    var offersMade: Int
    /// When he is told his place next; an announcement due at another time is ignored.
    var announceAt: Timestamp?
    var changedAt: Timestamp

    init(_ call: WaitingCall, line: Int, at now: Timestamp) {
        self.call = call
        self.line = line
        refusedBy = Set(call.refusedBy)
        offersMade = call.refusedBy.count
        changedAt = now
        place = Place(call, wanted: nil, wasRefused: !call.refusedBy.isEmpty)
    }

    /// The queue whose agents take it.
    var servedIn: QueueID { overflow?.queue ?? call.queueID }

    func mayBeOffered(to agentID: AgentID) -> Bool { isLastResortOpen || !refusedBy.contains(agentID) }
}
