/// What a leg is to the others in its room.
///
/// Barging in is `talk`; a supervisor takes over by `talk` while the agent's leg is `apart` or leaves.
public enum RoomRole: Codable, Sendable, Equatable, Hashable {
    /// Hears all who talk, and is heard by them and by those who listen or whisper.
    case talk
    /// Hears all who talk, and is heard by nobody.
    case listen
    /// Hears all who talk, and is heard by one leg only.
    case whisper(to: LegID)
    /// Keeps its seat, hears nobody and is heard by nobody.
    case apart
}

/// A leg in a room.
public struct RoomSeat: Codable, Sendable, Equatable, Hashable {
    /// More legs than any conversation has.
    public static let maximumPerRoom = 32

    public let legID: LegID
    public let role: RoomRole

    public init(_ legID: LegID, _ role: RoomRole) {
        self.legID = legID
        self.role = role
    }
}
