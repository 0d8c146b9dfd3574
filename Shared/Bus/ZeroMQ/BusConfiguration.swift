import Foundation

/// Where a bus listens and with which keys it speaks.
public struct BusConfiguration: Sendable {
    /// Where the PUB socket binds: `tcp://127.0.0.1:7020`, port `*` for any free one, or `ipc:///run/carillon/cti-1.pub`.
    public var publish: String
    /// Where the ROUTER socket binds.
    public var requests: String
    /// The directory of CURVE keys. Required as soon as anything is tcp://.
    public var keys: KeyDirectory?
    /// Who may connect to ipc:// sockets: user ids; by default, the one this process runs under.
    public var users: [UInt32]
    /// For tests: whether an event's frames are to be lost instead of sent.
    var losing: (@Sendable (_ topic: String, _ number: UInt64) -> Bool)?

    public init(publish: String, requests: String, keys: KeyDirectory? = nil, users: [UInt32]? = nil) {
        self.publish = publish
        self.requests = requests
        self.keys = keys
        self.users = users ?? [geteuid()]
    }
}

/// Why the bus cannot work as configured, in one sentence.
public struct BusError: Error, CustomStringConvertible, Equatable {
    public let description: String
    init(_ description: String) { self.description = description }
}
