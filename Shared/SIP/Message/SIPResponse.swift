/// A response: a status, and fields.
public struct SIPResponse: SIPFieldsHolder, Sendable, Equatable {
    public var status: SIPStatus
    /// Made up on this side for a peer that did not answer (408) or could not be reached (503).
    public var isLocal = false
    /// Exactly one element, as in `SIPRequest`.
    private var content: [SIPFields]

    public init(status: SIPStatus, fields: SIPFields) {
        self.status = status
        content = [fields]
    }

    public var fields: SIPFields {
        get { content[0] }
        _modify { yield &content[0] }
    }
}
