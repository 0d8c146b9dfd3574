/// A request's place in its sender's sequence, and its method (RFC 3261 §20.16).
public struct CSeq: Sendable, Hashable, CustomStringConvertible {
    /// Less than 2³¹.
    public var number: UInt32
    public var method: SIPMethod

    public init(_ number: UInt32, _ method: SIPMethod) {
        self.number = number
        self.method = method
    }

    public var description: String { "\(number) \(method)" }
}
