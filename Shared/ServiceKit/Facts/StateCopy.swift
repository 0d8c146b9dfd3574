public import Bus
public import Contracts
public import Database

/// Another service's state, to be put in place of our copy of it: what ``DurableSubscriber`` begins with.
///
/// It is at least as new as `heads` say, and may hold a little of what follows. Facts are applied from there on, so applying
/// one that the state holds already must do no harm.
public struct StateCopy: Sendable {
    /// The number of each of the owner's streams that the state holds everything of.
    public let heads: [String: UInt64]
    /// Runs within the transaction that also sets the cursors.
    let replace: @Sendable (isolated Connection) throws -> Void

    public init(heads: [String: UInt64], replace: @escaping @Sendable (isolated Connection) throws -> Void) {
        self.heads = heads
        self.replace = replace
    }

    /// More parts than any owner has: one that never comes to an end is broken.
    private static let partLimit = 10_000

    /// Asks an owner for all parts of its state, one after the other.
    ///
    /// - Parameters:
    ///   - request: asks for the part behind the key of the one before; nil for the first.
    ///   - replace: puts all items in place of what is there.
    /// - Throws: `Failure`
    public static func fetch<R: BusRequest, Item: Codable & Sendable>(
        over bus: any Bus, from service: ServiceName, _ request: (String?) -> R,
        replace: @escaping @Sendable ([Item], isolated Connection) throws -> Void
    ) async throws -> StateCopy where R.Reply == StatePart<Item> {
        var part = try await bus.request(request(nil), to: .any(service))
        let heads = part.heads
        var items = part.items
        var count = 1
        while let next = part.next {
            guard count < partLimit else { throw Failure(.unknown, "The state of \(service) has no end.") }
            part = try await bus.request(request(next), to: .any(service))
            items += part.items
            count += 1
        }
        let all = items
        return StateCopy(heads: heads) { connection in try replace(all, connection) }
    }
}

extension OutboxStore {
    /// One part of this service's state, for those who keep a copy of it.
    ///
    /// The heads are read before the state: what was told until then is in it for certain.
    /// - Parameter read: reads up to `limit` items behind the key, in its order.
    public func part<Item: Codable & Sendable>(
        limit: Int, key: (Item) -> String, _ read: (_ limit: Int) async throws -> [Item]
    ) async throws -> StatePart<Item> {
        let heads = Dictionary(try await heads().map { ($0.stream, $0.head) }, uniquingKeysWith: max)
        let items = try await read(limit)
        return StatePart(items: items, next: items.count < limit ? nil : items.last.map(key), heads: heads)
    }
}
