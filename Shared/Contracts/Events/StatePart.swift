/// A part of a service's state, for one who keeps a copy of it: the answer to a request such as ``CopyAccessNumbers``.
public struct StatePart<Item: Codable & Sendable>: Codable, Sendable {
    public let items: [Item]
    /// What to ask behind for the next part; nil at the end.
    public let next: String?
    /// The number of each of the owner's streams whose facts are all in the items. The first part's count for all parts:
    /// what is told after them is applied to the copy, and doing so twice must do no harm.
    public let heads: [String: UInt64]

    public init(items: [Item], next: String?, heads: [String: UInt64]) {
        self.items = items
        self.next = next
        self.heads = heads
    }
}
