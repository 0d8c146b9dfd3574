import Contracts
import TestSupport

@testable import ACD

/// The rules of routing in the simplest words, looking at everybody every time: what ``RoutingState`` must agree with.
struct NaiveRouting {
    struct Agent {
        var status = AgentStatus.signedOut
        var since: Timestamp = 0
        var revision: UInt64 = 0
        var skills: Set<String> = []
        var offer: Offer?
        var isReportUsed = false
        var callID: CallID?
        var offered: CallID?
        var turnAt: Timestamp = 0
        var answered = 0
        var talked: Int64 = 0
        var isReady: Bool { status == .ready && offer == nil && !isReportUsed }
    }

    struct Call {
        var call: WaitingCall
        var refusedBy: Set<AgentID> = []
        var widened = 0
        var widensAt: Timestamp?
        var isLastResortOpen = true
        var offer: Offer?
        var offersMade = 0
    }

    struct Due {
        let at: Timestamp
        let expired: Offer?
        let reopened: (id: CallID, offersMade: Int)?
        var widened: CallID?
    }

    var queues: [QueueID: StaffedQueue] = [:]
    var agents: [AgentID: Agent] = [:]
    var calls: [CallID: Call] = [:]
    var due: [Due] = []

    mutating func handle(_ input: RoutingState.Input, at now: Timestamp) -> [Offer] {
        switch input {
        case .queueChanged(let queue):
            queues[queue.queue.id] = queue
            for call in inOrder where call.call.queueID == queue.queue.id { widen(call.call.callID, at: now) }
        case .skillsChanged(let id, let skills): agents[id, default: Agent()].skills = skills
        case .callEnqueued(let call, _):
            calls[call.callID, default: Call(call: call)].call = call
            widen(call.callID, at: now)
        case .callGone(let id):
            if let offer = calls[id]?.offer { agents[offer.agentID]?.offer = nil }
            calls[id] = nil
        case .agentChanged(let told):
            guard told.revision > agents[told.agentID]?.revision ?? 0 else { return [] }
            work(of: told)
            agents[told.agentID, default: Agent()].status = told.status
            agents[told.agentID]?.callID = told.callID
            agents[told.agentID]?.since = told.since
            agents[told.agentID]?.revision = told.revision
            agents[told.agentID]?.isReportUsed = false
        case .offerEnded(let offer, let outcome): end(offer, outcome, at: now)
        case .timePassed: return timePassed(at: now)
        default: break
        }
        return match(at: now)
    }

    private mutating func work(of told: AgentSnapshot) {
        var agent = agents[told.agentID] ?? Agent()
        if agent.status == .talking, told.since > agent.since {
            agent.talked += told.since.microseconds - agent.since.microseconds
        }
        if told.status == .talking, agent.status != .talking || agent.callID != told.callID {
            agent.turnAt = max(agent.turnAt, told.since)
            if told.callID != nil, told.callID == agent.offered {
                agent.answered += 1
            }
        }
        if told.status == .talking, told.callID == agent.offered { agent.offered = nil }
        agents[told.agentID] = agent
    }

    private mutating func timePassed(at now: Timestamp) -> [Offer] {
        var made: [Offer] = []
        while let next = due.indices.filter({ due[$0].at <= now }).min(by: { due[$0].at < due[$1].at }) {
            let item = due.remove(at: next)
            if let offer = item.expired { end(offer, .noAnswer, at: now) }
            if let (id, offersMade) = item.reopened, calls[id]?.offersMade == offersMade {
                calls[id]?.isLastResortOpen = true
            }
            if let id = item.widened, calls[id]?.widensAt == item.at { widen(id, at: now) }
            made += match(at: now)
        }
        return made
    }

    private mutating func end(_ offer: Offer, _ outcome: OfferOutcome, at now: Timestamp) {
        guard calls[offer.callID]?.offer == offer else { return }
        agents[offer.agentID]?.offer = nil
        calls[offer.callID]?.offer = nil
        switch outcome {
        case .answered, .callerGone: calls[offer.callID] = nil
        case .agentGone, .answeredElsewhere: break
        case .noAnswer, .rejected, .busy, .failed:
            agents[offer.agentID]?.turnAt = now
            calls[offer.callID]?.refusedBy.insert(offer.agentID)
            calls[offer.callID]?.isLastResortOpen = false
        }
        guard calls[offer.callID]?.isLastResortOpen == false else { return }
        let after = now.adding(RoutingState.lastResortAfter)
        due.append(Due(at: after, expired: nil, reopened: (offer.callID, offer.number)))
    }

