import Contracts

/// What stands before a request's body on the wire.
struct RequestHeader: Codable, Sendable, Equatable {
    /// The asker's number for it, sent back with the answer.
    var id: UInt64
    var name: String
    var from: InstanceID
    var tenant: TenantID?
    /// Idempotency key.
    var key: String?
    var shard: Shard?
    /// Under which epoch the sender owns the shard in its own service.
    var epoch: UInt64?
    /// Under which epoch the receiver owns the shard, as the sender believes; set when it is addressed as the owner.
    var ownerEpoch: UInt64?
    /// How long the asker still waits.
    var milliseconds: Int
    var trace: String?
}

/// What stands before the body of an answer on the wire. The body is the reply if `ok`, else a `Failure`.
struct ReplyHeader: Codable, Sendable, Equatable {
    var id: UInt64
    var ok: Bool
}
