/// A response: a status, and fields.
public struct SIPResponse: SIPFieldsHolder, Sendable, Equatable {
    public var status: SIPStatus
    public var fields: SIPFields
    /// Made up on this side for a peer that did not answer (408) or could not be reached (503).
    public var isLocal = false

    public init(status: SIPStatus, fields: SIPFields) {
        self.status = status
        self.fields = fields
    }
}
