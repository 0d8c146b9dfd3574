public import Contracts

/// Stands for a fact whose record the disk has damaged, so that its stream has no hole that is waited for for ever.
public struct FactLost: Fact {
    public static let topic = "bus.fact_lost"

    public let stream: String
    public let number: UInt64

    public init(stream: String, number: UInt64) {
        self.stream = stream
        self.number = number
    }

    public var subject: String { "\(stream)#\(number)" }

    /// Stand-ins for these numbers of a stream.
    static func facts(_ numbers: Range<UInt64>, of stream: String, _ time: Timestamp) -> [Envelope] {
        numbers.compactMap { number in
            try? Envelope(
                FactLost(stream: stream, number: number), stream: stream, number: number, tenant: nil, time: time)
        }
    }
}
