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
}
