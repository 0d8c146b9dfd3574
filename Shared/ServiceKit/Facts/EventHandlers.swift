public import Contracts
public import Database

/// What a service does when it hears of facts, as a table: one row an event, in the order of a thing's life.
///
/// A handler is synchronous: it runs within the transaction that also moves the subscriber's cursor, so that each fact has
/// its effect exactly once.
public struct EventHandlers: Sendable {
    typealias Handler = @Sendable (Envelope, isolated Connection) throws -> Void
    private var handlers: [String: Handler] = [:]

    public init() {}

    /// The topics that are handled.
    public var topics: Set<String> { Set(handlers.keys) }

    public mutating func on<Event: Fact>(
        _ type: Event.Type, _ handle: @escaping @Sendable (Event, Envelope, isolated Connection) throws -> Void
    ) {
        handlers[Event.topic] = { envelope, connection in
            try handle(try envelope.decode(Event.self), envelope, connection)
        }
    }

    /// Does nothing for an event that nobody handles.
    func handle(_ envelope: Envelope, _ connection: isolated Connection) throws {
        try handlers[envelope.type]?(envelope, connection)
    }
}
