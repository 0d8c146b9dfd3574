/// The timer values of RFC 3261 §17 and RFC 6026, as a value; tests pass their own.
public struct TransactionTimers: Sendable, Equatable {
    /// Round-trip estimate.
    public var t1: Duration = .milliseconds(500)
    /// Longest interval between retransmissions.
    public var t2: Duration = .seconds(4)
    /// How long a message may wander in the network.
    public var t4: Duration = .seconds(5)
    /// How long the user of an INVITE server transaction may be silent before it says 100 itself (§17.2.1).
    public var trying: Duration = .milliseconds(200)

    public init() {}

    /// B, F, H, L and M: when to give up.
    var giveUp: Duration { t1 * 64 }
}

/// The timers of the four machines, by RFC 3261's letters.
enum TransactionTimer: UInt8, Sendable {
    case a, b, d, e, f, g, h, i, j, k, l, m
    /// A cancelled INVITE has had its time to be answered (§9.1).
    case cancelled
    /// Time to say 100.
    case trying
    /// The user never answered a request; its sender has given up by now.
    case abandoned
}

/// What a transaction wants done.
enum TransactionAction: Equatable {
    case send([UInt8])
    case set(TransactionTimer, Duration)
    /// Give a response to whoever started the client transaction.
    case deliver(SIPResponse)
    /// No final response, or no ACK, came in time.
    case timedOut
    case unreachable
    case terminated
}
