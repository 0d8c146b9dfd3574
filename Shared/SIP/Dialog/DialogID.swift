/// By what both ends know a dialog (RFC 3261 §12).
public struct DialogID: Hashable, Sendable {
    public let callID: String
    public let localTag: String
    /// Empty for a peer of RFC 2543, which sends none.
    public let remoteTag: String

    public init(callID: String, localTag: String, remoteTag: String) {
        self.callID = callID
        self.localTag = localTag
        self.remoteTag = remoteTag
    }

    /// The dialog a request that came in speaks of; nil if it has no To tag and so speaks of none.
    init?(receiving request: SIPRequest) {
        guard let tag = request.to.tag else { return nil }
        self.init(callID: request.callID, localTag: tag, remoteTag: request.from.tag ?? "")
    }
}
