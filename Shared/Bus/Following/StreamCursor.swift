public import Contracts

/// How far one stream of facts has been followed: what to deliver, what to drop, what to ask for again. The whole
/// decision, with no I/O, no clock and no concurrency.
///
///     fact last+1        deliver it, and held ones that follow
///     fact ≤ last        drop it
///     fact > last+1      hold it, ask for what is between
///     heartbeat > last   ask for what is missing
///     replayed           as facts; then ask for the next part, if something is still missing
///
/// Facts that come early are held, up to ``capacity``; what does not fit is asked for later. One question at a time.
public struct StreamCursor: Sendable {
    public enum Input: Sendable {
        case fact(Envelope)
        /// The publisher says how far its stream has come.
        case heartbeat(head: UInt64)
        /// The answer to the last `replay`; `oldest` if facts before it are gone for good.
        case replayed([Envelope], oldest: UInt64?)
        /// The last `replay` could not be answered. It is asked again at the next heartbeat or fact.
        case replayFailed
    }

    public enum Action: Sendable, Equatable {
        case deliver(Envelope)
        case drop(UInt64)
        case replay(from: UInt64, through: UInt64)
        /// These are kept nowhere any more.
        case lost(from: UInt64, through: UInt64)
    }

    /// Greater ones are refused at the door, so that counting up never overflows.
    public static let maximumNumber: UInt64 = 1 << 62
    /// So many facts are held at most, and asked for at once.
    public static let capacity = 4096

    /// Everything up to here has been delivered.
    public private(set) var last: UInt64
    /// The highest number known to exist.
    public private(set) var head: UInt64
    private var held: [UInt64: Envelope] = [:]
    private var isAsking = false

    public init(last: UInt64 = 0) {
        self.last = min(last, Self.maximumNumber)
        head = self.last
    }

    /// Whether everything known to exist has been delivered.
    public var isComplete: Bool { last >= head }

    public mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .fact(let envelope): return fact(envelope) + ask()
        case .heartbeat(let number):
            head = max(head, min(number, Self.maximumNumber))
            return ask()
        case .replayed(let envelopes, let oldest): return replayed(envelopes, oldest: oldest)
        case .replayFailed:
            isAsking = false
            return []
        }
    }

    /// What nearly every fact is: the next, with nothing missing before or behind it. Then it is to be delivered, and nothing
    /// else is to be done; false leaves everything to ``handle(_:)``.
    mutating func isNext(_ number: UInt64) -> Bool {
        guard number == last + 1, head <= number, held.isEmpty, number <= Self.maximumNumber else { return false }
        last = number
        head = number
        return true
    }

    private mutating func fact(_ envelope: Envelope) -> [Action] {
        let number = envelope.number
        guard number > last, number <= Self.maximumNumber else { return [.drop(number)] }
        head = max(head, number)
        guard number == last + 1 else {
            guard held.count < Self.capacity, held[number] == nil else { return [.drop(number)] }
            held[number] = envelope
            return []
        }
        last = number
        return [.deliver(envelope)] + deliverHeld()
    }

    private mutating func deliverHeld() -> [Action] {
        var actions: [Action] = []
        while let next = held.removeValue(forKey: last + 1) {
            last += 1
            actions.append(.deliver(next))
        }
        return actions
    }

    private mutating func replayed(_ envelopes: [Envelope], oldest: UInt64?) -> [Action] {
        isAsking = false
        var actions: [Action] = []
        if let oldest, oldest > last + 1, oldest <= Self.maximumNumber {
            actions.append(.lost(from: last + 1, through: oldest - 1))
            last = oldest - 1
            head = max(head, last)
            held = held.filter { $0.key > last }
            actions += deliverHeld()
        }
        let before = last
        for envelope in envelopes { actions += fact(envelope) }
        // An answer without anything new: asking at once again would only spin.
        guard last > before || !actions.isEmpty else { return actions }
        return actions + ask()
    }

    /// Asks for the first hole, if there is one and no question is open.
    private mutating func ask() -> [Action] {
        guard !isAsking, last < head else { return [] }
        isAsking = true
        let nextHeld = held.keys.min()
        let through = nextHeld.map { $0 - 1 } ?? head
        return [.replay(from: last + 1, through: min(through, last + UInt64(Self.capacity)))]
    }
}