    private mutating func match(at now: Timestamp) -> [Offer] {
        var made: [Offer] = []
        while let (id, agentID) = firstPair(), let call = calls[id] {
            let offer = Offer(callID: id, agentID: agentID, number: call.offersMade + 1)
            calls[id]?.offer = offer
            calls[id]?.offersMade += 1
            agents[agentID]?.offer = offer
            agents[agentID]?.offered = id
            agents[agentID]?.isReportUsed = true
            let ring = Duration.seconds(queues[call.call.queueID]?.queue.ringSeconds ?? 0) + RoutingState.offerGrace
            due.append(Due(at: now.adding(ring), expired: offer, reopened: nil))
            made.append(offer)
        }
        return made
    }

    private func rank(_ id: AgentID, in queue: Queue) -> Int64 {
        switch queue.strategy {
        case .longestIdle, .random: 0
        case .roundRobin: agents[id]?.turnAt.microseconds ?? 0
        case .fewestCalls: Int64(agents[id]?.answered ?? 0)
        case .leastTalkTime: agents[id]?.talked ?? 0
        case .fixedOrder: Int64(queue.agentOrder.firstIndex(of: id) ?? queue.agentOrder.count)
        }
    }

    var inOrder: [Call] {
        calls.values.sorted {
            ($1.call.priority, $0.call.enqueuedAt, $0.call.callID) < (
                $0.call.priority, $1.call.enqueuedAt, $1.call.callID
            )
        }
    }

    private mutating func widen(_ id: CallID, at now: Timestamp) {
        guard let call = calls[id]?.call, let queue = queues[call.queueID]?.queue else { return }
        let waited = (now.microseconds - call.enqueuedAt.microseconds) / 1_000_000
        let later = queue.widening.filter { $0.afterSeconds > waited }
        calls[id]?.widened = queue.widening.count - later.count
        let next = later.first.map { call.enqueuedAt.adding(.seconds($0.afterSeconds)) }
        let isNews = next != calls[id]?.widensAt
        calls[id]?.widensAt = next
        if let next, isNews { due.append(Due(at: next, expired: nil, reopened: nil, widened: id)) }
    }

    /// Word by word, the level that is needed; 0 for any.
    func asked(of call: Call, _ queue: Queue) -> [(word: String, level: Int)] {
        (queue.requiredSkills + call.call.skills).compactMap { text in
            var (word, level) = split(text)
            for step in queue.widening.prefix(call.widened) {
                for (lowered, limit) in step.skills.map(split) where lowered == word {
                    if limit == 0 { word = "" }
                    level = min(level, limit)
                }
            }
            return word.isEmpty ? nil : (word, level)
        }
    }

    func can(_ agent: Agent, _ asked: [(word: String, level: Int)]) -> Bool {
        asked.allSatisfy { need in
            agent.skills.map(split).contains { $0.word == need.word && max($0.level, 1) >= need.level }
        }
    }

    private func split(_ text: String) -> (word: String, level: Int) {
        let parts = text.split(separator: ":")
        return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }

    private func firstPair() -> (CallID, AgentID)? {
        for call in inOrder where call.offer == nil {
            guard let queue = queues[call.call.queueID] else { continue }
            let asked = asked(of: call, queue.queue)
            let able = agents.filter {
                $0.value.isReady && queue.members.contains($0.key) && can($0.value, asked)
            }
            let fresh = able.filter { !call.refusedBy.contains($0.key) }
            let allowed = fresh.isEmpty && call.isLastResortOpen ? able : fresh
            let sorted = allowed.sorted {
                (rank($0.key, in: queue.queue), $0.value.since, $0.key)
                    < (rank($1.key, in: queue.queue), $1.value.since, $1.key)
            }.map(\.key)
            let isDrawn = queue.queue.strategy == .random && !fresh.isEmpty
            let seed = Draw.seed(call.call.callID, offer: call.offersMade + 1)
            let best = isDrawn ? sorted[Draw.index(seed, of: sorted.count)] : sorted.first
            if let best { return (call.call.callID, best) }
        }
        return nil
    }
}

/// Random numbers that a seed repeats.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
