/// Something one service tells all others. Either a ``Fact`` or a ``Signal``.
public protocol BusEvent: Codable, Sendable {
    /// `subject.past_tense`: what subscribers name, whole or by prefix.
    static var topic: String { get }
    /// Raised when the meaning changes; unknown fields are ignored, so an added field needs no new version.
    static var version: Int { get }
    /// The id of the thing it is about.
    var subject: String { get }
}

extension BusEvent {
    public static var version: Int { 1 }
}

/// What happened. Kept, numbered without gaps in its stream, and replayable.
public protocol Fact: BusEvent {}

/// What is worthless a second later or heals itself. Published only.
public protocol Signal: BusEvent {}

/// A command or a question from one service to another, with its answer.
public protocol BusRequest: Codable, Sendable {
    associatedtype Reply: Codable & Sendable
    /// `service.verb`.
    static var name: String { get }
}

/// The answer to a command that has nothing to say but that it was done.
public struct Done: Codable, Sendable, Equatable {
    public init() {}
}
