/// Sessions of a person are over: he signed out, or his password, his roles or his being there at all were changed. Access tokens
/// that were given for them may be good for some minutes more; what lasts longer than a request is cut. Published by crm.
public struct UserSessionsEnded: Fact, Equatable {
    public static let topic = "user.sessions_ended"
    public let userID: UserID
    /// As `jti` in the access tokens.
    public let sessions: [String]
    public var subject: String { userID.rawValue }

    public init(userID: UserID, sessions: [String]) {
        self.userID = userID
        self.sessions = sessions
    }
}
