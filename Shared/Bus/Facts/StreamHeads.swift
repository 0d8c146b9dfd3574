/// The heads that heartbeats name: of the streams that spoke last, so that the heartbeat stays small.
struct StreamHeads {
    static let capacity = 64

    private var heads: [String: UInt64] = [:]
    /// Least recently added first.
    private var order: [String] = []

    mutating func raise(_ stream: String, to number: UInt64) {
        if let known = heads[stream] {
            if known < number { heads[stream] = number }
            return
        }
        heads[stream] = number
        order.append(stream)
        if order.count > Self.capacity { heads[order.removeFirst()] = nil }
    }

    var all: [StreamHead] { order.compactMap { stream in heads[stream].map { StreamHead(stream: stream, head: $0) } } }
}
