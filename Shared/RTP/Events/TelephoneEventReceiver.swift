/// Turns the many packets of a key press into one beginning and one end.
///
/// A press is told apart by its timestamp. Packets repeat, come late and get lost: a repeated one changes nothing, and
/// a press whose end was lost ends when the next begins or ``expire(at:)`` finds it silent.
public struct TelephoneEventReceiver: Equatable, Sendable {
    /// A press nobody has spoken of for so long is over.
    public static let silenceMicroseconds: Int64 = 150_000

    /// A key that was let go.
    public struct Press: Equatable, Sendable {
        public var event: UInt8
        /// How long it was held, in timestamp units.
        public var duration: UInt32

        public init(event: UInt8, duration: UInt32) {
            self.event = event
            self.duration = duration
        }
    }

    /// What a packet told, in this order.
    public struct News: Equatable, Sendable {
        /// The press before, whose own end was lost.
        public var overdue: Press?
        public var began: UInt8?
        public var ended: Press?

        public init(overdue: Press? = nil, began: UInt8? = nil, ended: Press? = nil) {
            self.overdue = overdue
            self.began = began
            self.ended = ended
        }
    }

    private struct Current: Equatable {
        var event: UInt8
        var timestamp: UInt32
        /// What earlier segments of a long press add up to.
        var before: UInt32 = 0
        var duration: UInt16
        var hasEnded = false
        var heardAt: Int64

        var press: Press { Press(event: event, duration: before &+ UInt32(duration)) }
    }

    private var current: Current?

    public init() {}

    /// - Parameter microseconds: when the packet came, on any steady clock.
    public mutating func take(_ event: TelephoneEvent, timestamp: UInt32, at microseconds: Int64) -> News {
        var news = News()
        if var now = current {
            let distance = Wrapping.distance(from: now.timestamp, to: timestamp)
            if distance < 0, distance > -400_000 { return news }
            if distance == 0 || isContinuation(event, of: now, distance: distance) {
                if now.hasEnded { return news }
                if distance > 0 {
                    now.before &+= UInt32(distance)
                    now.timestamp = timestamp
                    now.duration = 0
                }
                now.duration = max(now.duration, event.duration)
                now.heardAt = microseconds
                now.hasEnded = event.isEnd
                current = now
                if event.isEnd { news.ended = now.press }
                return news
            }
            if !now.hasEnded { news.overdue = now.press }
        }
        let begun = Current(
            event: event.event, timestamp: timestamp, duration: event.duration, hasEnded: event.isEnd,
            heardAt: microseconds)
        current = begun
        news.began = event.event
        if event.isEnd { news.ended = begun.press }
        return news
    }

    /// A press too long for sixteen bits goes on as a new segment whose timestamp follows the last (RFC 4733 §2.5.1.3).
    private func isContinuation(_ event: TelephoneEvent, of now: Current, distance: Int) -> Bool {
        event.event == now.event && !now.hasEnded && now.duration == .max && distance == Int(UInt16.max)
    }

    /// The press that has gone silent, if there is one.
    public mutating func expire(at microseconds: Int64) -> Press? {
        guard let now = current, !now.hasEnded, microseconds - now.heardAt > Self.silenceMicroseconds else {
            return nil
        }
        current?.hasEnded = true
        return now.press
    }

    /// A key is down.
    public var isPressed: Bool { current.map { !$0.hasEnded } ?? false }
}
