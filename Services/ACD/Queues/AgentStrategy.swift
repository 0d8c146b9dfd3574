import Contracts

/// Who of the ready agents of a queue comes first. Those who are alike by it follow by idle time, then by id.
enum AgentStrategy: String, Codable, Sendable, CaseIterable {
    /// Whoever is ready for the longest time.
    case longestIdle
    /// In turns: whoever had no call, in or out, for the longest time. An offer he let pass is a turn too; a pause is none.
    case roundRobin
    /// Whoever answered the fewest offered calls today.
    case fewestCalls
    /// Whoever talked least today, in and out.
    case leastTalkTime
    /// As the queue's `agentOrder` lists them; those it does not list come last.
    case fixedOrder
    /// Drawn, with the seed in the decision's record.
    case random
}

/// A queue's strategy, ready to be asked for numbers.
struct AgentRanking: Sendable, Equatable {
    var strategy = AgentStrategy.longestIdle
    private var places: [AgentID: Int] = [:]

    init() {}

    init(of queue: Queue) {
        strategy = queue.strategy
        guard strategy == .fixedOrder else { return }
        places = Dictionary(zip(queue.agentOrder, 1...)) { first, _ in first }
    }

    /// What agents are compared by; the least comes first. The same for everybody where idle time alone counts.
    func rank(of id: AgentID, _ work: AgentWork) -> Int64 {
        switch strategy {
        case .longestIdle, .random: 0
        case .roundRobin: work.turnAt.microseconds
        case .fewestCalls: Int64(work.answered)
        case .leastTalkTime: work.talkedMicroseconds
        case .fixedOrder: places[id].map(Int64.init) ?? .max
        }
    }

    /// The rank as decisions show it; nil where it says nothing.
    func measure(_ rank: Int64) -> Int64? {
        switch strategy {
        case .longestIdle, .random: nil
        case .fixedOrder: rank == .max ? nil : rank
        case .roundRobin, .fewestCalls, .leastTalkTime: rank
        }
    }

    /// Why not he, who has the skills and did not refuse.
    func reasonAgainst(_ agent: IdleAgent, chosen: IdleAgent) -> String {
        guard agent.rank > chosen.rank else { return strategy == .random ? "not drawn" : "idle for less time" }
        return switch strategy {
        case .longestIdle, .random: "idle for less time"
        case .roundRobin: "had his turn later"
        case .fewestCalls: "answered more calls: \(agent.rank), not \(chosen.rank)"
        case .leastTalkTime: "talked longer"
        case .fixedOrder: "comes later in the order"
        }
    }
}

/// A draw that its seed repeats.
enum Draw {
    /// Made of the call and the offer, so that nothing need be remembered. Fits a JSON number.
    static func seed(_ call: CallID, offer: Int) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(call.rawValue)#\(offer)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int64(truncatingIfNeeded: hash >> 11)
    }

    /// - Returns: 0 to `count` - 1, each equally likely; 0 if there is nothing to draw from.
    static func index(_ seed: Int64, of count: Int) -> Int {
        guard count > 0 else { return 0 }
        // splitmix64 spreads seeds that are alike.
        var mixed = UInt64(bitPattern: seed) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed.multipliedFullWidth(by: UInt64(count)).high)
    }
}
